"""Lets the people of the demo place live their months: each deed is done by its action, on its own day."""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import time_machine
from django.db.models import F, OuterRef
from django.utils import timezone
from django.utils.text import slugify

from agencies.actions.hand_over import Decision
from agencies.actions.membership import end_membership
from agencies.models import Agency, Author, Membership
from cases.actions.closing import close_case
from cases.actions.facts import change_fact
from cases.actions.notes import NextStep, write_note
from cases.actions.onward import OnwardRequest, record_signposting, refer_on
from cases.actions.opening import accept_referral
from cases.facts import KEY_FACTS
from cases.models import Case, ClosingReason, Kind, News, Outcome
from demo.building import parse_need_codes, stable_id
from demo.people import FIRST_NAMES, HOME_POSTCODES, STREETS, SURNAMES, nhs_number
from demo.place import OFFERS, PRACTICES, read_table
from demo.stories import STORIES, Story
from directory.models import Service, TaxonomyTerm
from referrals.actions import MoveRefused, move_referral, send_referral
from referrals.models import DeclineReason, Referral
from referrals.states import ReferralStatus, Side

NUMBER_OF_PEOPLE = 150
LEAVER = "Alison Reeve"  # a connector of the first team
LEAVER_HAS_ONE_IN = 9  # of its people
DEMO_NEWS_AGE = datetime.timedelta(days=6)  # what others did longer ago was dealt with
FACT_NAMES = {"best_time": "best-time", "leave_message": "message", "contact_avoid": "contact"}


def choose_contact_channel(nth: int, name: str) -> dict[str, str]:
    """How they like to be reached: of each eight, one by e-mail, one by letter, six by phone."""
    if nth % 8 == 3:
        return {"contact_by": "email", "email": f"{slugify(name).replace('-', '.')}@example.org"}
    return {"contact_by": "letter" if nth % 8 == 6 else "phone"}


class ReferenceData:
    """What every life asks for again and again, read once."""

    def __init__(self) -> None:
        self.needs = {term.code: term for term in TaxonomyTerm.needs()}
        services = Service.objects.select_related("agency").in_bulk()
        self.services = {offer.name: services[stable_id("service", offer.group, offer.name)] for offer in OFFERS}
        self.no_room = DeclineReason.objects.get(code="no-room")
        self.declined = DeclineReason.objects.filter(side="team", retired_at=None).order_by("order").first()
        self.reasons = {reason.code: reason for reason in ClosingReason.objects.all()}
        self.outcomes = {outcome.code: outcome for outcome in Outcome.objects.all()}

    def needs_of(self, words: str) -> list[TaxonomyTerm]:
        return [self.needs[code] for code in parse_need_codes(words)]


@dataclass
class Life:
    """One made-up person: who, where, which story, how long ago it began, and how far it has come."""

    nth: int
    story: Story
    age: int  # days since the referral
    stop: int  # steps of the story that have happened
    ending: str  # "" (somewhere in the story) or one of ENDINGS
    name: str
    details: dict[str, Any]
    practice: Agency
    team: Agency
    sender: Membership
    connector: Membership
    sent: dict[str, Referral] = field(default_factory=dict)  # offer → the referral to it
    case: Case | None = None


def simulate_lives(staff: dict[str, list[Membership]], agencies: dict[str, Agency]) -> int:
    """Make up NUMBER_OF_PEOPLE people and let them live until now; returns how many."""
    pick = random.Random(1951)  # the same place each time
    now, known = timezone.now(), ReferenceData()
    lives = [LifeSimulation(make_up_life(nth, pick, staff, agencies), known, now) for nth in range(NUMBER_OF_PEOPLE)]
    for life in lives:
        life.run()
    ask_lately(lives, staff["worthing"][0])
    let_a_connector_leave(staff["worthing"])
    mark_old_news_done(now - DEMO_NEWS_AGE)
    return NUMBER_OF_PEOPLE


def ask_lately(lives: "list[LifeSimulation]", connector: Membership) -> None:
    """What waits today for a group that has an account, and a No that waits for the connector: demo/data/lately.csv."""
    open_lives = (one for one in lives if one.life.connector == connector and one.life.case and not one.has_ended)
    for one, row in zip(open_lives, read_table("lately.csv"), strict=False):
        one.do_on_day(one.life.age - 1, one.refer_onward, row["offer"])
        if row["answer"]:
            one.do_on_day(one.life.age, one.answer_onward, *row.values())


def let_a_connector_leave(team: list[Membership]) -> None:
    """The last of the team's connectors has left, and nobody has those cases yet: their lead is to share them out."""
    lead = next(member for member in team if member.role == "lead")
    end_membership(membership=team[-1], by=lead, decisions={"cases": Decision(None)})


def mark_old_news_done(before: datetime.datetime) -> None:
    """Whoever held it dealt with it on its day: only what is newer still waits."""
    old = News.objects.filter(at__lt=before)
    old.exclude(case=None).update(done_at=F("at"), done_by=Case.objects.filter(pk=OuterRef("case")).values("lead"))
    sent_by = Referral.objects.filter(pk=OuterRef("referral")).values("sent_by")
    old.exclude(referral=None).update(done_at=F("at"), done_by=sent_by)


