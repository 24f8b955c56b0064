"""The main job, end to end: a practice refers, a connector works with the person, a group answers, the practice hears.

Told on a phone and on a desk, once with JavaScript off, and once with the real services of a London borough.
"""

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Page, expect

from agencies.models import Agency, Membership
from cases.history.verify import verify_histories
from cases.models import Case, Reading
from demo.building import build_activities, build_agencies, build_staff
from directory.models import Service
from referrals.models import Referral
from tests.jobs import run_jobs
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

HOUNSLOW = Path(__file__).parents[3] / "shared/data/hounslow-oruk.json"
PASSWORD = "a long walk by the sea"
Windows = Callable[..., Window]


def deliver() -> None:
    """What the job worker does, beside Playwright's loop: in a thread of its own."""

    def work() -> None:
        run_jobs()
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


OUTSIDE = {"W4 1TF"}  # not in the demo place: asked about


class Story:
    """The people of the story, and what is told of each in turn."""

    def __init__(self, windows: Windows, width: int, script: bool, gp: Membership, connector: Membership) -> None:
        self.windows, self.width, self.script = windows, width, script
        self.gp, self.connector = gp, connector
        self.at_practice = windows(width, script=script)
        self.at_work = windows(width, script=script, member=connector)
        self.at_home = windows(width, script=script)  # the volunteer, who has only e-mail

    def tick(self, page: Page, label: str | re.Pattern[str]) -> None:
        page.get_by_label(label).first.check(force=True)

    def practice_refers(self, postcode: str) -> None:
        page = self.at_practice.page
        self.gp.user.set_password(PASSWORD)
        self.gp.user.save()
        page.goto("/accounts/login/?next=/refer/")
        self.at_practice.step("sign in")
        page.get_by_label("E-mail").fill(self.gp.user.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Make a referral")
        self.at_practice.step("refer")
        page.get_by_label("NHS number").fill("999 000 0018")
        page.get_by_label("Full name").fill("Siân O’Shea-Łódzka")
        for part, value in (("Day", "27"), ("Month", "3"), ("Year", "1951")):
            page.get_by_label(part, exact=True).fill(value)
        page.get_by_label("Phone number").fill("07700 900123")
        page.get_by_label("Postcode").fill(postcode.lower().replace(" ", ""))
        self.tick(page, re.compile("Loneliness"))
        self.tick(page, "No known risks")
        for agreed in ("share", "tell"):
            page.locator(f"[name=agreement][value={agreed}]").check(force=True)
        page.get_by_role("button", name="Send referral").click()
        if postcode in OUTSIDE:
            page.get_by_label(f"Yes, {postcode} is right").check(force=True)
            page.get_by_role("button", name="Send referral").click()
        expect(page).to_have_url(re.compile("/refer/sent/"))
        self.at_practice.step("sent")
        assert Referral.objects.count() == 1
        page.go_back()
        page.get_by_role("button", name="Send referral").click()
        self.at_practice.step("sent again after Back", "Error: Make a referral")
        assert Referral.objects.count() == 1

    def connector_accepts(self) -> None:
        page = self.at_work.page
        page.goto("/caseload/")
        self.at_work.step("caseload")
        page.get_by_role("link", name=re.compile("^New referral")).click()
        self.at_work.step("new referrals", "New referrals to accept")
        page.get_by_role("link", name="Siân O’Shea-Łódzka").first.click()
        self.at_work.step("the referral", "Referral for Siân")
        page.locator("main").get_by_role("link", name=re.compile("^Accept")).first.click()
        self.at_work.step("accept", "Accept the referral of Siân")
        page.locator("main").get_by_role("button", name=re.compile("Accept")).click()
        expect(page).to_have_url(re.compile("/cases/"))
        self.at_work.step("the case", "Siân")

    def connector_writes(self) -> None:
        page = self.at_work.page
        self.tick(page, "Phone call")
        page.get_by_label("In your words").fill("A long talk. <b>Mornings</b> are best; loves gardens & dogs.")
        page.get_by_label("Next step", exact=False).first.fill("Find a group on a Tuesday")
        self.tick(page, re.compile("^In a week"))
        page.locator("#composer").get_by_role("button", name="Add to the story").click()
        expect(page.locator(".timeline")).to_contain_text("loves gardens & dogs")
        self.at_work.step("after writing")

    def connector_refers_on(self, words: str, service: Service) -> None:
        page = self.at_work.page
        page.get_by_role("navigation").get_by_role("link", name="Activities", exact=True).click()
        page.get_by_label("Need", exact=True).select_option("")  # it opens on the first need of the referral
        page.get_by_label("Words").fill(words)
        page.get_by_role("button", name="Search").click()
        expect(page).to_have_url(re.compile("words="))
        self.at_work.step("activities near", "Activities: Siân")
        self.tick(page, f"Refer to {service.name}")
        page.get_by_role("button", name="Refer to those ticked").click()
        self.at_work.step("what they get", "Refer on: Siân")
        page.get_by_label("Message to the group").fill("Siân would like somebody to meet her at the gate.")
        self.tick(page, re.compile("^No"))
        self.tick(page, re.compile("agreed that what is shown here"))
        page.locator("[name=how_agreed]").first.check(force=True)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator("main")).to_contain_text(service.name)
        self.at_work.step("after sending on", "Activities: Siân")
        assert Referral.objects.filter(service=service).count() == 1

    def group_answers(self) -> None:
        deliver()
        letter = next(m for m in mail.outbox if "/answer/" in m.body)
        assert "Siân" not in letter.body
        assert "Siân" not in letter.subject
        link = re.search(r"https?://\S+(/answer/\S+)", letter.body)
        assert link
        page = self.at_home.page
        page.goto(link[1])
        self.at_home.step("the group's page")
        for said, words in (
            ("Yes, we can help", "Jean will be at the gate at 10.15."),
            ("They came", "Stayed to the end."),
            ("It is finished", "Comes every week now."),
        ):
            self.tick(page, re.compile(f"^{said}"))
            page.get_by_label(re.compile("^Message to")).fill(words)
            page.get_by_role("button", name="Send answer").click()
            expect(page.locator("main")).to_contain_text(words if said != "It is finished" else "ended")
            self.at_home.step(said)

    def connector_closes(self) -> None:
        case, page = Case.objects.get(), self.at_work.page
        page.goto(f"/cases/{case.pk}/")
        for words in ("Jean will be at the gate", "Stayed to the end", "Comes every week now"):
            expect(page.locator(".timeline")).to_contain_text(words)
        page.get_by_role("link", name="Close this case").click()
        self.at_work.step("close", "Close the case: Siân")
        self.tick(page, "They have done what they set out to do")
        self.tick(page, "They see more of other people")
        page.get_by_label("How it went").fill("Siân goes to a gardening group every week and sleeps better.")
        page.get_by_role("button", name="See what is read").click()
        expect(page.get_by_role("button", name="Close the case")).to_be_visible()
        self.at_work.step("what is read")
        page.get_by_role("button", name="Close the case").click()
        expect(page.locator("main")).to_contain_text("Closed")
        self.at_work.step("closed", "Siân")

    def practice_hears(self) -> None:
        deliver()
        news = [m for m in mail.outbox if self.gp.user.email in m.to]
        assert news
        assert not any("Siân" in m.body + m.subject for m in news)
        page = self.at_practice.page
        page.goto("/referrals/?list=finished")
        self.at_practice.step("our referrals")
        page.get_by_role("link", name="Siân O’Shea-Łódzka").first.click()
        self.at_practice.step("the outcome", "Referral for Siân")
        for words in ("goes to a gardening group every week", "871731000000106"):
            expect(page.locator("main")).to_contain_text(words)
        assert "loves gardens" not in page.content()  # nothing of the notes
        referral = Referral.objects.get(service=None)
        letter = text_of(self.at_practice, f"/referrals/{referral.pk}/letter.pdf")
        assert "goes to a gardening group every week" in letter
        assert "871731000000106" in letter
        assert "Siân O’Shea-Łódzka" in letter
        assert "loves gardens" not in letter

    def it_is_all_in_one_history(self) -> None:
        case = Case.objects.get()
        history = text_of(self.at_work, f"/cases/{case.pk}/papers/history.pdf")
        for words in ("loves gardens", "Jean will be at the gate", "Comes every week now", "sleeps better"):
            assert words in history
        assert list(verify_histories()) == [case.entry_count]
        assert {r.member for r in Reading.objects.all()} == {self.connector}


