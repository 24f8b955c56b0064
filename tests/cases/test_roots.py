"""The nightly root: made, sent out, checked without a database, and what it finds that nothing else would."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role, database_context
from agencies.models import Author, Backup, Membership, Message
from cases.actions.roots import end_roots, make_root, write_root_file
from cases.history.record import entry_metadata, erase_entry, hash_chain, hash_content, record_entry
from cases.history.root_line import RootLine, find_line_faults, hash_root, read_lines
from cases.history.verify import HistoryFault, verify_histories, verify_roots
from cases.jobs import make_nightly_root
from cases.models import Case, Entry, Kind, Root, RootHead, RootReceiver
from config.roles import DatabaseRole
from config.row_security import set_context
from tests.cases.test_verify_history import forge
from tests.factories import CaseFactory, MembershipFactory
from tests.jobs import run_jobs
from tests.roles import acting_as

ClientOf = Callable[[Membership], Client]
SECRET, OTHER_SECRET = "5e" * 32, "0f" * 32
PAGE, PROOF, END = "cases:roots", "cases:proof", "cases:end_proof"


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.ROOT_SIGNING_KEY, settings.ROOT_FILE = SECRET, ""


@pytest.fixture
def case() -> Case:
    case = CaseFactory()
    for n in range(4):
        write(case, f"Note {n}")
    return case


def write(case: Case, text: str = "Words") -> Entry:
    return record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text=text)


def verify(*words: Any) -> str:
    out = StringIO()
    call_command("verify_history", *map(str, words), stdout=out, stderr=StringIO())
    return out.getvalue()


def forge_table(table: str, sql: str, *values: Any) -> None:
    """As the owner of the tables could: with the triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending when a table is altered
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def faults(*words: Any) -> str:
    err = StringIO()
    with pytest.raises(CommandError, match="faults in"):
        call_command("verify_history", *map(str, words), stdout=StringIO(), stderr=err)
    return err.getvalue()


def keep(folder: Path, *roots: Root) -> Path:
    """What an agency has kept of these nights."""
    file = folder / "roots.txt"
    file.write_text("".join(f"{root.line}\n" for root in roots))
    return file


# --- What it is made of ---------------------------------------------------------------------------------


def test_a_root_is_of_each_head_that_has_grown_and_follows_the_one_before(case: Case) -> None:
    other, empty = CaseFactory(), CaseFactory()
    write(other)
    first = make_root()
    assert {(head.case, head.number) for head in first.heads.all()} == {(case, 4), (other, 1)}
    write(case)
    second = make_root()
    assert [(head.case, head.number, head.chain) for head in second.heads.all()] == [(case, 5, case.chain)]
    assert (first.number, first.previous, second.number, second.previous) == (1, "0" * 64, 2, first.root)
    assert not RootHead.objects.filter(case=empty).exists()
    assert first.compute() == first.root != second.root == second.compute()
    assert first.faults == second.faults == 0


def test_the_root_is_what_the_documentation_says(case: Case) -> None:
    root = make_root()
    parts = [root.previous, root.place, "1", root.line.at, root.salt]
    for head in sorted(root.heads.all(), key=lambda head: str(head.case_id)):
        parts += [str(head.case_id), str(head.number), head.chain]
    assert root.root == hashlib.sha256("\0".join(parts).encode()).hexdigest()


def test_a_night_without_a_change_looks_like_any_other() -> None:
    first, second = make_root(), make_root()
    assert not RootHead.objects.exists()
    assert first.root != second.root
    assert hash_root(first.line, "", []) != first.root


def test_the_line_tells_nothing_of_anybody(case: Case) -> None:
    root = make_root()
    line = str(root.line)
    assert line.split()[:4] == ["hereabouts-root-1", "127.0.0.1:8000", "1", root.line.at]
    assert all(len(word) in (64, 128) for word in line.split()[4:])
    for secret in (str(case.pk), case.chain, case.person.name, case.agency.name):
        assert secret not in line


