"""The page of one activity."""

import datetime
import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from factory import LazyFunction

from agencies.models import Membership
from directory.catalogue.detail import is_shown_to, load_listing
from directory.catalogue.timetable import sync_sessions
from directory.catalogue.wording import (
    format_ages,
    format_costs,
    format_reply_record,
    format_short_price,
    shorten_description,
)
from directory.jobs import make_open_data
from directory.models import (
    Accessibility,
    Contact,
    CostOption,
    Figure,
    Language,
    Location,
    Service,
    ServiceArea,
    ServiceTerm,
    Session,
    Status,
)
from directory.search.index import index_services
from tests.conftest import signed_in_client
from tests.directory.making import listed, need
from tests.factories import MembershipFactory, ServiceFactory
from tests.queries import assert_max_queries

AGO = datetime.datetime(2026, 3, 3, 12, tzinfo=datetime.UTC)


def url(service: Service) -> str:
    return reverse("directory:service", args=[service.pk])


def full(**fields: object) -> Service:
    """An activity that says all there is to say."""
    service = listed(
        "Harbour walk",
        day="TU",
        description="An easy walk.\n\nWith tea.",
        phone="01632 960001",
        minimum_age=50,
        email="walk@group.example.org",
        url="https://walk.example.org",
        eligibility="Anyone who can walk a mile",
        application="Just turn up",
        assured_date=datetime.date(2026, 11, 2),
        alert="Meet at the pier in May",
        accreditations="Walk leaders are trained",
        **fields,
    )
    place = Location.objects.get()
    place.address, place.postcode, place.transport = "Church Road", "BN11 2AA", "Bus 700 stops outside"
    place.save()
    Accessibility.objects.create(location=place, description="Step-free from the street", details="Ring the bell")
    place.at_services.update(description="In the green room")
    Contact.objects.create(service=service, title="Bookings", phone="01632 960003")
    CostOption.objects.create(service=service, amount=Decimal("2.50"), amount_description="a walk", option="Adults")
    Contact.objects.create(service=service, name="Joan", title="Walk leader", phone="01632 960002")
    Language.objects.create(service=service, code="pl", name="Polish")
    ServiceArea.objects.create(service=service, name="Worthing")
    ServiceTerm.objects.create(service=service, term=need(name="Getting out"))
    return service


def test_it_says_all_there_is_to_say(client: Client) -> None:
    html = client.get(url(full())).content.decode()
    for words in (
        "<h1>Harbour walk</h1>",
        "<p>With tea.</p>",
        "Tuesdays, 10:30am to midday",
        "Church Road",
        "BN11 2AA",
        "Bus 700 stops outside",
        "Step-free from the street: Ring the bell",
        "In the green room",
        "<p>Bookings<br>",
        "Adults, £2.50 a walk",
        "Ages 50 and over",
        "Polish",
        "Anyone who can walk a mile",
        "Just turn up",
        "2 November 2026",
        "Ask for Joan, Walk leader",
        "Getting out",
        'href="tel:01632960001"',
        "mailto:walk@group.example.org",
        "Call to join",
        "Meet at the pier in May",
        "Walk leaders are trained",
        "data-print",
    ):
        assert words in html, words


def test_it_says_what_is_not_known(client: Client) -> None:
    html = client.get(url(listed("Walk", at=None))).content.decode()
    for words in (
        "Ask them when it meets",
        "No place is given",
        "Not given: ask them",
        "Not checked yet",
        "01632 960100",
    ):
        assert words in html, words


def test_where_referrals_go_is_not_shown(client: Client) -> None:
    html = client.get(url(full(referral_email="private@group.example.org"))).content.decode()
    assert "private@group" not in html


def test_closed_for_now_is_said(client: Client) -> None:
    html = client.get(url(listed("Walk", status=Status.CLOSED))).content.decode()
    assert "Closed for now" in html


@pytest.mark.parametrize("status", [Status.INACTIVE, Status.DEFUNCT])
def test_what_no_longer_runs_says_so(client: Client, status: Status) -> None:
    response = client.get(url(listed("Walk", status=status)))
    assert response.status_code == 410
    assert "no longer runs" in response.content.decode()


