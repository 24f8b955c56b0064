"""/steward/words/ and /steward/places/: what people type and what it means here. Each can be tried on its page."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.fragments import render_page
from directory.geography.postcodes import find_place
from directory.models import Place, StopWord, Synonym
from directory.search.explain_words import explain_words
from directory.search.query import SearchQuery
from directory.search.statement import search
from directory.stewardship.actions import words as deeds
from directory.stewardship.forms.words import NeighbourhoodForm, StopWordForm, SynonymForm, normalise_words

MAX_SYNONYMS_SHOWN = 100  # of those that a place starts with there are many more
MAX_TRIED_RESULTS = 5  # activities found by what is tried


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: MemberRequest) -> HttpResponse:
    """The list, a form for one more (or, with ?change=, for one of them), and a search to try."""
    change = strip_nul(request.GET.get("change", ""))
    synonym = get_object_or_404(Synonym.visible_to(request.member), typed=change) if change else None
    typed = {"typed": request.GET.get("typed", "")[:100]}
    form = SynonymForm(request.POST or None, member=request.member, kept=synonym, initial=typed)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data
        kept = deeds.save_synonym(typed=read["typed"], means=read["means"], by=request.member, synonym=synonym)
        messages.success(request, f"From now on “{kept.typed}” also looks for {kept.means}.")
        return redirect(reverse("directory:words", query={"find": kept.typed}))
    return render_words_page(request, synonym_form=form, form=form, synonym=synonym)


@allow(Permission.STEWARD)
@require_POST
def add_stop_word(request: MemberRequest) -> HttpResponse:
    form = StopWordForm(request.POST, member=request.member)
    if form.is_valid():
        kept = deeds.save_stop_word(word=form.cleaned_data["word"], by=request.member)
        messages.success(request, f"From now on “{kept.word}” is left out of searches.")
        return redirect("directory:words")
    return render_words_page(request, stop_form=form, form=form)


@allow(Permission.STEWARD)
@require_POST
def remove_word(request: MemberRequest) -> HttpResponse:
    """Takes a synonym (`typed`) or a stop word (`word`) out of its list. What is not there any more is no mistake."""
    typed, word = request.POST.get("typed", ""), request.POST.get("word", "")
    Synonym.visible_to(request.member).filter(typed=strip_nul(typed)).delete()
    StopWord.visible_to(request.member).filter(word=strip_nul(word)).delete()
    messages.success(request, f"“{strip_nul(typed or word)}” is out of the list. Searches take it as it stands.")
    return redirect("directory:words")


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def places(request: MemberRequest) -> HttpResponse:
    """Names of neighbourhoods with their middles; ?name= begins one, ?change= opens one, ?near= tries one."""
    change = strip_nul(request.GET.get("change", ""))
    given = get_object_or_404(Place.visible_to(request.member), pk=change) if change else None
    named = {"name": strip_nul(request.GET.get("name", ""))[:80].title()}
    form = NeighbourhoodForm(request.POST or None, member=request.member, kept=given, initial=named)
    if request.method == "POST" and form.is_valid() and form.point:
        kept = deeds.save_place(name=form.cleaned_data["name"], point=form.point, by=request.member, given=given)
        messages.success(request, f"People who type “{kept.shown}” now see what is near it.")
        return redirect("directory:places")
    tried = strip_nul(request.GET.get("near", ""))[:80]
    context = {
        "form": form,
        "given": given,
        "places": Place.visible_to(request.member).order_by("name"),
        "tried": tried,
        "found": find_place(tried) if tried else None,
    }
    return render_page(request, "directory/places.html", context, status=422 if form.errors else 200)


@allow(Permission.STEWARD)
@require_POST
def remove_place(request: MemberRequest) -> HttpResponse:
    name = strip_nul(request.POST.get("name", ""))
    given = Place.visible_to(request.member).filter(pk=name).first()
    if given:
        deeds.remove_place(place=given, by=request.member)
        messages.success(request, f"{given.shown} is out of the list.")
    return redirect("directory:places")


def render_words_page(request: MemberRequest, **context: Any) -> HttpResponse:
    """`form` is the one that was sent: when it has errors they are named above the heading."""
    tried = strip_nul(request.GET.get("words", ""))[:200]
    found = search(SearchQuery(words=tried, size=MAX_TRIED_RESULTS)) if tried else None
    sought = normalise_words(request.GET.get("find", "")[:100])
    synonyms = Synonym.visible_to(request.member).filter(Q(typed__contains=sought) | Q(means__contains=sought))
    context = {
        "synonym": None,
        "synonym_form": SynonymForm(member=request.member),
        "stop_form": StopWordForm(member=request.member),
        "synonyms": synonyms[:MAX_SYNONYMS_SHOWN],
        "most_shown": MAX_SYNONYMS_SHOWN,
        "sought": sought,
        "stop_words": StopWord.visible_to(request.member),
        "tried": tried,
        "found": found,
        "steps": explain_words(tried, found) if found else [],
    } | context
    return render_page(request, "directory/words.html", context, status=422 if context["form"].errors else 200)


def strip_nul(text: str) -> str:
    """What PostgreSQL can be asked for: it stores no NUL."""
    return text.replace("\x00", "")
