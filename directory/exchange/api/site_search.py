"""The search of the site for what other systems take away: the same filters, more of what is found."""

import dataclasses

from django.http import QueryDict

from directory.catalogue.cards import load_services
from directory.exchange.api.parameters import ApiError
from directory.models import Service
from directory.search.forms.search import SearchForm
from directory.search.statement import search
from directory.text.cleaning import to_printable


def parse_search_form(query: QueryDict) -> SearchForm:
    """Raises ApiError (400) with what each wrong field says on the site."""
    form = SearchForm(query)
    if not form.is_valid():
        wrong = [(name, f"{name}: {said}.") for name, all_said in form.errors.items() for said in all_said]
        raise ApiError(400, "The search has a field that cannot be read", wrong)
    return form


def find_best_services(form: SearchForm, most: int) -> list[Service]:
    """The best of what the search finds."""
    return load_services(search(dataclasses.replace(form.asked(), size=most)).cards)


def describe_search(form: SearchForm) -> str:
    """ "gardening near BN11 2AA", "" for a search that asks nothing."""
    words, place = " ".join(to_printable(form.data.get("words", "")).split())[:100], form.place
    said = f"{words} near {place}" if words and place else f"near {place}" if place else words
    return said + (", filtered" if form.list_set_filters() else "")
