"""/find/: three plain questions, one a page, that end in the search."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.forms import Form, answer
from directory.search.finder import ANSWERS, QUESTIONS, query, said, suits
from directory.search.forms.finder import NeedForm, SuitsForm, WhereForm

FORMS: tuple[type[Any], ...] = (NeedForm, WhereForm, SuitsForm)


@public
@require_safe
def finder(request: HttpRequest, number: int) -> HttpResponse:
    """Question `number`, from 0. `next` in the address says that it is answered; without it, it is asked (again)."""
    answered = "next" in request.GET
    form: Form = FORMS[number](request.GET if answered else None, initial=before(request))
    if answered and form.is_valid():
        said_now = form.answers()  # type: ignore[attr-defined]
        return HttpResponseRedirect(to(onward(number), query(request.GET, number, said_now)))
    kept = query(request.GET, number, said(request.GET, number))
    others = [n for n in range(len(ANSWERS)) if n != number]
    return answer(
        request,
        "directory/finder.html",
        {
            "form": form,
            "question": QUESTIONS[number],
            "number": number + 1,
            "of": len(QUESTIONS),
            "carried": said(request.GET, *others),
            "back": to(QUESTIONS[number - 1].page, kept) if number else reverse("directory:home"),
            "skip": to(onward(number), query(request.GET, number, [])),
        },
    )


def onward(number: int) -> str:
    """What follows a question: the next one, and after the last the search."""
    return QUESTIONS[number + 1].page if number + 1 < len(QUESTIONS) else "directory:activities"


def before(request: HttpRequest) -> dict[str, Any]:
    """What was answered already, so that a step back finds it as it was left."""
    given = request.GET
    return {name: given.get(name, "")[:200] for name in ("need", "near", "miles", "day")} | {"suits": suits(given)}


def to(page: str, query: str) -> str:
    return reverse(page) + (f"?{query}" if query else "")