def make_up_life(
    nth: int, pick: random.Random, staff: dict[str, list[Membership]], agencies: dict[str, Agency]
) -> Life:
    first, gender, born = FIRST_NAMES[nth % len(FIRST_NAMES)]
    stories = [story for story in STORIES if story.gender == gender]
    story = pick.choice(stories)
    practice = PRACTICES[nth * 5 % len(PRACTICES)]
    code, team = practice["code"], practice["team"]
    ending, age, stop = choose_course(story, pick)
    name = f"{first} {SURNAMES[nth * 7 % len(SURNAMES)]}"
    details = {
        "person_name": name,
        "date_of_birth": datetime.date(born + pick.randint(-2, 2), pick.randint(1, 12), pick.randint(1, 28)),
        "nhs_number": nhs_number(nth),
        "phone": f"07700 900{nth:03}",
        "address": f"{3 + nth * 3 % 88} {STREETS[nth % len(STREETS)]}",
        "postcode": HOME_POSTCODES[team][nth * 3 % len(HOME_POSTCODES[team])],
        "practice": agencies[code],
        "what_matters": story.matters,
        "message": story.asked,
        "risks": story.risks,
        "no_known_risks": not story.risks,
        "urgency": "soon" if nth % 9 == 4 else "routine",
        "agreed_to_share": True,
        "agreed_to_tell": nth % 11 != 6,
        **choose_contact_channel(nth, name),
    }
    connectors = [m for m in staff[team] if m.role == "connector" and m.user.name != LEAVER]
    connector = pick.choice([*connectors, connectors[0]])  # the first is who visitors sign in as
    if staff[team][-1].user.name == LEAVER and nth % LEAVER_HAS_ONE_IN == 0:
        connector = staff[team][-1]
    senders = staff[code]
    return Life(
        nth,
        story,
        age,
        stop,
        ending,
        name,
        details,
        agencies[code],
        agencies[team],
        senders[nth % len(senders)],
        connector,
    )


# Of a hundred people, how many: still new, returned for detail, declined, withdrawn, accepted and not yet rung,
# gone quiet for ever, not wanting it. The others are somewhere in their story.
ENDINGS = [("new", 9), ("returned", 3), ("declined", 3), ("withdrawn", 2), ("accepted", 6), ("lost", 2), ("refused", 2)]
AGES_OF_ENDINGS = {"new": [0, 0, 1, 1, 2, 6], "returned": [1, 3], "accepted": [1, 2, 3]}  # days since the referral


def choose_course(story: Story, pick: random.Random) -> tuple[str, int, int]:
    """How a life goes: its ending, the days since the referral, and how many steps of the story happened."""
    names, weights = zip(*ENDINGS, strict=True)
    [ending] = pick.choices(["", *names], [100 - sum(weights), *weights])
    if ending:
        return (
            ending,
            pick.choice(AGES_OF_ENDINGS.get(ending, range(20, 90))),
            2 if ending in ("lost", "refused") else 0,
        )
    stop = len(story.steps) if pick.random() < 0.35 else pick.randint(1, len(story.steps))
    last, deed, what = story.steps[stop - 1]
    if deed in Kind.values and len(what) == 3 and pick.random() < 0.3:
        return "", last + what[2], stop  # its next step is due today
    return "", last + pick.choice([1, 2, 3, 5, 8, 12, 18, 26]), stop


