"""/join/: a group finds itself in the directory and claims it, or registers. One question a page, kept as one goes."""

import uuid
from itertools import pairwise

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agencies import limits
from agencies.access import public
from config.forms import render_form_page
from config.fragments import render_page
from directory.publishing.actions.claims import find_claim, submit_claim
from directory.publishing.forms.join import QUESTION_FORMS, CheckForm, find_unanswered_question
from directory.publishing.join_answers import (
    ANSWER_DAYS,
    Answers,
    build_claim_columns,
    build_question_path,
    claim_due_date,
)

ANSWERS_KEY, CLAIM_KEY = "join", "join_sent"  # in the session: the answers so far, and the claim that they became
MAX_CLAIMS_PER_HOUR, HOUR_SECONDS = 10, 3600  # claims an hour from one network


@public
@require_safe
def join(request: HttpRequest) -> HttpResponse:
    context = {"days": ANSWER_DAYS, "begun": bool(request.session.get(ANSWERS_KEY))}
    return render_page(request, "directory/join.html", context)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, name: str) -> HttpResponse:
    """One question. An answer is kept, and leads to the next question, or back to the check page."""
    answers: Answers = request.session.get(ANSWERS_KEY, {})
    steps = build_question_path(answers)
    if name not in QUESTION_FORMS:
        raise Http404
    if name not in steps:  # an old address, or a road that other answers have closed
        return redirect("directory:join_question", find_unanswered_question(steps, answers) or steps[0])
    form = QUESTION_FORMS[name](request.POST if request.method == "POST" else None, answers=answers)
    if request.method == "POST" and form.is_valid():
        answers = answers | {"key": answers.get("key") or str(uuid.uuid4()), **form.cleaned_data}
        request.session[ANSWERS_KEY] = answers
        return redirect_to_next(request, name, answers)
    number = steps.index(name) + 1
    context = {
        "form": form,
        "name": name,
        "back": steps[number - 2] if number > 1 else "",
        "checking": "check" in request.GET,
        "number": number,
        "steps": len(steps),
    }
    return render_form_page(request, "directory/join_question.html", context)


def redirect_to_next(request: HttpRequest, name: str, answers: Answers) -> HttpResponse:
    """Where an answer leads: to the next question, or, when it was changed from the check page, back there."""
    steps = build_question_path(answers)
    checking = "check" in request.GET
    following = find_unanswered_question(steps, answers) if checking else dict(pairwise(steps)).get(name)
    return redirect("directory:join_question", following) if following else redirect("directory:join_check")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_answers(request: HttpRequest) -> HttpResponse:
    """All answers to look at; Send makes them a claim, once. What is missing is asked first."""
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (sent := find_claim(form.cleaned_data["key"])):
        request.session[CLAIM_KEY] = str(sent.key)  # pressed twice
        return redirect("directory:join_sent")
    answers: Answers = request.session.get(ANSWERS_KEY, {})
    steps = build_question_path(answers)
    if missing := find_unanswered_question(steps, answers):
        return redirect("directory:join_question", missing)
    full = not limits.is_under_limit(request, "join", most=MAX_CLAIMS_PER_HOUR, seconds=HOUR_SECONDS)
    if request.method == "POST" and form.is_valid() and not full:
        limits.count_attempt(request, "join", seconds=HOUR_SECONDS)
        claim = submit_claim(key=uuid.UUID(answers["key"]), **build_claim_columns(answers))
        request.session[CLAIM_KEY] = str(claim.key)
        del request.session[ANSWERS_KEY]
        return redirect("directory:join_sent")
    asked = [(step, QUESTION_FORMS[step](answers=answers)) for step in steps]
    rows = [(step, form.short, form.asks, "\n".join(form.summarise_answer())) for step, form in asked]
    form.initial["key"] = answers["key"]
    context = {"form": form, "rows": rows, "full": full and request.method == "POST", "days": ANSWER_DAYS}
    return render_form_page(request, "directory/join_check.html", context, status=429 if context["full"] else None)


@public
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What happens next, and by when. Only in the browser that sent it."""
    claim = find_claim(request.session.get(CLAIM_KEY, ""))
    if claim is None:
        return redirect("directory:join")
    return render_page(request, "directory/join_sent.html", {"claim": claim, "answer_by": claim_due_date(claim)})