def test_a_root_is_never_rewritten() -> None:
    make_root()
    for table in ("cases_root", "cases_roothead"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
            assert cursor.fetchone() == (2,)


# --- Checked with the database ----------------------------------------------------------------------------


def test_true_histories_verify_against_what_was_kept(case: Case, tmp_path: Path) -> None:
    first = make_root()
    write(case)
    erase_entry(case.entries.get(number=2), by=Author.of(case.lead), reason="Asked for")
    file = keep(tmp_path, first, make_root())
    assert verify("--against", file).endswith(", and against 2 roots kept outside.\n")


def forge_whole_history(case: Case) -> None:
    """As the owner of the database could, who has read our code: other words, and every hash after them anew."""
    forge("UPDATE cases_entry SET text = 'Forged', digest = %s WHERE number = 2", hash_content("Forged", {}))
    chain = ""
    for row in case.entries.order_by("number"):
        chain = hash_chain(chain, entry_metadata(row), row.digest)
        forge("UPDATE cases_entry SET chain = %s WHERE id = %s", chain, row.pk)
        Case.objects.filter(pk=case.pk).update(chain=chain)


def forge_roots(case: Case) -> None:
    """And the heads and roots with it, signed with another key, for the place's own is not in the database."""
    heads = "UPDATE cases_roothead h SET chain = e.chain FROM cases_entry e"
    forge_table("cases_roothead", f"{heads} WHERE e.case_id = h.case_id AND e.number = h.number")
    previous = "0" * 64
    for root in Root.objects.order_by("number"):
        root.previous = previous
        root.root = previous = root.compute()
        line = root.line.sign(OTHER_SECRET)
        made = "UPDATE cases_root SET previous = %s, root = %s, key = %s, signature = %s WHERE id = %s"
        forge_table("cases_root", made, root.previous, root.root, line.key, line.signature, root.pk)


def test_a_chain_that_was_forged_anew_is_found_by_the_roots_that_are_kept_here(case: Case) -> None:
    make_root()
    forge_whole_history(case)
    assert faults() == f"Case {case.pk}, entry 4: rewritten or cut off since root 1 of {timezone.now():%d %B %Y}\n"


def test_what_its_owner_forged_whole_is_found_by_what_was_kept_outside(case: Case, tmp_path: Path) -> None:
    # given what an agency has kept, and a database forged so that it is true in itself
    file = keep(tmp_path, make_root(), make_root())
    forge_whole_history(case)
    forge_roots(case)
    assert verify().startswith("4 entries verified")
    # then the line gives it away
    assert "Root 1: not what was sent out" in faults("--against", file)
    # also where it was made anew by the place's own key
    forged = keep(tmp_path, *Root.objects.all())
    key = Root.objects.get(number=1).key
    assert verify("--against", forged)
    assert "not signed by that key" in faults("--against", forged, "--key", "ab" * 32)
    assert verify("--against", forged, "--key", key)


CUTS = {
    "the end of a history": "DELETE FROM cases_entry WHERE number > 2",
    "all of it": "DELETE FROM cases_entry",
}


@pytest.mark.parametrize("cut", CUTS)
def test_what_was_cut_off_with_its_head_is_found(case: Case, cut: str) -> None:
    make_root()
    forge(CUTS[cut])
    last = case.entries.order_by("-number").first()
    Case.objects.filter(pk=case.pk).update(chain=last.chain if last else "", entry_count=last.number if last else 0)
    found = list(verify_histories())
    assert any(isinstance(f, HistoryFault) and "rewritten or cut off since root 1" in f.what for f in found)


def test_a_case_that_was_taken_out_whole_is_found_by_what_was_kept_outside(case: Case, tmp_path: Path) -> None:
    file = keep(tmp_path, make_root())
    forge_table("cases_roothead", "DELETE FROM cases_roothead")
    assert "Root 1: the roots, or the heads they were made of, were changed" in faults("--against", file)


def test_a_root_that_is_gone_is_found_by_what_was_kept_outside(tmp_path: Path) -> None:
    file = keep(tmp_path, make_root(), make_root())
    forge_table("cases_root", "DELETE FROM cases_root WHERE number = 2")
    assert "Root 2: sent out on" in faults("--against", file)
    # unless one asks for what was so at an earlier moment, as a restore does
    before = Root.objects.get(number=1).at - timedelta(seconds=1)
    assert "against 0 roots" in verify("--against", file, "--until", before.isoformat())


def test_the_nightly_root_counts_what_is_wrong(case: Case, steward: Membership, client_of: ClientOf) -> None:
    forge("UPDATE cases_entry SET text = 'Forged' WHERE number = 3")
    assert make_root().faults == 1
    assert "A history was rewritten" in client_of(steward).get(reverse(PAGE)).content.decode()


@pytest.mark.parametrize("content", ["", "hereabouts-root-1 place 1 today", "\0\xff"])
def test_a_file_without_a_line_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "file").write_text(content)
    for command in (["verify_history", "--against"], ["verify_root"]):
        with pytest.raises(CommandError, match="No line that begins with hereabouts-root-1"):
            call_command(*command, str(tmp_path / "file"))
        with pytest.raises(CommandError, match="No such file"):
            call_command(*command, str(tmp_path / "missing"))