def test_an_unknown_activity_is_not_found(client: Client) -> None:
    assert client.get(reverse("directory:service", args=[uuid.uuid4()])).status_code == 404


def test_back_leads_to_the_search_it_came_from(client: Client) -> None:
    service = listed("Walk")
    back = client.get(url(service), headers={"Referer": "http://testserver/activities/?words=walk&day=TU"})
    assert 'class="back" href="/activities/?words=walk&amp;day=TU"' in back.content.decode()


@pytest.mark.parametrize(
    "referer", ["", "http://else.example.org/activities/?words=x", "http://testserver/refer/?a=b", "http://["]
)
def test_back_leads_nowhere_else(client: Client, referer: str) -> None:
    html = client.get(url(listed("Walk")), headers={"Referer": referer}).content.decode()
    assert 'class="back" href="/activities/"' in html


def test_what_a_feed_sent_is_escaped_and_no_script_can_be_linked(client: Client) -> None:
    service = full()
    Service.objects.filter(pk=service.pk).update(name="<script>alert(1)</script>", fees='"><img src=x onerror=y>')
    html = client.get(url(service)).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html


def test_what_to_expect_the_first_time_and_that_somebody_meets_you(client: Client) -> None:
    html = client.get(url(listed("Walk", first_time="Look for the orange scarf.", meets_you=True))).content.decode()
    assert "Look for the orange scarf." in html
    assert "Someone can meet you and go in with you" in html


def test_how_it_answers_is_said_to_staff_from_five_answers_on(
    client: Client, client_of: Callable[..., Client], gp: Membership
) -> None:
    service = listed("Walk", answers=4, reply_days=2, accepted_percent=75)
    staff = client_of(gp)
    assert "Usually answers" not in staff.get(url(service)).content.decode()
    Service.objects.update(answers=5)
    html = staff.get(url(service)).content.decode()
    assert "Usually answers within 2 days. Said yes to 75% in the last year" in html


@pytest.mark.parametrize("percent", [0, 40, 100])
def test_no_figure_about_a_group_leaves_for_the_public(client: Client, percent: int) -> None:
    """Not on its page, a card or the map, nor in the open directory or its files."""
    service = listed("Walk", answers=90, reply_days=83, accepted_percent=percent)
    make_open_data(0)
    api = "/api/oruk/v3/services"
    for address in [
        url(service),
        "/activities/?words=walk",
        "/activities/map.json?words=walk",
        "/activities.atom?words=walk",
        "/widget/",
        f"{api}/{service.pk}",
        api,
        "/open-data/activities.csv",
        "/open-data/activities.json",
    ]:
        response = client.get(address)
        assert response.status_code == 200, address
        said = (b"".join(response) if response.streaming else response.content).decode()
        assert "Walk" in said, address
        assert not re.search("Usually answers|Said yes|reply_days|accepted_percent|answers in 83", said), address


def test_that_it_never_said_yes_is_said_to_nobody(client_of: Callable[..., Client], gp: Membership) -> None:
    html = client_of(gp).get(url(listed("Walk", answers=9, reply_days=0, accepted_percent=0))).content.decode()
    assert "Usually answers on the same day" in html
    assert "Said yes" not in html


@pytest.mark.parametrize(
    ("days", "percent", "words"),
    [
        (0, 0, "Usually answers on the same day"),
        (1, None, "Usually answers within a day"),
        (None, 100, "Said yes to 100% in the last year"),
        (None, None, ""),
    ],
)
def test_replies_in_words(days: int | None, percent: int | None, words: str) -> None:
    assert format_reply_record(Service(answers=9, reply_days=days, accepted_percent=percent)) == words


def test_where_it_comes_from_and_how_old_it_is(client: Client) -> None:
    ours = client.get(url(listed("Walk", agency__name="Walkers", last_modified=AGO))).content.decode()
    theirs = client.get(url(listed("Run", source="Hounslow Connect"))).content.decode()
    assert "Written by Walkers" in ours
    assert "3 March 2026" in ours
    assert "From Hounslow Connect, another directory" in theirs


