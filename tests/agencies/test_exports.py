"""Downloads: each is noted, marked with who and when, a right of its own, and listed for whoever runs the team."""

import ast
import io
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader

from agencies.access import PERMISSIONS, Permission, Role
from agencies.models import Export
from agencies.views.exports import PAGE_SIZE
from tests.factories import CaseFactory, MembershipFactory, ReferralFactory, teammate

URL = "/team/downloads/"
PROJECT = Path(__file__).parents[2]
MAY_MAKE_PDFS = {  # who calls the maker of papers itself
    "agencies/exports.py": "the door",
    "config/pdf.py": "the maker",
    "agencies/views/breach.py": "the register of breaches, which names nobody",
    "cases/views/erasure.py": "what was erased, by kind and number",
    "directory/shortlist/views/shortlist.py": "a reader's own list of activities: nobody is in it",
}


def read(response):
    return PdfReader(io.BytesIO(response.content))


@pytest.mark.parametrize("query", ["", "?for=person"])
def test_a_history_is_noted_and_marked_on_each_page(client_of, connector, query):
    case = CaseFactory(lead=connector)
    found = read(client_of(connector).get(reverse("cases:history_pdf", args=[case.pk]) + query))
    export = Export.objects.get()
    assert (export.member, export.agency, export.people) == (connector, connector.agency, 1)
    assert export.about == case.reference
    for page in found.pages:
        text = " ".join(page.extract_text().split())
        assert f"Downloaded by Priya Shah, {connector.agency.name}" in text
        assert export.number in text
    assert export.number in found.metadata.subject
    assert "Whitfield" not in f"{export.what}{export.about}"


def test_a_letter_of_a_referral_is_noted(client_of, gp):
    referral = ReferralFactory(sent_by=gp)
    assert client_of(gp).get(reverse("referrals:letter", args=[referral.pk])).status_code == 200
    assert Export.objects.get().about == referral.reference


def test_whoever_may_not_see_it_downloads_nothing_and_nothing_is_noted(client_of, outsider, gp):
    case, referral = CaseFactory(), ReferralFactory()
    for member in (outsider, gp):
        assert client_of(member).get(reverse("cases:history_pdf", args=[case.pk])).status_code in (403, 404)
        assert client_of(member).get(reverse("referrals:letter", args=[referral.pk])).status_code == 404
    assert not Export.objects.exists()


def test_it_is_a_right_of_its_own(client_of, connector, monkeypatch):
    case = CaseFactory(lead=connector)
    monkeypatch.setitem(PERMISSIONS, Role.CONNECTOR, PERMISSIONS[Role.CONNECTOR] - {Permission.EXPORT})
    client = client_of(connector)
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200
    assert client.get(reverse("cases:history_pdf", args=[case.pk])).status_code == 403


def test_without_it_no_link_is_shown(client_of):
    desk = MembershipFactory(role=Role.CONTACT_CENTRE)
    referral = ReferralFactory(sent_by=desk)
    page = client_of(desk).get(reverse("referrals:referral", args=[referral.pk])).text
    assert "letter.pdf" not in page
    assert client_of(desk).get(reverse("referrals:letter", args=[referral.pk])).status_code == 403


def test_the_lead_reads_who_downloaded_what_page_after_page(client_of, lead, connector):
    for n in range(PAGE_SIZE + 5):
        Export.record(connector, what="Case history", about=f"REF{n:05}", people=n)
    Export.record(MembershipFactory(role=Role.CONNECTOR), what="Case history", about="ELSEWHERE")
    client = client_of(lead)
    first = client.get(URL)
    assert "Priya Shah" in first.text
    assert "ELSEWHERE" not in first.text
    second = client.get(URL, {"after": first.context["more"]})
    shown = [export.about for page in (first, second) for export in page.context["exports"]]
    assert sorted(shown) == [f"REF{n:05}" for n in range(PAGE_SIZE + 5)]
    assert client.get(URL, {"after": "nonsense"}).status_code == 200


def test_only_whoever_runs_the_team_reads_the_list(client_of, connector, lead):
    assert client_of(connector).get(URL).status_code == 403
    assert client_of(lead).post(URL).status_code == 405
    steward = MembershipFactory(role=Role.STEWARD)
    Export.record(teammate(lead), what="Case history")
    assert "Case history" not in client_of(steward).get(URL).text


def test_the_list_is_never_rewritten(connector):
    export = Export.record(connector, what="Case history")
    with pytest.raises(PermissionDenied):
        export.save()
    for words in ("UPDATE agencies_export SET people = 0", "DELETE FROM agencies_export"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(words)


def test_no_paper_is_made_by_another_door():
    """A view that makes a paper with somebody in it calls agencies.exports.export_pdf."""
    named = set()
    for path in PROJECT.glob("*/**/*.py"):
        name = str(path.relative_to(PROJECT))
        if name.startswith(("tests/", ".", "demo/")) or "pdf_response" not in (text := path.read_text()):
            continue
        if any(isinstance(node, ast.Name) and node.id == "pdf_response" for node in ast.walk(ast.parse(text))):
            named.add(name)
    assert named <= set(MAY_MAKE_PDFS)