# --- Checked without a database -----------------------------------------------------------------------------


def lines(count: int = 3, secret: str = SECRET) -> list[RootLine]:
    made: list[RootLine] = []
    for n in range(1, count + 1):
        previous = made[-1].root if made else "0" * 64
        root = hashlib.sha256(str(n).encode()).hexdigest()
        line = RootLine("place.example.org", n, f"2026-11-{n:02}T02:40:00Z", previous, root)
        made.append(line.sign(secret))
    return made


def test_lines_are_found_in_an_e_mail_however_it_broke_them() -> None:
    made = lines()
    letter = "Hello,\r\n\r\n" + "\r\n".join(str(made[1]).split()) + "\r\n\r\nLine breaks do not matter."
    assert read_lines([letter, f"{made[2]}\n{made[0]}", str(made[0])]) == made
    assert find_line_faults(made) == []
    assert find_line_faults(made, made[0].key) == []


def test_what_was_changed_in_a_line_is_found() -> None:
    made = lines()
    for changed in ({"root": "ab" * 32}, {"at": "2026-11-02T02:41:00Z"}, {"place": "other.example.org"}):
        line = RootLine(**{**vars(made[1]), **changed})
        assert find_line_faults([line]) == [f"Root 2 of {line.at}: the signature does not hold."]


def test_lines_that_do_not_belong_together_are_found() -> None:
    made, others = lines(), lines(secret=OTHER_SECRET)
    assert "Two different lines say that they are root 2" in find_line_faults([*made[:2], others[1]])[1]
    assert "signed by 2 keys" in find_line_faults([made[0], others[1]])[0]
    assert "not signed by that key" in find_line_faults(others, made[0].key)[0]
    apart = RootLine(**{**vars(made[1]), "previous": "ab" * 32}).sign(SECRET)
    assert find_line_faults([made[0], apart]) == [f"Root 2 of {apart.at} does not follow root 1."]
    earlier = RootLine(**{**vars(made[2]), "at": "2026-10-01T02:40:00Z"}).sign(SECRET)
    assert find_line_faults([made[0], earlier]) == ["Root 3 is earlier than root 1."]
    elsewhere = RootLine(**{**vars(made[1]), "place": "zz.example.org"}).sign(SECRET)
    assert find_line_faults([made[0], elsewhere]) == ["Lines of two places: place.example.org and zz.example.org."]


def test_nobody_takes_a_line_without_a_key_for_a_signed_one() -> None:
    bare = lines(secret="")
    assert find_line_faults(bare) == []
    assert "not signed by that key" in find_line_faults(bare, lines()[0].key)[0]
    assert find_line_faults([RootLine(**{**vars(bare[0]), "signature": "ab" * 64})])
    assert find_line_faults([RootLine(**{**vars(lines()[0]), "signature": "-"})])


