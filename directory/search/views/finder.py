"""/find/: three plain questions, one a page, that end in the search."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.forms import Form, render_form_page
from config.replica import from_replica
from directory.search.finder import ANSWER_FIELDS, QUESTIONS, format_answers, list_answers, list_preferences
from directory.search.forms.finder import NeedForm, PreferencesForm, WhereForm
from directory.search.forms.search import SearchForm

FORMS: tuple[type[Any], ...] = (NeedForm, WhereForm, PreferencesForm)


@public
@require_safe
@from_replica
def finder(request: HttpRequest, number: int) -> HttpResponse:
    """Question `number`, from 0. `next` in the address says that it is answered; without it, it is asked (again)."""
    answered = "next" in request.GET
    form: Form = FORMS[number](request.GET if answered else None, initial=initial_answers(request))
    if answered and form.is_valid():
        said_now = form.to_answers()  # type: ignore[attr-defined]
        return HttpResponseRedirect(build_address(next_page(number), format_answers(request.GET, number, said_now)))
    kept = format_answers(request.GET, number, list_answers(request.GET, number))
    others = [n for n in range(len(ANSWER_FIELDS)) if n != number]
    return render_form_page(
        request,
        "directory/finder.html",
        {
            "form": form,
            "question": QUESTIONS[number],
            "number": number + 1,
            "of": len(QUESTIONS),
            "carried": list_answers(request.GET, *others),
            "back": build_address(QUESTIONS[number - 1].page, kept) if number else reverse("directory:home"),
            "dangers": SearchForm(request.GET).find_dangers(),
            "skip": build_address(next_page(number), format_answers(request.GET, number, [])),
        },
    )


def next_page(number: int) -> str:
    """What follows a question: the next one, and after the last the search."""
    return QUESTIONS[number + 1].page if number + 1 < len(QUESTIONS) else "directory:activities"


def initial_answers(request: HttpRequest) -> dict[str, Any]:
    """What was answered already, so that a step back finds it as it was left."""
    given = request.GET
    return {name: given.get(name, "")[:200] for name in ("need", "near", "miles", "day")} | {
        "suits": list_preferences(given)
    }


def build_address(page: str, query: str) -> str:
    return reverse(page) + (f"?{query}" if query else "")