def test_a_check_of_long_ago_says_to_ask_first(client: Client) -> None:
    old = timezone.localdate() - datetime.timedelta(days=100)
    html = client.get(url(listed("Walk", assured_date=old, confirm_every=3))).content.decode()
    assert "That is a while ago: ask before you go" in html


@pytest.mark.parametrize(
    ("amounts", "about", "fees", "said"),
    [
        (["3"], "a time", "", "£3 a time"),
        (["2.50"], "", "", "£2.50"),
        (["3", "2"], "a time", "", "From £2"),
        (["3", "0"], "", "", ""),
        (["3"], "a time, with tea and a biscuit", "", ""),
        ([None], "Ask us", "", ""),
        ([], "", "£4 a session", "£4 a session"),
        ([], "", "Donations welcome", ""),
        ([], "", "", ""),
    ],
)
def test_a_price_in_a_few_words(amounts: list[str | None], about: str, fees: str, said: str) -> None:
    service = ServiceFactory(fees=fees)
    for amount in amounts:
        price = None if amount is None else Decimal(amount)
        CostOption.objects.create(service=service, amount=price, amount_description=about)
    assert format_short_price(service, timezone.localdate()) == said


def test_a_card_shows_the_price_of_what_is_not_free(client: Client) -> None:
    service = listed("Walk", day="TU")
    CostOption.objects.create(service=service, amount=3, amount_description="a time")
    index_services([service.pk])
    assert '<li class="chip">£3 a time</li>' in client.get(reverse("directory:activities")).content.decode()


def test_the_next_sessions_with_places_left_and_where_to_book(client: Client) -> None:
    service = listed("Walk", day="TU", bookable=True)
    service.schedules.update(places=2)
    sync_sessions(service)
    first, second, third = Session.coming()[:3]
    Session.objects.filter(pk=first.pk).update(taken=1)
    Session.objects.filter(pk=second.pk).update(taken=2)
    Session.objects.filter(pk=third.pk).update(cancelled_at=timezone.now(), cancelled_why="Snow")
    html = client.get(url(service)).content.decode()
    for words in (
        "1 place left",
        "Full",
        "Join the waiting list",
        "2 places left",
        "Not on: Snow",
        reverse("bookings:book", args=[first.pk]),
        reverse("directory:calendar", args=[service.pk]),
    ):
        assert words in html, words
    assert reverse("bookings:book", args=[third.pk]) not in html


def test_what_is_not_booked_here_has_no_button_for_it(client: Client) -> None:
    service = listed("Walk", day="TU")
    sync_sessions(service)
    html = client.get(url(service)).content.decode()
    assert f"Tuesday {Session.coming()[0].on.day}" in html
    assert "Book a place" not in html


def buttons(html: str) -> list[str]:
    """The filled and the outlined ones of the bar, as "words → address"."""
    bar = html.partition("actions--thumb")[2].partition("</section>")[0]
    return [f"{words} → {to}" for to, words in re.findall(r'<a class="govuk-button[^"]*" href="([^"]*)">([^<]+)<', bar)]


def test_what_can_be_booked_has_booking_as_its_main_button_and_calling_second(client: Client) -> None:
    service = listed("Walk", day="TU", bookable=True, phone="01632 960001")
    sync_sessions(service)
    html = client.get(url(service)).content.decode()
    assert buttons(html) == ["Book a place → #next", "Call → tel:01632960001"]
    assert '<a href="#next">book a place</a> here, without an account' in html
    Session.coming().exclude(pk=Session.coming()[0].pk).delete()
    one = reverse("bookings:book", args=[Session.coming()[0].pk])
    assert buttons(client.get(url(service)).content.decode())[0] == f"Book a place → {one}"


def test_when_all_is_full_the_main_button_is_the_waiting_list(client: Client) -> None:
    service = listed("Walk", day="TU", bookable=True)
    service.schedules.update(places=2)
    sync_sessions(service)
    Session.coming().update(taken=2)
    assert buttons(client.get(url(service)).content.decode()) == ["Join the waiting list → #next"]


