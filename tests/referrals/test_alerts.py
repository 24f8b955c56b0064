"""“Tell me when something new matches”: asked for, started by a press, told each morning once, stopped by a press."""

import datetime
import logging
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Message
from config.http import hash_token
from directory.models import Service
from directory.models.service import Status
from referrals import jobs
from referrals.actions import alerts
from referrals.jobs import SETTLING_TIME, send_due_alerts, tell_of_new_activities
from referrals.models import Alert
from tests.directory.making import SHOREHAM, listed
from tests.jobs import run_jobs

ASK = reverse("referrals:alert")
EMAIL = "joan@home.example.org"


def asks(client: Client, query: str = "words=gardening", email: str = EMAIL, key: object = None):
    return client.post(ASK, {"email": email, "query": query, "key": str(key or uuid.uuid4())})


def asked(query: str = "words=gardening", email: str = EMAIL) -> Alert:
    alerts.request_alert(key=uuid.uuid4(), email=email, query=query)
    return Alert.objects.get(email=email, query=query)


def running(query: str = "words=gardening", email: str = EMAIL) -> Alert:
    """An alert that was started a week ago."""
    alert, week_ago = asked(query, email), timezone.now() - timedelta(days=7)
    alerts.confirm_alert(alert)
    Alert.objects.filter(pk=alert.pk).update(told_until=week_ago, confirmed_at=week_ago)
    return Alert.objects.get(pk=alert.pk)


def new(name: str, hours: float = 24, **fields: object) -> Service:
    """A service listed so many hours ago."""
    service = listed(name, **fields)
    service.published_at = timezone.now() - timedelta(hours=hours)
    service.save()
    return service


def link(alert: Alert) -> str:
    return reverse("referrals:alert_link", args=[alert.token])


def stop(alert: Alert) -> str:
    return reverse("referrals:alert_stop", args=[alert.token])


def morning() -> list[Message]:
    """The job runs; the e-mails with news that there are then."""
    tell_of_new_activities(0)
    return list(Message.objects.filter(body__startswith="Hello\n\nNew in").order_by("created_at"))


# --- Asking -----------------------------------------------------------------------------------------


def test_the_page_says_what_one_would_hear_of(client: Client) -> None:
    html = client.get(ASK, {"words": "gardening", "day": "TU", "free": "1"}).content.decode()
    for words in ("“gardening”", "Tuesday", "Free", 'value="words=gardening&amp;day=TU&amp;free=1"'):
        assert words in html


def test_a_search_that_cannot_be_read_says_what_to_change(client: Client) -> None:
    response = client.get(ASK, {"near": "Atlantis"})
    assert response.status_code == 422
    assert "We do not know that place" in response.content.decode()
    assert 'name="email"' not in response.content.decode()


def test_asking_sends_one_link_and_nothing_runs_before_it_is_pressed(client: Client) -> None:
    response = asks(client)

    assert response.status_code == 302
    assert response["Location"] == reverse("referrals:alert_asked")
    alert = Alert.objects.get()
    assert alert.confirmed_at is None
    message = Message.objects.get()
    assert message.to == EMAIL
    assert f"{link(alert)}\n" in message.body
    assert "“gardening”" in message.body
    new("Gardening club")
    assert morning() == []


def test_a_second_identical_post_sends_nothing_more(client: Client) -> None:
    key = uuid.uuid4()
    assert asks(client, key=key)["Location"] == asks(client, key=key)["Location"]
    assert Alert.objects.count() == Message.objects.count() == 1


@pytest.mark.parametrize(
    "email", ["", "joan", "joan@", "a@b.example.org\nBcc: c@example.org", "x" * 300 + "@b.example.org"]
)
def test_a_wrong_address_is_said_at_the_field_and_the_search_stays(client: Client, email: str) -> None:
    response = asks(client, email=email)
    assert response.status_code == 422
    assert "Error: " in response.content.decode()
    assert 'value="words=gardening"' in response.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("query", ["near=Atlantis", "day=XX", "words=%00", "words=" + "x" * 3000, "\0", "👋=1"])
def test_a_search_made_up_in_the_form_never_breaks(client: Client, query: str) -> None:
    assert asks(client, query).status_code in (302, 422)


def test_the_same_search_is_kept_as_the_same_text(client: Client) -> None:
    asks(client, "day=TU&words=gardening&after=1_2_3_4__&shown=10&utm_source=x")
    assert Alert.objects.get().query == "words=gardening&day=TU"


