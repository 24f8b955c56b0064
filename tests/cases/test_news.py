"""News: what others did stands on the caseload and at the row, until somebody has dealt with it."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author
from bookings.actions import move_booking
from bookings.states import Actor, BookingStatus
from cases.actions.booking import book_for_case
from cases.actions.closing import close_case
from cases.actions.news import mark_news_done
from cases.actions.onward import OnwardRequest, refer_on
from cases.actions.opening import accept_referral
from cases.caseload import count_lists
from cases.models import ClosingReason, Kind, News
from cases.news import MAX_ON_LANDING
from referrals.actions import move_referral, send_message
from referrals.actions.answer import reply_to_referral
from referrals.models import DeclineReason
from referrals.states import ReferralStatus, Side
from tests.factories import CaseFactory, MembershipFactory, ReferralFactory, ServiceFactory, SessionFactory, teammate
from tests.queries import assert_max_queries

URL = "/caseload/"


@pytest.fixture
def case(connector):
    return CaseFactory(lead=connector, person__name="Joan Whitfield", first_contact_at=timezone.now())


@pytest.fixture
def asked(case, connector):
    """A group is asked for the person of the case."""
    (referral,) = refer_on(
        case=case,
        by=Author.of(connector),
        key=uuid.uuid4(),
        services=[ServiceFactory(name="Tuesday gardening")],
        ask=OnwardRequest(how_agreed="Said so on the phone"),
        started_at=timezone.now(),
    )
    return referral


def decline(referral, words="No room until spring"):
    reason = DeclineReason.of_side(DeclineReason.Side.PROVIDER).first()
    by = Author.by_link(referral.to_agency, "Ahmed")
    move_referral(referral, ReferralStatus.DECLINED, by=by, side=Side.RECEIVER, reason=reason, words=words)


def done(client, news, **more):
    return client.post(reverse("cases:news_done"), {"news": [str(pk) for pk in news], **more})


def test_a_groups_no_stands_on_the_landing_page_until_done(client_of, connector, case, asked):
    decline(asked)
    client = client_of(connector)
    page = client.get(URL)
    for words in ("News from others", "Joan Whitfield", "Tuesday gardening: declined", "No room until spring", "Ahmed"):
        assert words in page.text
    assert [line.status for line in page.context["news"]] == ["New"]
    assert page.context["figures"]["news"] == 1
    (row,) = client.get(URL, {"list": "all"}).context["rows"]
    assert row.news == 1

    client.get(reverse("cases:case", args=[case.pk]))
    assert [line.status for line in client.get(URL, {"list": "news"}).context["news"]] == ["Opened"]

    assert done(client, [page.context["news"][0].pk]).status_code == 302
    assert count_lists(connector, connector)["news"] == 0
    assert "declined" not in client.get(URL).text
    (line,) = client.get(URL, {"list": "dealt"}).context["news"]
    assert line.done.startswith("Priya Shah")
    (row,) = client.get(URL, {"list": "all"}).context["rows"]
    assert row.news == 0

    done(client, [line.pk], undo="1")
    assert count_lists(connector, connector)["news"] == 1


def test_the_case_marks_what_is_new_and_is_done_with_it_in_one_press(client_of, connector, case, asked):
    decline(asked)
    client = client_of(connector)
    page = client.get(reverse("cases:case", args=[case.pk]))
    assert len(page.context["news"]) == 1
    assert ">News</strong>" in page.text
    done(client, page.context["news"])
    page = client.get(reverse("cases:case", args=[case.pk]))
    assert (page.context["news"], ">News</strong>" in page.text) == ([], False)


def said_by_group(asked):
    return Author.by_link(asked.to_agency, "Ahmed")


DEEDS = {
    "declined": decline,
    "accepted": lambda r: move_referral(r, ReferralStatus.ACCEPTED, by=said_by_group(r), side=Side.RECEIVER),
    "waiting list": lambda r: move_referral(r, ReferralStatus.WAITING, by=said_by_group(r), side=Side.RECEIVER),
    "message": lambda r: send_message(r, by=said_by_group(r), words="What size of boots?"),
    "answered by link": lambda r: reply_to_referral(
        r, by=said_by_group(r), to=ReferralStatus.ACCEPTED, key=uuid.uuid4(), seen=r.moves_made
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_a_group_does_is_news(connector, asked, deed):
    DEEDS[deed](asked)
    assert count_lists(connector, connector)["news"] == 1


def test_started_attended_and_finished_are_each_news(connector, asked):
    for to in (ReferralStatus.ACCEPTED, ReferralStatus.STARTED, ReferralStatus.STARTED, ReferralStatus.COMPLETED):
        move_referral(asked, to, by=said_by_group(asked), side=Side.RECEIVER)
    assert count_lists(connector, connector)["news"] == 4


def test_a_booking_that_the_group_cancels_and_one_that_came_free_are_news(connector, case):
    session = SessionFactory(places=1)
    other = CaseFactory(lead=connector)
    by = Author.of(connector)
    first = book_for_case(case=case, by=by, key=uuid.uuid4(), session=session, how_agreed="On the phone")
    second = book_for_case(case=other, by=by, key=uuid.uuid4(), session=session, how_agreed="On the phone")
    assert count_lists(connector, connector)["news"] == 0
    group = Author.of(MembershipFactory(role=Role.PROVIDER, agency=session.service.agency))
    move_booking(first, BookingStatus.CANCELLED, by=group, mover=Actor.GROUP, words="The room is flooded")
    assert {(news.case, news.entry.details["status"]) for news in News.objects.all()} == {
        (case, "cancelled"),
        (other, "offered"),
    }
    assert second.pk


def test_a_case_that_was_closed_still_has_news(client_of, connector, case, asked):
    by, reason = Author.of(connector), ClosingReason.objects.get(code="goals")
    close_case(case=case, by=by, reason=reason, outcome=None, summary="Well")
    decline(asked)
    assert "Tuesday gardening: declined" in client_of(connector).get(URL).text


def test_a_referral_withdrawn_after_it_was_accepted_is_news_and_in_the_story(client_of, connector, gp):
    referral = ReferralFactory(to_agency=connector.agency, sent_by=gp)
    case = accept_referral(referral=referral, by=Author.of(connector), person=None)
    move_referral(referral, ReferralStatus.WITHDRAWN, by=Author.of(gp), side=Side.SENDER, words="They moved away")
    (news,) = News.objects.filter(agency=connector.agency)
    assert (news.case, news.entry.kind, news.entry.text) == (case, Kind.WITHDRAWN, "They moved away")
    page = client_of(connector).get(URL).text
    assert f"{gp.agency.name}: withdrawn" in page
    assert "They moved away" in page


def test_a_referral_withdrawn_before_is_news_to_the_team_and_to_whom_it_was_given(client_of, connector, gp):
    colleague = teammate(connector)
    referral = ReferralFactory(to_agency=connector.agency, sent_by=gp, assigned_to=colleague)
    move_referral(referral, ReferralStatus.WITHDRAWN, by=Author.of(gp), side=Side.SENDER, words="They moved away")
    assert count_lists(connector, connector)["news"] == 0
    assert count_lists(colleague, colleague)["news"] == 1
    assert "Withdrawn" in client_of(colleague).get(URL).text


def test_whoever_referred_has_the_decision_as_news(client_of, connector, gp):
    referral = ReferralFactory(to_agency=connector.agency, sent_by=gp)
    accept_referral(referral=referral, by=Author.of(connector), person=None)
    client = client_of(gp)
    page = client.get("/news/")
    assert [(line.title, line.status) for line in page.context["lines"]] == [("Accepted", "New")]
    shown = client.get(reverse("referrals:referral", args=[referral.pk]))
    assert [str(pk) for pk in shown.context["news"]] == [str(page.context["lines"][0].pk)]
    assert "1 piece of news" in shown.text
    (line,) = client.get("/news/").context["lines"]
    assert line.status == "Opened"
    assert done(client, [line.pk]).url == "/news/"
    assert client.get("/news/").context["lines"] == []
    assert [line.title for line in client.get("/news/", {"list": "done"}).context["lines"]] == ["Accepted"]
    assert not News.objects.filter(agency=connector.agency).exists()


def test_a_group_hears_that_a_referral_was_withdrawn(client_of, connector, asked):
    move_referral(asked, ReferralStatus.WITHDRAWN, by=Author.of(connector), side=Side.SENDER, words="Not now")
    volunteer = MembershipFactory(role=Role.PROVIDER, agency=asked.to_agency)
    assert [line.title for line in client_of(volunteer).get("/news/").context["lines"]] == ["Withdrawn"]


# --- Whose it is --------------------------------------------------------------------------------------


def test_it_is_the_holders_and_the_whole_teams_when_nobody_holds_it(client_of, connector, lead, case, asked):
    colleague = teammate(connector)
    decline(asked)
    assert count_lists(colleague, colleague)["news"] == 0
    assert count_lists(lead, None)["news"] == 1
    connector.ended_at = timezone.now()
    connector.save()
    assert count_lists(colleague, colleague)["news"] == 1
    assert "Tuesday gardening: declined" in client_of(colleague).get(URL).text
    page = client_of(colleague).get(URL, {"list": "alone"})
    assert [(row.name, row.lead) for row in page.context["rows"]] == [
        ("Joan Whitfield", "Nobody (Priya Shah has left)")
    ]
    (found,) = client_of(colleague).post(URL, {"words": "Joan"}).context["found"]
    assert found.lead == "Nobody (Priya Shah has left)"
    assert "Nobody: Priya Shah has left" in client_of(colleague).get(reverse("cases:case", args=[case.pk])).text


@pytest.mark.parametrize("gone", ["ended", "account off", "role"])
def test_a_case_whose_connector_cannot_work_is_without_one(connector, case, gone):
    colleague = teammate(connector)
    if gone == "ended":
        connector.ended_at = timezone.now()
    elif gone == "role":
        connector.role = Role.REFERRER
    else:
        connector.user.is_active = False
        connector.user.save()
    connector.save()
    assert count_lists(colleague, colleague)["alone"] == 1


def test_nobody_else_sees_it_or_deals_with_it(client_of, connector, outsider, gp, steward, case, asked):
    decline(asked)
    pk = News.objects.get().pk
    for stranger in (outsider, gp):
        client = client_of(stranger)
        assert "Joan Whitfield" not in client.get("/news/").text
        done(client, [pk])
    assert client_of(steward).get("/news/").status_code == 403
    assert client_of(steward).post("/news/done/", {"news": pk}).status_code == 403
    assert News.objects.get().done_at is None
    assert mark_news_done(news=[pk], by=outsider) == 0


def test_whoever_dealt_with_it_first_stays_named(connector, lead, asked):
    decline(asked)
    pk = News.objects.get().pk
    assert mark_news_done(news=[pk], by=connector) == 1
    assert mark_news_done(news=[pk], by=lead) == 0
    assert News.objects.get().done_by == connector


@pytest.mark.parametrize("posted", [{}, {"news": ""}, {"news": "x"}, {"news": "\0"}, {"news": str(uuid.uuid4())}])
def test_nonsense_does_no_harm(client_of, connector, posted):
    assert client_of(connector).post("/news/done/", posted).status_code == 302
    assert client_of(connector).get("/news/", {"after": posted.get("news", "x")}).status_code == 200


def test_back_to_where_it_was_done(client_of, connector, asked):
    decline(asked)
    came_from = {"HTTP_REFERER": "http://testserver/caseload/?list=news"}
    posted = {"news": str(News.objects.get().pk)}
    assert client_of(connector).post("/news/done/", posted, **came_from).url == "/caseload/?list=news"
    elsewhere = {"HTTP_REFERER": "http://elsewhere.example.org/"}
    assert client_of(connector).post("/news/done/", posted, **elsewhere).url == "/news/"


def test_wrong_verbs_and_signed_out(client, client_of, connector):
    assert client_of(connector).get("/news/done/").status_code == 405
    assert client_of(connector).post("/news/").status_code == 405
    assert client.get("/news/").status_code == 302


# --- Many ---------------------------------------------------------------------------------------------


def test_pages_show_each_once(client_of, connector, case, asked):
    for n in range(65):
        send_message(asked, by=said_by_group(asked), words=f"Message {n}")
    client, seen, after = client_of(connector), [], None
    while True:
        page = client.get(URL, {"list": "news", **({"after": after} if after else {})})
        seen += [line.pk for line in page.context["news"]]
        after = page.context["after"]
        if after is None:
            break
    assert len(seen) == 65 == len(set(seen))
    assert len(client.get(URL).context["news"]) == MAX_ON_LANDING
    with assert_max_queries(6):
        client.get(URL)