@pytest.mark.parametrize("program", [["manage.py", "verify_root"], ["cases/history/root_line.py"]])
def test_no_database_is_opened_for_it(tmp_path: Path, program: list[str]) -> None:
    made = lines()
    file = tmp_path / "kept"
    file.write_text("\n".join(map(str, [made[0], made[2]])))
    nothing = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "DEVELOPMENT_DATABASE": "nothing"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, *program, str(file), *words]
        env = {"PATH": os.environ["PATH"], **nothing}
        return subprocess.run(line, cwd=project.BASE_DIR, env=env, capture_output=True, text=True, check=False)

    good, bad = run("--key", made[0].key), run("--key", "ab" * 32)
    assert (good.returncode, bad.returncode) == (0, 1), good.stderr
    assert good.stdout.startswith(
        "2 roots of place.example.org, from 2026-11-01T02:40:00Z to 2026-11-03T02:40:00Z, 1 in"
    )
    assert "is not signed by that key" in bad.stderr


# --- Where it goes ------------------------------------------------------------------------------------------


def test_the_job_sends_it_to_each_that_asked_once(
    lead: Membership, steward: Membership, client_of: ClientOf, mailoutbox: list[Any]
) -> None:
    client_of(lead).post(reverse(PROOF), {"email": "keep@team.example.org"})
    make_nightly_root(timestamp=0)
    run_jobs()
    (letter,) = mailoutbox
    assert letter.to == ["keep@team.example.org"]
    assert read_lines([letter.body]) == [Root.objects.get().line]
    page = client_of(steward).get(reverse(PAGE)).content.decode()
    assert lead.agency.name in page
    assert "Has it" in page
    assert Root.objects.get().key in page


def test_who_asks_gets_the_last_one_at_once_and_may_end_it(
    lead: Membership, client_of: ClientOf, mailoutbox: list[Any]
) -> None:
    make_root()
    client = client_of(lead)
    answer = client.post(reverse(PROOF), {"email": "keep@team.example.org"}, follow=True)
    assert "Each night’s proof goes to keep@team.example.org now." in answer.content.decode()
    run_jobs()
    assert len(mailoutbox) == 1
    client.post(reverse(PROOF), {"email": "other@team.example.org"})  # elsewhere from now on
    assert RootReceiver.objects.get().email == "other@team.example.org"
    assert "Send no more" in client.get(reverse(PROOF)).content.decode()
    client.post(reverse(END))
    make_root()
    run_jobs()
    assert len(mailoutbox) == 1
    assert "Send no more" not in client.get(reverse(PROOF)).content.decode()


def test_an_agency_that_has_left_gets_no_more(lead: Membership, client_of: ClientOf) -> None:
    client_of(lead).post(reverse(PROOF), {"email": "keep@team.example.org"})
    type(lead.agency).objects.filter(pk=lead.agency.pk).update(left_at=timezone.now())
    make_root()
    assert not Message.objects.exists()


def test_an_address_that_cannot_be_reached_is_seen(lead: Membership, steward: Membership, client_of: ClientOf) -> None:
    client_of(lead).post(reverse(PROOF), {"email": "keep@team.example.org"})
    make_root()
    Message.objects.update(given_up_at=timezone.now())
    assert "Could not be delivered" in client_of(steward).get(reverse(PAGE)).content.decode()


def test_the_file_grows_by_what_is_missing(
    settings: Any, tmp_path: Path, steward: Membership, client_of: ClientOf
) -> None:
    settings.ROOT_FILE = str(tmp_path / "roots.txt")
    make_root()
    make_root()
    write_root_file()
    write_root_file()
    make_nightly_root(timestamp=0)
    assert read_lines([(tmp_path / "roots.txt").read_text()]) == [root.line for root in reversed(Root.objects.all())]
    assert (tmp_path / "roots.txt").read_text().count("\n") == 3
    assert "Has it" in client_of(steward).get(reverse(PAGE)).content.decode()