def test_whoever_asks_learns_nothing_of_others_and_nobody_can_flood_an_address(client: Client) -> None:
    answers = {asks(client, f"words=thing{n}")["Location"] for n in range(8)}
    assert len(answers) == 1
    assert Message.objects.count() == alerts.MAX_ALERT_REQUESTS_PER_DAY


def test_who_has_it_already_is_told_so_once_a_day(client: Client) -> None:
    alert = running()
    for _ in range(3):
        asks(client, email=EMAIL.upper())
    message = Message.objects.get(subject="You get these e-mails already")
    assert stop(alert) in message.body
    assert Alert.objects.count() == 1


def test_a_network_asks_so_often_and_then_is_told_why_not(client: Client) -> None:
    for n in range(10):
        asks(client, email=f"joan{n}@home.example.org")
    response = asks(client)
    assert response.status_code == 429
    assert "from your network" in response.content.decode()
    assert Alert.objects.count() == 10


# --- The links: mail scanners open them all ----------------------------------------------------------


def test_opening_every_link_changes_nothing(client: Client) -> None:
    alert, sleeping = running(), asked("words=singing")
    before = list(Alert.objects.values())
    for one in (alert, sleeping):
        for address in (link(one), stop(one)):
            for _ in range(2):
                assert client.get(address).status_code == 200
                assert client.head(address).status_code == 200
    assert list(Alert.objects.values()) == before


def test_one_press_starts_it_and_a_second_changes_nothing(client: Client) -> None:
    alert = asked()
    assert b"Yes, e-mail me" in client.get(link(alert)).content
    client.post(link(alert))
    first = Alert.objects.get().confirmed_at
    page = client.post(link(alert), follow=True)
    assert b"We will write to you" in page.content
    assert Alert.objects.get().confirmed_at == first


def test_starting_needs_the_token_of_the_page(client: Client) -> None:
    alert = asked()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link(alert)).status_code == 403
    assert Alert.objects.get().confirmed_at is None


def test_one_press_stops_it_and_nothing_is_left(client: Client) -> None:
    alert = running()
    new("Gardening club")
    morning()
    assert b"Stop these e-mails?" in client.get(stop(alert)).content

    response = client.post(stop(alert))

    assert response.status_code == 200
    assert b"your address is forgotten" in response.content
    assert not Alert.objects.exists()
    assert not Message.objects.filter(to=EMAIL).exists()
    assert client.post(stop(alert)).status_code == 200
    assert client.get(stop(alert)).status_code == client.get(link(alert)).status_code == 404


def test_the_mail_program_stops_it_by_itself() -> None:
    """RFC 8058: a POST of List-Unsubscribe=One-Click to the address in List-Unsubscribe, with no cookie."""
    alert = running()
    new("Gardening club")
    morning()
    run_jobs()
    headers = mail.outbox[-1].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>")
    assert address.endswith(stop(alert))

    strict = Client(enforce_csrf_checks=True)
    posted = strict.post(stop(alert), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert posted.status_code == 200
    assert not Alert.objects.exists()


def test_the_first_email_is_no_list_and_carries_no_such_header() -> None:
    asked()
    run_jobs()
    assert "List-Unsubscribe" not in mail.outbox[-1].extra_headers


@pytest.mark.parametrize("token", ["nothing", "x" * 500, "%00", "é", "..%2f"])
def test_a_link_that_is_none_is_not_found(client: Client, token: str) -> None:
    for address in (f"/alerts/{token}/", f"/alerts/{token}/stop/"):
        response = client.get(address)
        assert response.status_code == 404
        assert b"have stopped" not in response.content


def test_a_link_that_was_cut_off_does_not_say_that_anything_stopped(client: Client) -> None:
    alert = running()
    for address in (stop(alert).replace(alert.token, alert.token[:9]), link(alert).replace(alert.token, "x")):
        response = client.get(address)
        assert response.status_code == 404
        assert b"We do not know this link" in response.content
        assert b"cut off in the e-mail, or the e-mails were stopped already" in response.content
        assert b"tel:" in response.content
    assert Alert.objects.exists()


def test_the_table_holds_no_token() -> None:
    alert = asked()
    assert alert.token_hash == hash_token(alert.token)
    assert alert.token not in str(Alert.objects.values().get())


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    alert = asked()
    for address in (ASK, link(alert), stop(alert), reverse("referrals:alert_asked")):
        assert client.put(address).status_code == 405
        assert client.delete(address).status_code == 405
    assert Alert.objects.count() == 1


def test_secret_pages_stay_out_of_search_engines_and_caches(client: Client) -> None:
    response = client.get(link(asked()))
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]


