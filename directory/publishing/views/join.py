"""/join/: a group finds itself in the directory and claims it, or registers. One question a page, kept as one goes."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agencies import limits
from agencies.access import public
from config.forms import answer
from config.fragments import page
from directory.publishing.actions.claims import ask_to_join, find_claim
from directory.publishing.forms.join import QUESTIONS, CheckForm, unanswered
from directory.publishing.join_answers import ANSWER_DAYS, Answers, after, answer_by, before, details, path

KEPT, SENT = "join", "join_sent"  # in the session: the answers so far, and the claim that they became
MOST, HOUR = 10, 3600  # claims an hour from one network


@public
@require_safe
def join(request: HttpRequest) -> HttpResponse:
    context = {"days": ANSWER_DAYS, "begun": bool(request.session.get(KEPT))}
    return page(request, "directory/join.html", context)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, name: str) -> HttpResponse:
    """One question. An answer is kept, and leads to the next question, or back to the check page."""
    answers: Answers = request.session.get(KEPT, {})
    steps = path(answers)
    if name not in QUESTIONS:
        raise Http404
    if name not in steps:  # an old address, or a road that other answers have closed
        return redirect("directory:join_question", unanswered(steps, answers) or steps[0])
    form = QUESTIONS[name](request.POST if request.method == "POST" else None, answers=answers)
    if request.method == "POST" and form.is_valid():
        answers = answers | {"key": answers.get("key") or str(uuid.uuid4()), **form.cleaned_data}
        request.session[KEPT] = answers
        return redirect(*onward(request, name, answers))
    context = {
        "form": form,
        "name": name,
        "back": before(name, answers),
        "checking": "check" in request.GET,
        "number": steps.index(name) + 1,
        "steps": len(steps),
    }
    return answer(request, "directory/join_question.html", context)


def onward(request: HttpRequest, name: str, answers: Answers) -> tuple[str, ...]:
    """Where an answer leads: to the next question, or, when it was changed from the check page, back there."""
    following = after(name, answers)
    if "check" in request.GET:
        following = unanswered(path(answers), answers)
    return ("directory:join_question", following) if following else ("directory:join_check",)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """All answers to look at; Send makes them a claim, once. What is missing is asked first."""
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (sent := find_claim(form.cleaned_data["key"])):
        request.session[SENT] = str(sent.key)  # pressed twice
        return redirect("directory:join_sent")
    answers: Answers = request.session.get(KEPT, {})
    steps = path(answers)
    if missing := unanswered(steps, answers):
        return redirect("directory:join_question", missing)
    full = not limits.has_room(request, "join", most=MOST, seconds=HOUR)
    if request.method == "POST" and form.is_valid() and not full:
        limits.count(request, "join", seconds=HOUR)
        claim = ask_to_join(key=uuid.UUID(answers["key"]), **details(answers))
        request.session[SENT] = str(claim.key)
        del request.session[KEPT]
        return redirect("directory:join_sent")
    asked = [(step, QUESTIONS[step](answers=answers)) for step in steps]
    rows = [(step, form.short, form.asks, "\n".join(form.said())) for step, form in asked]
    form.initial["key"] = answers["key"]
    context = {"form": form, "rows": rows, "full": full and request.method == "POST", "days": ANSWER_DAYS}
    return answer(request, "directory/join_check.html", context, status=429 if context["full"] else None)


@public
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What happens next, and by when. Only in the browser that sent it."""
    claim = find_claim(request.session.get(SENT, ""))
    if claim is None:
        return redirect("directory:join")
    return page(request, "directory/join_sent.html", {"claim": claim, "answer_by": answer_by(claim)})
