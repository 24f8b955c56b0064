"""/referrals/: the lists of both sides, the search, and the page of one referral."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Membership
from referrals.actions import answer_referrer, assign_referral, move_referral
from referrals.models import DeclineReason, Referral
from referrals.states import ReferralStatus, Side
from tests.factories import MembershipFactory, OnwardReferralFactory, ReferralFactory, needs, teammate
from tests.queries import assert_max_queries

LIST = "/referrals/"
ClientOf = Callable[[Membership], Client]


def path(referral: Referral) -> str:
    return reverse("referrals:referral", args=[referral.pk])


def html_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# --- Lists --------------------------------------------------------------------------------------------


def test_the_practice_sees_what_it_sent_and_where_it_stands(gp: Membership, ada: Referral, client_of: ClientOf) -> None:
    for member in (gp, teammate(gp)):
        html = html_of(client_of(member), LIST)
        assert "Ada Fern" in html
        assert "Worthing Connectors" in html
        assert "Since today" in html


def test_the_team_lands_on_what_is_to_be_answered_first_by_date(
    gp: Membership, priya: Membership, ada: Referral, client_of: ClientOf
) -> None:
    old = timezone.now() - timedelta(days=9)
    ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Bo Reed", sent_at=old)
    html = html_of(client_of(priya), LIST)
    assert html.index("Bo Reed") < html.index("Ada Fern")
    assert "To answer (2)" in html
    assert "9 days" in html
    assert "Late" in html


def test_a_stranger_s_list_is_empty(ada: Referral, outsider: Membership, client_of: ClientOf) -> None:
    for name in ("answer", "received", "open", "finished"):
        assert "Ada Fern" not in html_of(client_of(outsider), f"{LIST}?list={name}")


def test_each_list_holds_what_its_name_says(gp: Membership, priya: Membership, client_of: ClientOf) -> None:
    by = Author.of(priya)
    for name in ("Sent Sam", "Back Bea", "Going Gus", "Done Di"):
        ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name=name)
    sent, back, going, done = [
        Referral.objects.get(person_name=n) for n in ("Sent Sam", "Back Bea", "Going Gus", "Done Di")
    ]
    move_referral(back, ReferralStatus.RETURNED, by=by, side=Side.RECEIVER, words="Which evening?")
    assign_referral(sent, to=priya, by=by)
    move_referral(going, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER)
    move_referral(done, ReferralStatus.WITHDRAWN, by=Author.of(gp), side=Side.SENDER, words="Moved away")

    def names(member: Membership, tab: str) -> set[str]:
        html = html_of(client_of(member), f"{LIST}?list={tab}")
        return {n for n in ("Sent Sam", "Back Bea", "Going Gus", "Done Di") if n in html}

    assert names(gp, "open") == {"Sent Sam", "Back Bea", "Going Gus"}
    assert names(gp, "returned") == {"Back Bea"}
    assert names(gp, "finished") == names(priya, "finished") == {"Done Di"}
    assert names(priya, "answer") == {"Sent Sam"}
    assert names(priya, "unassigned") == set()
    assert names(priya, "mine") == {"Sent Sam"}
    assert names(teammate(priya), "mine") == set()
    assert names(priya, "received") == {"Sent Sam", "Back Bea", "Going Gus"}
    assert "More detail needed (1)" in html_of(client_of(gp), LIST)


def test_a_provider_sees_what_came_to_it_and_nothing_else(client_of: ClientOf) -> None:
    onward = OnwardReferralFactory(person_name="Ada Fern")
    other = OnwardReferralFactory(person_name="Bo Reed")
    member = MembershipFactory(role=Role.PROVIDER, agency=onward.to_agency)
    html = html_of(client_of(member), LIST)
    assert "Ada Fern" in html
    assert "Bo Reed" not in html
    assert "Drafts" not in html
    assert client_of(member).get(f"{LIST}?list=open").status_code == 404
    assert client_of(member).get(path(other)).status_code == 404
    assert f"/referrals/{onward.pk}/answer/" in html_of(client_of(member), path(onward))


def test_unknown_lists_and_cursors_are_not_found(gp: Membership, ada: Referral, client_of: ClientOf) -> None:
    client = client_of(gp)
    for query in ("list=nonsense", "list=answer", "list=mine", "after=nonsense", f"after={uuid.uuid4()}", "list=%00"):
        assert client.get(f"{LIST}?{query}").status_code == 404, query
    assert client_of(MembershipFactory()).get(f"{LIST}?after={ada.pk}").status_code == 404


def test_empty_lists_say_why_and_whom_to_call(gp: Membership, client_of: ClientOf) -> None:
    for tab, words in (("open", "Nothing you have sent is open"), ("drafts", "No drafts")):
        html = html_of(client_of(gp), f"{LIST}?list={tab}")
        assert words in html
        assert "01632 960100" in html


def test_show_30_more_goes_on_where_the_page_ends(gp: Membership, priya: Membership, client_of: ClientOf) -> None:
    same = timezone.now() - timedelta(days=3)
    for n in range(65):
        moment = same if n % 2 else same - timedelta(hours=n)
        ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name=f"Person {n:02}", sent_at=moment)
    for member, tab in ((gp, "open"), (priya, "answer")):
        seen, url = [], f"{LIST}?list={tab}"
        for _ in range(3):
            response = client_of(member).get(url)
            seen += [row.person for row in response.context["rows"]]
            more = response.context["more"]
            url = f"{LIST}?list={tab}&after={more.pk}" if more else ""
        assert url == ""
        assert len(seen) == len(set(seen)) == 65


def test_htmx_gets_the_rows_alone(gp: Membership, ada: Referral, client_of: ClientOf) -> None:
    for n in range(31):
        ReferralFactory(sent_by=gp, to_agency=ada.to_agency, person_name=f"Person {n}", sent_at=timezone.now())
    client = client_of(gp)
    more = client.get(LIST).context["more"]
    url = f"{LIST}?list=open&after={more.pk}"
    part = client.get(url, headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith("<tr>")
    assert part.headers["Vary"].count("HX-Request") == 1
    body = part.content.decode()
    fresh = client.get(url)
    assert "Ada Fern" in body
    assert " ".join(body.split()) in " ".join(fresh.content.decode().split())


def test_the_lists_take_a_fixed_number_of_queries(gp: Membership, priya: Membership, client_of: ClientOf) -> None:
    for n in range(3):
        ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name=f"Person {n}")
    client = client_of(priya)
    with assert_max_queries(4):
        client.get(LIST)
    for n in range(20):
        ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name=f"Person {n}")
    with assert_max_queries(4):
        client.get(LIST)


# --- One referral -------------------------------------------------------------------------------------


def test_both_sides_and_their_teammates_see_what_was_sent(
    gp: Membership, priya: Membership, ada: Referral, client_of: ClientOf
) -> None:
    ada.needs.set(needs("Loneliness"))
    for member in (gp, teammate(gp), priya, teammate(priya)):
        html = html_of(client_of(member), path(ada))
        for words in ("Ada Fern", "27 March 1951", "999 000 0018", "Loneliness", "Getting out of the house again"):
            assert words in html


def test_a_stranger_gets_404_and_a_reader_403(
    ada: Referral, outsider: Membership, steward: Membership, client_of: ClientOf
) -> None:
    for member in (outsider, MembershipFactory()):
        assert client_of(member).get(path(ada)).status_code == 404
    assert client_of(steward).get(path(ada)).status_code == 403
    assert client_of(steward).get(LIST).status_code == 403


def test_wrong_verbs(gp: Membership, ada: Referral, client_of: ClientOf) -> None:
    client = client_of(gp)
    assert client.put(LIST).status_code == 405
    assert client.post(path(ada)).status_code == 405
    assert client.delete(path(ada)).status_code == 405
    assert client.head(path(ada)).status_code == 200


def test_each_move_is_told_with_who_when_and_why(
    gp: Membership, priya: Membership, ada: Referral, client_of: ClientOf
) -> None:
    move_referral(
        ada, ReferralStatus.RETURNED, by=Author.of(priya), side=Side.RECEIVER, words="Which evening can we call?"
    )
    html = html_of(client_of(gp), path(ada))
    assert "Asked for more detail" in html
    assert "by Priya Shah, Worthing Connectors" in html
    assert "Which evening can we call?" in html
    assert "More detail needed" in html
    assert f"/referrals/{ada.pk}/resend/" in html


def test_a_decline_shows_its_reason_and_words(
    gp: Membership, priya: Membership, ada: Referral, client_of: ClientOf
) -> None:
    reason = DeclineReason.objects.get(code="out-of-area")
    move_referral(
        ada, ReferralStatus.DECLINED, by=Author.of(priya), side=Side.RECEIVER, reason=reason, words="We told Hove."
    )
    html = html_of(client_of(gp), path(ada))
    assert reason.text in html
    assert "We told Hove." in html


def test_who_looks_at_it_is_the_team_s_own_business(
    gp: Membership, priya: Membership, ada: Referral, client_of: ClientOf
) -> None:
    assign_referral(ada, to=priya, by=Author.of(priya))
    assert "Given to a colleague" in html_of(client_of(priya), path(ada))
    html = html_of(client_of(gp), path(ada))
    assert "Given to" not in html


def test_each_side_is_offered_what_it_may_do_now(
    gp: Membership, priya: Membership, ada: Referral, client_of: ClientOf
) -> None:
    def offered(member: Membership) -> set[str]:
        return {deed.url.rstrip("/").split("/")[-1] for deed in client_of(member).get(path(ada)).context["deeds"]} - {
            ""
        }

    assert offered(priya) >= {"ask-detail", "decline", "pass-on", "assign"}
    assert offered(gp) == {"withdraw"}
    move_referral(ada, ReferralStatus.RETURNED, by=Author.of(priya), side=Side.RECEIVER, words="Which evening?")
    assert offered(priya) >= {"decline", "assign"}
    assert not offered(priya) & {"ask-detail", "pass-on"}
    assert offered(gp) == {"resend", "withdraw"}
    move_referral(ada, ReferralStatus.WITHDRAWN, by=Author.of(gp), side=Side.SENDER, words="Moved away")
    assert offered(priya) == offered(gp) == set()


def test_at_the_end_the_practice_reads_the_outcome_with_codes_to_copy(
    gp: Membership, priya: Membership, ada: Referral, client_of: ClientOf
) -> None:
    move_referral(ada, ReferralStatus.ACCEPTED, by=Author.of(priya), side=Side.RECEIVER)
    answer_referrer(
        ada,
        by=Author.of(priya),
        becomes=ReferralStatus.COMPLETED,
        reason="Finished as planned",
        outcome="More connected",
        summary="Ada goes to the garden.",
        codes=[{"code": "871711000000103", "term": "Declined"}],
    )
    html = html_of(client_of(gp), path(ada))
    for words in ("Finished as planned", "More connected", "Ada goes to the garden.", "871711000000103"):
        assert words in html
    assert 'data-copy="#code-1"' in html


def test_the_page_of_a_referral_takes_a_fixed_number_of_queries(
    gp: Membership, priya: Membership, ada: Referral, client_of: ClientOf
) -> None:
    client = client_of(priya)
    with assert_max_queries(8):  # one finds its news
        client.get(path(ada))


def test_a_late_one_says_so_with_the_team_s_phone(gp: Membership, ada: Referral, client_of: ClientOf) -> None:
    Referral.objects.filter(pk=ada.pk).update(answer_by=date(2026, 1, 5))
    html = html_of(client_of(gp), path(ada))
    assert "An answer was due by 5 January 2026" in html
    assert ada.to_agency.phone in html


def test_markup_typed_by_anybody_stays_words(gp: Membership, priya: Membership, client_of: ClientOf) -> None:
    evil = "<script>alert(1)</script>"
    referral = ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name=evil, what_matters=evil, message=evil)
    for member in (gp, priya):
        assert evil not in html_of(client_of(member), path(referral))
        assert evil not in html_of(client_of(member), LIST)