class LifeSimulation:
    """Carries one life from the referral to today. Nothing happens at night, at a weekend, or in the future."""

    def __init__(self, life: Life, known: ReferenceData, now: datetime.datetime) -> None:
        self.life, self.known, self.now = life, known, now
        self.last = now - datetime.timedelta(days=400)
        self.day = now.date()
        self.clock = random.Random(life.nth)
        self.deeds: dict[str, Callable[..., None]] = {
            "fact": self.change_contact_fact,
            "refer": self.refer_onward,
            "signpost": self.signpost,
            "answer": self.answer_onward,
            "close": self.close,
        }

    def run(self) -> None:
        life = self.life
        self.do_on_day(0, self.send_first_referral)
        if life.ending in ("new", "returned", "declined", "withdrawn"):
            self.do_on_day(1, getattr(self, life.ending))
            return
        self.do_on_day(1, self.accept)
        for day, deed, what in life.story.steps[: life.stop]:
            self.do_on_day(max(day, 1), self.deeds.get(deed, self.build_note_writer(deed)), *what)
        if life.ending in ("lost", "refused"):
            self.do_on_day(25, self.end_unhappily)

    def do_on_day(self, day: int, deed: Callable[..., None], *what: Any) -> None:
        """Do the deed `day` days after the referral, at a working hour, after the deed before."""
        nominal = timezone.localtime(self.now - datetime.timedelta(days=self.life.age - day))
        self.day = nominal.date()
        at = nominal.replace(hour=9, minute=0, second=0) + datetime.timedelta(minutes=self.clock.randint(0, 460))
        while at.weekday() > 4 or at > self.now:
            at -= datetime.timedelta(days=1)
        at = max(at, self.last + datetime.timedelta(minutes=self.clock.randint(4, 30)))
        self.last = max(self.last, min(at, self.now - datetime.timedelta(seconds=30)))
        with time_machine.travel(self.last, tick=True):
            deed(*what)

    @property
    def has_ended(self) -> bool:
        return any(deed == "close" for _, deed, _ in self.life.story.steps[: self.life.stop]) or bool(self.life.ending)

    # --- The deeds -------------------------------------------------------------------------------

    @property
    def by(self) -> Author:
        return Author.of(self.life.connector)

    def send_first_referral(self) -> None:
        life = self.life
        seconds = self.clock.randint(28, 75)  # as long as it takes to refer: the product measures it
        self.referral = send_referral(
            by=Author.of(life.sender),
            key=stable_id("referral", str(life.nth)),
            to_agency=life.team,
            started_at=timezone.now() - datetime.timedelta(seconds=seconds),
            details=life.details,
            needs=self.known.needs_of(life.story.needs),
        )

    def new(self) -> None:
        """Still waiting in the team's inbox."""

    def returned(self) -> None:
        words = "Could you tell us whether there is anybody at home who helps, and a better time to ring?"
        move_referral(self.referral, ReferralStatus.RETURNED, by=self.by, side=Side.RECEIVER, words=words)

    def declined(self) -> None:
        words = "We have written to the practice with the team that can help."
        move_referral(
            self.referral,
            ReferralStatus.DECLINED,
            by=self.by,
            side=Side.RECEIVER,
            reason=self.known.declined,
            words=words,
        )

    def withdrawn(self) -> None:
        words = "Has moved in with a daughter in Kent."
        move_referral(
            self.referral, ReferralStatus.WITHDRAWN, by=Author.of(self.life.sender), side=Side.SENDER, words=words
        )

    def accept(self) -> None:
        self.life.case = accept_referral(referral=self.referral, by=self.by, person=None)

    def build_note_writer(self, kind: str) -> Callable[..., None]:
        def deed(text: str, step: str = "", days: int = 0) -> None:
            on = self.day + datetime.timedelta(days=days)
            write_note(
                case=self.case, kind=Kind(kind), by=self.by, text=text, next_step=NextStep(step, on) if step else None
            )

        return deed

    @property
    def case(self) -> Case:
        """The case of this life: open, and changed by nobody else, so it need not be read again."""
        if self.life.case is None:
            raise ValueError(f"Story of {self.life.story.needs}: there is no case yet")
        return self.life.case

    def change_contact_fact(self, column: str, value: str) -> None:
        fact, case = KEY_FACTS[FACT_NAMES[column]], self.case
        values = fact.read_values(case) | {column: value}
        change_fact(case=case, fact=fact, by=self.by, values=values, seen=fact.fingerprint(case))

    def refer_onward(self, offer: str) -> None:
        ask = OnwardRequest(
            message=self.life.story.matters,
            risks=self.life.story.risks,
            how_agreed="Said so on the telephone",
            needs=self.known.needs_of(self.life.story.needs),
        )
        [referral] = refer_on(
            case=self.case,
            by=self.by,
            key=stable_id("onward", str(self.life.nth), offer),
            services=[self.known.services[offer]],
            ask=ask,
            started_at=timezone.now(),
        )
        self.life.sent[offer] = referral

    def signpost(self, offer: str) -> None:
        key = stable_id("told", str(self.life.nth), offer)
        record_signposting(case=self.case, by=self.by, key=key, service=self.known.services[offer])

    def answer_onward(self, offer: str, said: str, words: str) -> None:
        referral = self.life.sent[offer]
        reason = self.known.no_room if said == "declined" else None
        by = Author.by_link(referral.to_agency)
        try:
            move_referral(referral, ReferralStatus(said), by=by, side=Side.RECEIVER, reason=reason, words=words)
        except MoveRefused as refused:
            raise ValueError(f"Story of {self.life.story.needs}: {offer} {said}: {refused}") from refused

    def close(self, reason: str, outcome: str, summary: str) -> None:
        name = self.life.name.split()[0]
        close_case(
            case=self.case,
            by=self.by,
            reason=self.known.reasons[reason],
            outcome=self.known.outcomes[outcome],
            summary=summary.replace("{name}", name),
        )

    def end_unhappily(self) -> None:
        """The two endings that are nobody's wish."""
        name = self.life.name.split()[0]
        if self.life.ending == "lost":
            summary = f"We rang {name} five times and wrote twice without an answer. Please refer again at any time."
            self.close("no-contact", "not-known", summary)
        else:
            summary = f"{name} thanked us and would rather not have support now. The door stays open."
            self.close("person-declined", "no-change", summary)