def test_what_is_closed_for_now_is_asked_about_and_books_from_the_day_it_runs_again(client: Client) -> None:
    service = listed("Walk", day="TU", bookable=True, phone="01632 960001", status="temporarily closed")
    assert buttons(client.get(url(service)).content.decode()) == ["Ring to ask → tel:01632960001"]
    Service.objects.update(paused_until=timezone.localdate() + datetime.timedelta(days=20))
    service.refresh_from_db()
    sync_sessions(service)
    html = client.get(url(service)).content.decode()
    assert buttons(html)[0] == "Book a place → #next"
    for session in Session.coming()[:4]:
        address = reverse("bookings:book", args=[session.pk])
        assert address in html
        assert client.get(address).status_code == 200


def test_a_listing_from_a_feed_has_its_next_sessions_too(client: Client) -> None:
    html = client.get(url(listed("Walk", day="TU", source="Feed"))).content.decode()
    assert html.count('class="next__one"') == 4


def test_the_address_can_be_copied_and_sent_without_script(client: Client) -> None:
    service = listed("Walk & talk")
    html = client.get(url(service)).content.decode()
    address = f"http://127.0.0.1:8000/activities/{service.pk}/"
    assert f'id="address" href="{address}"' in html
    assert f">{address}<" not in html  # no address stands bare on a page
    assert "mailto:?subject=Walk%20%26%20talk&amp;body=http%3A%2F%2F127.0.0.1%3A8000" in html


# --- Who sees it ------------------------------------------------------------------------------------

STATES = {
    "draft": ({"published_at": None}, 404, "This is a draft"),
    "hidden": ({"hidden_at": LazyFunction(timezone.now)}, 410, "This is hidden"),
    "over": ({"status": Status.DEFUNCT}, 410, "This is set to not running"),
}


@pytest.mark.parametrize("state", STATES)
def test_what_is_not_listed_only_its_own_agency_and_the_steward_see(client: Client, state: str) -> None:
    fields, code, words = STATES[state]
    service = listed("Walk", **fields)
    stranger = signed_in_client(Client(), MembershipFactory(role="provider"))
    assert client.get(url(service)).status_code == stranger.get(url(service)).status_code == code
    for member in (MembershipFactory(role="provider", agency=service.agency), MembershipFactory(role="steward")):
        response = signed_in_client(Client(), member).get(url(service))
        assert response.status_code == 200
        assert words in response.content.decode()


def test_a_hidden_one_says_why_and_whom_to_ask(client: Client) -> None:
    html = client.get(url(listed("Walk", hidden_at=timezone.now(), phone="01632 960001"))).content.decode()
    assert "We are not sure that this still runs" in html
    assert 'href="tel:01632960001"' in html


def test_a_double_leads_to_the_one_that_is_kept(client: Client) -> None:
    kept = listed("Walk")
    response = client.get(url(listed("Walk again", joined_to=kept)))
    assert response.status_code == 301
    assert response["Location"] == url(kept)


@pytest.mark.parametrize("state", [*STATES, "listed"])
def test_is_shown_to_says_what_visible_to_says(state: str) -> None:
    service = listed("Walk", **STATES.get(state, ({},))[0])
    for member in (None, MembershipFactory(agency=service.agency), MembershipFactory()):
        read = load_listing(service.pk)
        assert is_shown_to(read, member) == Service.visible_to(member).filter(pk=service.pk).exists()


