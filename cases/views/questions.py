"""Do you work with the same person? A team asks the others, and answers them."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from cases.access_log import get_own_case, log_access
from cases.actions.questions import answer_question, ask_other_teams
from cases.forms.questions import AnswerTeamForm, AskTeamsForm
from cases.models import TeamQuestion
from config.forms import render_form_page


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The same words whether or not there is a team to ask: who works with somebody is theirs to tell."""
    case = get_own_case(request.member, pk)
    form = AskTeamsForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_valid():
        ask_other_teams(case=case, by=Author.of(request.member), key=form.cleaned_data["key"])
        messages.success(request, "Asked. If a team works with them too, it decides whether it tells you.")
        return redirect("cases:case", case.pk)
    log_access(request, case, "asking other teams")
    return render_form_page(request, "cases/ask_teams.html", {"case": case, "form": form})


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: MemberRequest, pk: uuid.UUID, question: uuid.UUID) -> HttpResponse:
    """Shows who asks and the own case, nothing of the other's."""
    case = get_own_case(request.member, pk)
    asked = get_object_or_404(TeamQuestion.asked_of(case), pk=question)
    form = AnswerTeamForm(request.POST if request.method == "POST" else None, question=asked)
    if form.is_valid():
        answer_question(
            question=asked, by=Author.of(request.member), answer=TeamQuestion.Answer(form.cleaned_data["answer"])
        )
        messages.success(request, "Noted in the story.")
        return redirect("cases:case", case.pk)
    log_access(request, case, "question of a team")
    return render_form_page(request, "cases/answer_team.html", {"case": case, "form": form, "asked": asked})
