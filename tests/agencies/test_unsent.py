"""Nothing typed is lost over a session's end, and nobody else sees it: every form that is posted behind sign-in."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.actions.unsent import tidy_path
from agencies.models import Draft, Membership
from agencies.models.draft import MAX_DRAFT_LENGTH, MAX_DRAFTS
from agencies.page_owner import build_page_secret, read_page_secret
from cases.models import Case, Entry
from tests.factories import PASSWORD, CaseFactory, MembershipFactory
from tests.house.crawl import ADDRESSES, made_up, url_of

ClientOf = Callable[[Membership], Client]
WORDS = "Joan likes to walk by the sea on Tuesdays, with her sister."
POSTED = sorted(
    name
    for name, pattern in ADDRESSES.items()
    if getattr(pattern.callback, "access", "public") != "public" and name not in {"agencies:draft", "agencies:keep"}
)


@pytest.fixture(autouse=True)
def _one_step(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = False


def at_work(member: Membership, client_of: ClientOf) -> tuple[Client, str]:
    """A browser that checks tokens as a real one is checked, and the token of the page it has open."""
    client = client_of(member)
    client.handler.enforce_csrf_checks = True
    page = client.get(reverse("agencies:account")).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return client, found[1]


def end_session(client: Client, how: str) -> None:
    if how == "idle":
        session = client.session
        session["seen"] = session["seen"] - 16 * 60
        session.save()
    elif how == "ended elsewhere":
        Session.objects.all().delete()
    else:
        client.cookies.clear()


def sign_in(client: Client, member: Membership, address: str) -> Any:
    """By password, from the address of the sign-in page that one was sent to."""
    page = client.get(address).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    typed = {"login": member.user.email, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    if "next=" in address:
        typed["next"] = re.findall(r'name="next" value="([^"]+)"', page)[0].replace("&amp;", "&")
    return client.post(reverse("account_login"), typed, follow=True)


@pytest.mark.parametrize("name", POSTED)
def test_each_form_behind_sign_in_keeps_what_was_posted(name: str, gp: Membership, client_of: ClientOf) -> None:
    client, token = at_work(gp, client_of)
    end_session(client, "idle")
    address = url_of(name, made_up(ADDRESSES[name]))
    answer = client.post(address, {"words": WORDS, "needs": ["a", "b"], "csrfmiddlewaretoken": token})
    if answer.status_code in (404, 405):  # takes no posts
        assert not Draft.objects.exists()
        return
    assert answer["Location"].startswith(f"{reverse('account_login')}?why=kept")
    draft = Draft.unsent_of([gp]).get()
    assert (draft.action, draft.data) == (address, {"words": [WORDS], "needs": ["a", "b"]})


@pytest.mark.parametrize("how", ["idle", "ended elsewhere", "cookies gone"])
def test_it_comes_back_in_the_same_form_and_goes_once_it_is_sent(
    how: str, connector: Membership, client_of: ClientOf
) -> None:
    case = CaseFactory(lead=connector, agency=connector.agency)
    client, token = at_work(connector, client_of)
    key, page = str(uuid.uuid4()), reverse("cases:case", args=[case.pk])
    note = {"kind": "note", "text": WORDS, "when": "now", "audience": "circle", "next_when": "keep", "key": key}
    end_session(client, how)
    answer = client.post(
        reverse("cases:write", args=[case.pk]),
        note | {"csrfmiddlewaretoken": token},
        headers={"referer": f"http://testserver{page}"},
    )
    assert "What you typed is kept" in client.get(answer["Location"]).content.decode()
    # when the same person signs in again
    shown = sign_in(client, connector, answer["Location"])
    assert shown.redirect_chain[-1][0].startswith(page)
    form = shown.content.decode()
    # then the form has it all
    assert "What you typed is in the form again" in form
    assert f">\n{WORDS.replace('&', '&amp;')}</textarea>" in form
    assert re.search(r'<input[^>]*value="note"[^>]*checked', form)
    assert f'value="{key}"' in form
    unsent = re.search(r'name="unsent" value="(\d+)"', form)
    assert unsent
    # and what comes back with an error still knows what it was, and what is sent is gone from the drafts
    fresh = {"csrfmiddlewaretoken": token, "unsent": unsent[1]}  # the same person's token is good for both sessions
    wrong = client.post(reverse("cases:write", args=[case.pk]), note | fresh | {"text": ""})
    assert wrong.status_code == 422
    assert f'name="unsent" value="{unsent[1]}"' in wrong.content.decode()
    assert client.post(reverse("cases:write", args=[case.pk]), note | fresh).status_code == 302
    assert Entry.objects.filter(case=case, text=WORDS).count() == 1
    assert not Draft.objects.exists()


@pytest.mark.parametrize("signs_in", ["before", "after"])
def test_another_person_on_that_browser_never_sees_it(
    signs_in: str, connector: Membership, gp: Membership, client_of: ClientOf
) -> None:
    client, token = at_work(connector, client_of)
    end_session(client, "idle")
    post = {"text": WORDS, "csrfmiddlewaretoken": token}
    case = CaseFactory(lead=connector, agency=connector.agency)
    address = reverse("cases:write", args=[case.pk])
    if signs_in == "before":
        sign_in(client, gp, reverse("account_login"))
        answer = client.post(address, post, headers={"origin": "http://testserver"})
        assert answer.status_code == 403
        shown = answer.content.decode()
        assert "was not sent in your name" in shown
    else:
        answer = client.post(address, post)
        shown = sign_in(client, gp, answer["Location"]).content.decode()
    assert WORDS not in shown
    draft = Draft.unsent_of([connector]).get()
    page = client.get(reverse("agencies:unsent"))
    assert WORDS not in page.content.decode()
    assert client.get(draft.return_address).status_code == 302
    # and it waits for who wrote it
    theirs = sign_in(client_of_nobody(), connector, reverse("account_login"))
    assert theirs.redirect_chain[-1][0] == reverse("agencies:unsent")
    assert WORDS in theirs.content.decode()
    assert not Entry.objects.filter(text=WORDS).exists()


def client_of_nobody() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(
    ("posted", "kept"),
    [
        ({"cases": "", "cases-1": str(uuid.uuid4())}, True),  # who takes each of many
        ({"cases": str(uuid.uuid4()), "key": str(uuid.uuid4())}, False),
        ({"go": "on"}, False),
    ],
)
def test_several_choices_are_kept_too_and_a_mere_button_leads_to_sign_in(
    posted: dict[str, str], kept: bool, gp: Membership, client_of: ClientOf
) -> None:
    client, token = at_work(gp, client_of)
    end_session(client, "cookies gone")
    address = reverse("agencies:end_member", args=[gp.pk])
    page = {"referer": f"http://testserver{address}"}
    answer = client.post(address, posted | {"csrfmiddlewaretoken": token}, headers=page)
    assert answer["Location"].startswith(reverse("account_login"))
    assert address in answer["Location"]
    assert Draft.unsent_of([gp]).exists() is kept


def test_htmx_is_sent_to_sign_in_and_back(connector: Membership, client_of: ClientOf) -> None:
    case = CaseFactory(lead=connector, agency=connector.agency)
    client, token = at_work(connector, client_of)
    end_session(client, "idle")
    page = reverse("cases:case", args=[case.pk])
    headers = {"hx-request": "true", "hx-current-url": f"http://testserver{page}", "x-csrftoken": token}
    answer = client.post(reverse("cases:write", args=[case.pk]), {"text": WORDS}, headers=headers)
    assert answer.status_code == 401
    shown = sign_in(client, connector, answer["HX-Redirect"])
    assert f"{WORDS}</textarea>" in shown.content.decode()


def test_words_of_a_form_that_has_gone_away_are_shown(connector: Membership, client_of: ClientOf) -> None:
    case: Case = CaseFactory(lead=connector, agency=connector.agency)
    client, token = at_work(connector, client_of)
    end_session(client, "idle")
    gone = reverse("cases:close", args=[uuid.uuid4()])
    for address in (gone, reverse("cases:write", args=[case.pk])):  # no such page; a page that is only posted to
        answer = client.post(address, {"text": WORDS, "csrfmiddlewaretoken": token})
        shown = sign_in(client, connector, answer["Location"])
        assert shown.redirect_chain[-1][0] == reverse("agencies:unsent")
        assert WORDS in shown.content.decode()
        end_session(client, "ended elsewhere")


def test_a_form_that_was_drawn_into_a_page_comes_back_on_its_own(connector: Membership, client_of: ClientOf) -> None:
    case: Case = CaseFactory(lead=connector, agency=connector.agency)
    page, form = reverse("cases:case", args=[case.pk]), reverse("cases:fact", args=[case.pk, "matters"])
    draft = Draft.save_unsent(member=connector, form="1", page=page, action=form, data={"what_matters": [WORDS]})
    shown = client_of(connector).get(draft.return_address, follow=True)
    assert shown.redirect_chain == [(f"{form}?unsent={draft.pk}", 302)]
    assert f"{WORDS.replace('&', '&amp;')}</textarea>" in shown.content.decode()


def test_a_draft_of_another_agency_one_works_for_comes_back_too(gp: Membership, client_of: ClientOf) -> None:
    second = MembershipFactory(user=gp.user, role=Role.REFERRER, agency__name="Zed Surgery")
    client = client_of(second)
    draft = Draft.save_unsent(member=second, form="1", page="/refer/", action="/refer/", data={"needs_words": [WORDS]})
    session = client.session
    session["member"] = str(gp.pk)
    session.save()
    client.get(draft.return_address)
    assert client.session["member"] == str(second.pk)


def test_a_page_keeps_its_words_before_it_leaves(gp: Membership, client_of: ClientOf) -> None:
    client, token = at_work(gp, client_of)
    end_session(client, "idle")
    typed = {"unsent_page": "/refer/", "unsent_action": "/refer/", "unsent_form": "one", "person_name": "Joan"}
    for name in ("Joan", "Joan Whitfield"):
        answer = client.post(
            reverse("agencies:keep"),
            typed | {"person_name": name},
            headers={"x-csrftoken": token, "hx-request": "true"},
        )
    draft = Draft.unsent_of([gp]).get()
    assert (draft.page, draft.action, draft.data) == ("/refer/", "/refer/", {"person_name": ["Joan Whitfield"]})
    shown = sign_in(client, gp, answer["HX-Redirect"]).content.decode()
    assert 'value="Joan Whitfield"' in shown


@pytest.mark.parametrize("token", ["", "x" * 64, "\u00e9" * 64, "A1" * 32])
def test_without_the_token_of_a_page_nothing_is_kept(token: str, client: Client) -> None:
    typed = {"unsent_page": "/refer/", "unsent_action": "/refer/", "words": WORDS, "csrfmiddlewaretoken": token}
    assert client.post(reverse("agencies:keep"), typed).status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"password": WORDS},
        {"code": "123456"},
        {"credential": WORDS},
        {"words": "x" * (MAX_DRAFT_LENGTH + 1)},
        {"end": "1"},
        {},
    ],
)
def test_no_secret_nothing_endless_and_no_button_is_kept(
    fields: dict[str, str], gp: Membership, client_of: ClientOf
) -> None:
    client, token = at_work(gp, client_of)
    end_session(client, "idle")
    client.post(reverse("agencies:sessions"), fields | {"csrfmiddlewaretoken": token})
    assert not Draft.objects.exists()


def test_a_postcode_is_no_secret_code(gp: Membership, client_of: ClientOf) -> None:
    client, token = at_work(gp, client_of)
    end_session(client, "idle")
    client.post(reverse("referrals:refer"), {"person_postcode": "BN11 2AA", "csrfmiddlewaretoken": token})
    assert Draft.unsent_of([gp]).get().data == {"person_postcode": ["BN11 2AA"]}


def test_an_address_elsewhere_is_not_gone_to(gp: Membership, client_of: ClientOf) -> None:
    client, token = at_work(gp, client_of)
    typed = {"unsent_page": "//evil.example.org/", "unsent_action": "https://evil.example.org/", "words": WORDS}
    client.post(reverse("agencies:keep"), typed, headers={"x-csrftoken": token})
    draft = Draft.unsent_of([gp]).get()
    assert "evil" not in draft.page + draft.action


# --- The page of what was not sent ------------------------------------------------------------------


def test_it_is_thrown_away_by_its_own_member_only(gp: Membership, provider: Membership, client_of: ClientOf) -> None:
    draft = Draft.save_unsent(member=gp, form="1", page="/refer/", action="/refer/", data={"words": [WORDS]})
    address = reverse("agencies:unsent")
    assert client_of(provider).post(address, {"discard": draft.pk}).status_code == 404
    assert client_of(gp).post(address, {"discard": "no"}).status_code == 404
    assert client_of(gp).post(address, {"discard": draft.pk}).status_code == 302
    assert not Draft.objects.exists()
    assert "Everything was sent" in client_of(gp).get(address).content.decode()


def test_a_member_has_so_many_drafts_and_the_oldest_goes(gp: Membership, provider: Membership) -> None:
    Draft.save_draft(member=provider, key="other", data={})
    for number in range(MAX_DRAFTS + 2):
        Draft.save_draft(member=gp, key=f"note:{number}", data={})
    kept = set(Draft.visible_to(gp).values_list("key", flat=True))
    assert kept == {f"note:{number}" for number in range(2, MAX_DRAFTS + 2)}
    assert Draft.visible_to(provider).exists()


def test_a_draft_has_a_size(gp: Membership, client_of: ClientOf) -> None:
    data = {"draft_key": "a", "words": "x" * (MAX_DRAFT_LENGTH + 1)}
    assert client_of(gp).post(reverse("agencies:draft"), data).status_code == 422
    assert not Draft.objects.exists()


# --- The token --------------------------------------------------------------------------------------


def test_a_token_names_its_member_and_nobody_else_can_write_one() -> None:
    for number in (uuid.uuid4(), uuid.UUID(int=0), uuid.UUID(int=(1 << 128) - 1)):
        secret = build_page_secret(number)
        assert read_page_secret(secret) == number
        assert read_page_secret(secret[:-1] + ("a" if secret[-1] != "a" else "b")) is None
    assert read_page_secret("9" * 32) is None
    assert read_page_secret("") is None


def test_a_visitor_has_no_members_token(gp: Membership, client_of: ClientOf) -> None:
    client, _ = at_work(gp, client_of)
    assert read_page_secret(client.cookies["csrftoken"].value) == gp.pk
    end_session(client, "ended elsewhere")
    client.get(reverse("account_login"))
    assert read_page_secret(client.cookies["csrftoken"].value) is None


def test_a_look_up_within_a_form_brings_the_whole_form_back(gp: Membership, client_of: ClientOf) -> None:
    client, token = at_work(gp, client_of)
    end_session(client, "idle")
    typed = {"nhs_number": "999 000 0018", "person_name": "Joan Whitfield", "key": str(uuid.uuid4())}
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/refer/", "x-csrftoken": token}
    answer = client.post(reverse("referrals:find_person"), typed, headers=headers)
    shown = sign_in(client, gp, answer["HX-Redirect"]).content.decode()
    assert 'value="Joan Whitfield"' in shown
    assert 'value="999 000 0018"' in shown


def test_what_is_saved_while_one_types_settles_nothing(gp: Membership, client_of: ClientOf) -> None:
    draft = Draft.save_unsent(member=gp, form="1", page="/refer/", action="/refer/", data={"words": [WORDS]})
    client_of(gp).post(reverse("agencies:draft"), {"draft_key": "refer:1", "words": WORDS, "unsent": str(draft.pk)})
    assert Draft.unsent_of([gp]).get() == draft


@pytest.mark.parametrize(
    "address", ["/\\evil.example.org/", "//evil.example.org/", "https://evil.example.org/", "x", ""]
)
def test_no_address_elsewhere_is_kept(address: str) -> None:
    """A browser reads a \\ as a /, and the words would be posted to whose name stands behind it."""
    assert tidy_path(address) == ""
    assert tidy_path("/refer/?a=1&unsent=3") == "/refer/?a=1"