def test_each_opening_is_counted_but_not_of_what_is_not_listed(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    service, draft = listed("Walk"), listed("Draft", published_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        client.get(url(service))
        client.get(url(service))
        client.head(url(service))
        signed_in_client(client, MembershipFactory(agency=draft.agency)).get(url(draft))
    assert [(row.service, row.shown, row.views) for row in Figure.objects.all()] == [(service, 0, 2)]


def test_it_is_read_as_the_orm_reads_it() -> None:
    """Rows come as JSON: each column must be what a query of its own would have given."""
    service = full()
    service.schedules.update(skips=[datetime.date(2026, 3, 3)], dtstart=datetime.date(2026, 1, 6), places=12)
    read = load_listing(service.pk)
    for name in ("schedules", "cost_options", "contacts", "at_locations"):
        ours, theirs = list(getattr(read, name).all()), list(getattr(service, name).all())
        assert len(ours) == len(theirs) > 0
        for one, other in zip(ours, theirs, strict=True):
            assert {f.attname: repr(getattr(one, f.attname)) for f in one._meta.concrete_fields} == {
                f.attname: repr(getattr(other, f.attname)) for f in other._meta.concrete_fields
            }
    fresh = Service.objects.get(pk=service.pk)
    for field in Service._meta.concrete_fields:
        assert getattr(read, field.attname) == getattr(fresh, field.attname)


@pytest.mark.parametrize("count", [1, 4])
def test_at_most_two_queries_however_much_hangs_on_it(client: Client, count: int) -> None:
    service = full()
    for _ in range(count):
        CostOption.objects.create(service=service, amount=1)
        Contact.objects.create(service=service, name="Ann")
    with assert_max_queries(1):
        assert client.get(url(service)).status_code == 200


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    assert client.post(url(listed("Walk"))).status_code == 405


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (None, None, ""),
        (18, None, "Ages 18 and over"),
        (0, 4, "Up to age 4"),
        (6, 14, "Ages 6 to 14"),
        (50, 150, "Ages 50 and over"),
        (11, 11, "Age 11"),
    ],
)
def test_ages(low: int | None, high: int | None, words: str) -> None:
    assert format_ages(Service(minimum_age=low, maximum_age=high)) == words


@pytest.mark.parametrize(
    ("amount", "about", "words"),
    [
        (3, "£3 a time", "£3 a time"),
        (3, "a time", "£3 a time"),
        (3, "£30 a month", "£3 £30 a month"),
        (0, "free", "free"),
    ],
)
def test_a_price_is_said_once(amount: int, about: str, words: str) -> None:
    service = ServiceFactory(fees="")
    CostOption.objects.create(service=service, amount=amount, amount_description=about)
    assert format_costs(service, datetime.date(2026, 11, 22)) == [words]


@pytest.mark.parametrize("fees", ["0", " free", "0.00", "£0"])
def test_what_is_said_about_fees_is_not_said_again(fees: str) -> None:
    service = ServiceFactory(fees=fees)
    CostOption.objects.create(service=service, amount=0)
    assert format_costs(service, datetime.date(2026, 11, 22)) == ["Free"]


def test_an_option_called_free_is_said_once() -> None:
    service = ServiceFactory(fees="")
    CostOption.objects.create(service=service, option="Free", amount=0)
    assert format_costs(service, datetime.date(2026, 11, 22)) == ["Free"]


@pytest.mark.parametrize("given", [{"phone": "01632 960002"}, {"email": "jo@group.example.org"}])
def test_whom_to_ask_for_is_a_way_to_reach_them(client: Client, given: dict[str, str]) -> None:
    service = ServiceFactory(phone="", email="")
    Contact.objects.create(service=service, name="Jo", **given)
    page = client.get(f"/activities/{service.pk}/").content.decode()
    assert "They give no phone number" not in page
    assert page.count('href="tel:01632960002"' if "phone" in given else 'href="mailto:jo@group.example.org"') == 2


def test_costs() -> None:
    service = ServiceFactory(fees="Free")
    today = datetime.date(2026, 11, 22)
    CostOption.objects.create(service=service, amount=0, amount_description="Free")
    assert format_costs(service, today) == ["Free"]
    CostOption.objects.create(service=service, amount=5, valid_to=datetime.date(2026, 1, 1))
    CostOption.objects.create(service=service, amount=None, amount_description="Give what you can")
    assert format_costs(service, today) == ["Free", "Give what you can"]
    assert service.is_free is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Short.", "Short."),
        ("One sentence that is long enough to stay. " * 6, ("One sentence that is long enough to stay. " * 4).strip()),
        ("word " * 100, "word " * 35 + "word…"),
        ("", ""),
    ],
)
def test_a_summary_ends_at_a_sentence_or_a_word(text: str, words: str) -> None:
    assert shorten_description(text) == words