# --- Each morning -----------------------------------------------------------------------------------


def test_what_is_new_and_matches_is_told_once() -> None:
    running()
    club = new("Gardening club", day="TU")
    new("Choir")
    new("Gardening for years", hours=24 * 30)

    (message,) = morning()

    assert message.subject == "New: Gardening club"
    assert f"/activities/{club.pk}/" in message.body
    assert "Tuesdays, 10:30am to midday" in message.body
    assert "Choir" not in message.body
    assert "for years" not in message.body
    assert morning() == [message]


def test_two_mornings_two_emails() -> None:
    running()
    new("Gardening club", hours=30)
    with time_machine.travel(timezone.now() - timedelta(hours=24)):
        morning()
    new("Gardening for all", hours=5)
    assert [m.subject for m in morning()] == ["New: Gardening club", "New: Gardening for all"]


def test_a_place_and_other_filters_hold() -> None:
    running("words=gardening&near=Worthing&miles=3&day=TU")
    new("Gardening far", at=SHOREHAM, city="Shoreham", day="TU")
    new("Gardening on Friday", day="FR")
    new("Gardening on Tuesday", day="TU")
    assert [m.subject for m in morning()] == ["New: Gardening on Tuesday"]


def test_what_is_hidden_a_draft_or_over_is_not_told() -> None:
    running()
    new("Gardening hidden", hidden_at=timezone.now())
    new("Gardening over", status=Status.DEFUNCT)
    assert morning() == []


def test_what_was_listed_in_the_last_two_hours_waits_and_is_not_lost() -> None:
    running()
    new("Gardening club", hours=1)
    assert morning() == []
    with time_machine.travel(timezone.now() + SETTLING_TIME):
        assert [m.subject for m in morning()] == ["New: Gardening club"]


def test_a_guess_is_not_told() -> None:
    """“pottery” is not in the directory: what the search shows instead is for somebody who can see that."""
    running("words=gardning")
    running("words=gardening zumba", "other@home.example.org")
    new("Gardening club")
    assert morning() == []


def test_many_are_named_up_to_ten_and_the_rest_counted() -> None:
    running("")
    for n in range(12):
        new(f"Walk {n}")
    (message,) = morning()
    assert message.subject.startswith("12 new activities, among them Walk")
    assert "And 2 more." in message.body
    assert message.body.count("/activities/") == 11  # ten, and the list


def test_each_reader_has_an_email_and_one_that_fails_keeps_no_other_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    running("words=gardening", "a@home.example.org")
    running("words=gardening", "b@home.example.org")
    new("Gardening club")
    told = jobs.find_new_services

    def fails(alert: Alert, until: datetime.datetime) -> list[Service]:
        if alert.email.startswith("a"):
            raise RuntimeError
        return told(alert, until)

    monkeypatch.setattr(jobs, "find_new_services", fails)
    with caplog.at_level(logging.CRITICAL):
        assert [m.to for m in morning()] == ["b@home.example.org"]
    monkeypatch.undo()
    assert sorted(m.to for m in morning()) == ["a@home.example.org", "b@home.example.org"]


def test_two_workers_at_once_tell_once() -> None:
    alert, service = running(), new("Gardening club")
    until = timezone.now() - SETTLING_TIME
    same = Alert.objects.get()
    assert alerts.send_alert(alert, [service], until)
    assert not alerts.send_alert(same, [service], until)
    assert Message.objects.filter(subject="New: Gardening club").count() == 1


def test_one_stopped_meanwhile_is_not_told() -> None:
    alert, service = running(), new("Gardening club")
    alerts.delete_alert(alert)
    assert not alerts.send_alert(alert, [service], timezone.now())
    assert not Message.objects.exists()


def test_what_nobody_started_is_forgotten_after_a_week() -> None:
    asked()
    kept = running("words=choir")
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        morning()
        assert Alert.objects.count() == 2
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        morning()
    assert list(Alert.objects.all()) == [kept]
    assert not Message.objects.filter(key__contains="asked").exclude(key__contains=str(kept.pk)).exists()


def test_of_two_for_the_same_search_one_runs() -> None:
    first = asked()
    second = Alert.objects.create(key=uuid.uuid4(), email=EMAIL, query=first.query, token_hash="x")
    alerts.confirm_alert(first)
    alerts.confirm_alert(second)
    assert list(Alert.objects.all()) == [first]


def test_an_alert_told_of_nothing_still_moves_on() -> None:
    alert = running()
    assert send_due_alerts(timezone.now()) == 1
    assert Alert.objects.get().told_until > alert.told_until
