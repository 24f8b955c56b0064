"""Asking the other teams of the place whether they work with the same person, and answering."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agencies.models import Author, Membership
from cases.actions.person_link import link_people
from cases.history.record import record_entry
from cases.models import Audience, Case, CaseReferral, Kind, TeamQuestion
from cases.notifications import notify_lead
from cases.person_match import find_cases_elsewhere
from config.row_security import entered
from config.transitions import save_columns


@transaction.atomic
def ask_other_teams(*, case: Case, by: Author, key: uuid.UUID) -> None:
    """Ask each team that may work with the person of `case`, as the referrals that led to it name them.

    The history says that the others were asked, whether or not there is anybody to ask: it must not tell which. Asked
    again, only who was not asked before is.
    """
    if by.member is None or by.agency != case.agency:
        raise PermissionDenied("Only a member of the team asks for it.")
    links = case.case_referrals.filter(direction=CaseReferral.Direction.RECEIVED).select_related("referral")
    elsewhere = {found for link in links for found in find_cases_elsewhere(link.referral)}
    with entered("case", *elsewhere):
        ask_teams(case, list(Case.with_people().filter(pk__in=elsewhere).order_by("pk")), by.member, key)


def ask_teams(case: Case, elsewhere: list[Case], member: Membership, key: uuid.UUID) -> None:
    """Write it into the history of each, the own first."""
    by = Author.of(member)
    lock_cases(case, *elsewhere)
    what = "Asked the other teams whether they work with the same person. Whoever does may answer"
    record_question(case, by, key, what=what)
    for about in elsewhere:
        question, is_new = TeamQuestion.objects.get_or_create(
            case=case, about_case=about, defaults={"asked_by": member}
        )
        if is_new:
            ask_team(question, by)


def lock_cases(*cases: Case) -> None:
    """Hold them in one order, whoever asks whom: two teams that ask each other at once would block each other."""
    list(Case.objects.select_for_update().filter(pk__in=[case.pk for case in cases]).order_by("pk").values_list("pk"))


def ask_team(question: TeamQuestion, by: Author) -> None:
    """Into the history of the team that is asked, for it alone, and to whoever leads the case there."""
    team = question.case.agency
    what = f"{team.name} asks whether you work with somebody whom they have been asked to help"
    about = {"team": team.name, "phone": team.phone, "question": str(question.pk)}
    record_question(question.about_case, by, question.pk, what=what, **about)
    notify_lead(question.about_case, key=f"team question {question.pk}", subject="A team asks about one of your cases")


@transaction.atomic
def answer_question(*, question: TeamQuestion, by: Author, answer: TeamQuestion.Answer) -> TeamQuestion:
    """Only a yes is told to the team that asked; the first answer stands."""
    question = TeamQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if question.answer or by.member is None:
        return question
    with entered("case", question.case_id, question.about_case_id):
        save_answer(question, by, answer)
    return question


def save_answer(question: TeamQuestion, by: Author, answer: TeamQuestion.Answer) -> None:
    lock_cases(question.case, question.about_case)
    save_columns(question, answer=answer, answered_by=by.member, answered_at=timezone.now())
    team, asking = question.about_case.agency, question.case.agency
    told = f"{asking.name} was told that you work with the same person" if answer == "yes" else "Nothing was told"
    record_question(question.about_case, by, uuid.uuid5(question.pk, "answered"), what=told)
    if answer == TeamQuestion.Answer.YES and by.member:
        link_people(question.case.person, question.about_case.person, by=by.member)
        what = f"{team.name} works with the same person, and asks you to ring"
        record_question(question.case, by, uuid.uuid5(question.pk, "told"), what=what, team=team.name, phone=team.phone)
        notify_lead(question.case, key=f"team answer {question.pk}", subject="A team has answered you")


def record_question(case: Case, by: Author, key: uuid.UUID, **details: str) -> None:
    """For the team of that case alone."""
    record_entry(case=case, kind=Kind.ASKED, by=by, audience=Audience.TEAM, key=key, details=details)