def test_a_file_that_cannot_be_written_is_seen(settings: Any, steward: Membership, client_of: ClientOf) -> None:
    settings.ROOT_FILE = "/nowhere/roots.txt"
    make_root()
    write_root_file()
    assert "It could not be written: No such file" in client_of(steward).get(reverse(PAGE)).content.decode()


@pytest.mark.parametrize(
    "wrong", ["", "nobody", "a@b", "a@b.example.org\r\nBcc: c@d.example.org", "x" * 250 + "@b.example.org"]
)
def test_what_is_no_address_is_refused(lead: Membership, client_of: ClientOf, wrong: str) -> None:
    assert client_of(lead).post(reverse(PROOF), {"email": wrong}).status_code == 422
    assert not RootReceiver.objects.exists()


def test_a_team_sees_its_own_address_alone(lead: Membership, outsider: Membership, client_of: ClientOf) -> None:
    client_of(lead).post(reverse(PROOF), {"email": "keep@team.example.org"})
    theirs = MembershipFactory(agency=outsider.agency, role=Role.LEAD)
    assert "Send no more" not in client_of(theirs).get(reverse(PROOF)).content.decode()
    client_of(theirs).post(reverse(END))
    assert RootReceiver.objects.filter(ended_at=None).exists()
    assert not RootReceiver.visible_to(theirs).exists()


@pytest.mark.parametrize("role", Role)
def test_who_may_look(role: Role, client_of: ClientOf) -> None:
    client = client_of(MembershipFactory(role=role))
    assert client.get(reverse(PAGE)).status_code == (200 if role is Role.STEWARD else 403)
    manages = role in (Role.STEWARD, Role.LEAD)
    assert client.get(reverse(PROOF)).status_code == (200 if manages else 403)
    assert client.post(reverse(END)).status_code == (302 if manages else 403)


def test_wrong_verbs(steward: Membership, client_of: ClientOf) -> None:
    client = client_of(steward)
    assert client.post(reverse(PAGE)).status_code == 405
    assert client.get(reverse(END)).status_code == 405
    assert client.delete(reverse(PROOF)).status_code == 405


def test_warnings_stand_on_the_page_of_backups_too(steward: Membership, client_of: ClientOf, settings: Any) -> None:
    client = client_of(steward)
    assert "No proof of the histories" in client.get(reverse("agencies:backups")).content.decode()
    settings.ROOT_SIGNING_KEY = ""
    make_root()
    answer = client.get(reverse(PAGE))
    assert "Nowhere yet." in answer.content.decode()
    problems = answer.context["problems"]
    assert [problem[:30] for problem in problems] == [
        "The proofs of the histories ar",
        "Nobody outside keeps the proof",
    ]


def test_no_root_of_a_night_is_seen(steward: Membership, client_of: ClientOf) -> None:
    root = make_root()
    forge_table("cases_root", "UPDATE cases_root SET at = at - interval '27 hours' WHERE id = %s", root.pk)
    assert (
        "The last proof of the histories is more than a day old."
        in client_of(steward).get(reverse(PAGE)).context["problems"]
    )


def test_end_roots_of_nobody_is_nothing() -> None:
    end_roots(agency=MembershipFactory().agency)
    assert list(verify_roots()) == []


def test_no_request_makes_a_root_or_says_that_a_backup_is_there(case: Case, lead: Membership) -> None:
    root = make_root()
    theirs = MembershipFactory(role=Role.LEAD)
    asked = RootReceiver.objects.create(agency=theirs.agency, email="keep@theirs.example.org")
    with acting_as(DatabaseRole.WEB):
        set_context(**database_context(lead))
        assert Root.objects.count() == 1
        assert not RootHead.objects.exists()
        assert RootReceiver.objects.filter(pk=asked.pk).update(email="mine@example.org") == 0
        for make in (lambda: Root.objects.create(number=2, at=root.at), lambda: Backup.objects.create(kind="full")):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                make()
        set_context(**dict.fromkeys(database_context(lead)))
        assert not any(rows.objects.exists() for rows in (Root, RootReceiver, Backup))