def text_of(window: Window, url: str) -> str:
    """The words of a PDF, as that person gets it, on one line."""
    answer = window.context.request.get(url)
    assert answer.ok
    assert answer.headers["content-type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(answer.body())).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def tell(story: Story, *, postcode: str, words: str, service: Service) -> None:
    story.practice_refers(postcode)
    story.connector_accepts()
    story.connector_writes()
    story.connector_refers_on(words, service)
    story.group_answers()
    story.connector_closes()
    story.practice_hears()
    story.it_is_all_in_one_history()


@pytest.mark.parametrize(("width", "script"), [(1200, True), (360, True), (360, False)])
def test_the_main_job(width: int, script: bool, window: Windows) -> None:
    agencies = build_agencies()
    staff = build_staff(agencies | build_activities())
    story = Story(window, width, script, staff["X99001"][0], staff["worthing"][0])
    service = Service.objects.get(name="Tuesday gardening group")
    tell(story, postcode="BN11 3AT", words="gardning", service=service)


@pytest.mark.skipif(not HOUNSLOW.exists(), reason="the real services are not here")
def test_the_main_job_among_real_services(window: Windows, capsys: Any) -> None:
    agencies = build_agencies()
    staff = build_staff(agencies | build_activities())
    call_command("import_services", str(HOUNSLOW), "--source=Hounslow")
    assert "313 services: 313 new" in capsys.readouterr().out
    service = Service.objects.get(name="3rd Chiswick Scout Group")
    Service.objects.filter(pk=service.pk).update(referral_email="volunteer@example.org")
    story = Story(window, 1200, True, staff["X99001"][0], staff["worthing"][0])
    tell(story, postcode="W4 1TF", words="chiswick scouts", service=service)
    assert Agency.objects.filter(pk=service.agency_id, memberships=None).exists()  # it answered without an account
