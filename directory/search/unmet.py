"""Searches that found nothing, for the steward: what people look for that is not here, or is called otherwise.

Nothing about who searched is kept, and of what they typed nothing that could point at them: no numbers, e-mail
addresses or very long words, of a postcode its first half, of an age its decade. Rows go after a year (jobs.py).
"""

import csv
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db import connection
from django.db.models import Count, Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from agencies.access import Permission, has_permission
from agencies.models import Membership
from config.spreadsheets import escape_formula
from directory.geography.postcodes import normalise_postcode
from directory.models import LostSearch, TaxonomyTerm
from directory.search.forms.search import FILTER_FIELDS, SearchForm, format_filter
from directory.search.query import SearchResult
from directory.search.vocabulary import split_words

MAX_WORD_LENGTH = 25  # letters of a word; longer ones are no words
MAX_ROWS_PER_DAY = 5000  # different ones: whoever sends made-up searches fills no disk
RETENTION = datetime.timedelta(days=366)

COUNT_SEARCH_SQL = """
INSERT INTO directory_lostsearch ("on", words, near, filters, times)
SELECT %(on)s, %(words)s, %(near)s, %(filters)s, 1
WHERE (SELECT count(*) FROM (SELECT FROM directory_lostsearch WHERE "on" = %(on)s LIMIT %(most)s) today) < %(most)s
ON CONFLICT ("on", words, near, filters) DO UPDATE SET times = directory_lostsearch.times + 1
"""


def is_deliberate(request: HttpRequest) -> bool:
    """Whether a person asked for this page and looks at it: not a browser ahead of time, nor one still typing,
    nor the steward who tries what others typed."""
    ahead = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    typing = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Trigger") == "typing"
    trying = has_permission(getattr(request, "member", None), Permission.STEWARD)
    return request.method == "GET" and "prefetch" not in ahead.lower() and not typing and not trying


def count_unmet_search(form: SearchForm, found: SearchResult) -> None:
    """Count this search, as it was understood, among those of today that found nothing. Asking for nothing is none."""
    row = {
        "words": anonymise_words(found.asked.words),
        "near": anonymise_place(form, found),
        "filters": format_filters(form, found),
    }
    if any(row.values()):
        with connection.cursor() as cursor:
            cursor.execute(COUNT_SEARCH_SQL, row | {"on": timezone.localdate(), "most": MAX_ROWS_PER_DAY})


def anonymise_words(words: str) -> str:
    """Small letters; without e-mail addresses, and without words that have numbers in them or are too long."""
    without = re.sub(r"\S*@\S*", " ", words)
    kept = [word for word in split_words(without) if len(word) <= MAX_WORD_LENGTH and not re.search(r"\d", word)]
    return " ".join(kept)[:100].strip()


def anonymise_place(form: SearchForm, found: SearchResult) -> str:
    """ "BN11 2AA" → "BN11"; a town as it is written; of a place that nobody knows only what could be a name."""
    place = form.place or found.place
    if place:
        code = normalise_postcode(place)
        return code[:-3] if code else place.split(" ")[0] if re.search(r"\d", place) else place[:100]
    typed = anonymise_words(form.data.get("near", ""))
    return typed if len(typed.split()) <= 3 else ""


def format_filters(form: SearchForm, found: SearchResult) -> str:
    """The other filters, those read out of the words too, as a query string, always in the same order."""
    chosen = form.list_set_filters() + [
        (one.field, one.value) for one in found.understood if one.field in FILTER_FIELDS
    ]
    pairs = sorted(chosen, key=lambda pair: FILTER_FIELDS.index(pair[0]))
    return urlencode([(name, f"{value[:-1]}0" if name == "age" else value) for name, value in pairs])[:200]


# --- For the steward -----------------------------------------------------------------------------------

PERIODS = {"7": "Last 7 days", "30": "Last 30 days", "90": "Last 3 months", "365": "Last year"}
MAX_SHOWN = 200


@dataclass(frozen=True)
class UnmetSearchRow:
    """One search over a period."""

    words: str
    near: str
    filters: str  # a query string
    times: int
    days: int  # on how many of them
    last: datetime.date
    said: str  # the filters in words

    @property
    def unknown_place(self) -> str:
        """The place, when nobody knew it: known ones are kept as they are written, with capitals."""
        return self.near if self.near.islower() else ""

    @property
    def query(self) -> str:
        """The search itself, for a link."""
        return urlencode([("words", self.words), ("near", self.near), *parse_qsl(self.filters)])


def list_unmet_searches(member: Membership, days: int, most: int | None = None) -> list[UnmetSearchRow]:
    """What found nothing in the last so many days, the most usual first."""
    since = timezone.localdate() - datetime.timedelta(days=days - 1)
    rows = LostSearch.visible_to(member).filter(on__gte=since).values("words", "near", "filters")
    rows = rows.annotate(total=Sum("times"), days=Count("on"), last=Max("on"))
    rows = rows.order_by("-total", "-last", "words", "near", "filters")[:most]
    needs = dict(TaxonomyTerm.needs().values_list("code", "name"))
    return [
        UnmetSearchRow(
            row["words"],
            row["near"],
            row["filters"],
            row["total"],
            row["days"],
            row["last"],
            ", ".join(format_filter(name, value, needs) for name, value in parse_qsl(row["filters"])),
        )
        for row in rows
    ]


def render_csv(rows: Iterable[UnmetSearchRow]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.write("\ufeff")  # so that Excel reads it as UTF-8
    table = csv.writer(response)
    table.writerow(["Words", "Near", "Filters", "Times", "On how many days", "Last"])
    for row in rows:
        table.writerow([*map(escape_formula, (row.words, row.near, row.said)), row.times, row.days, row.last])
    return response


def list_expired_searches(today: datetime.date) -> "QuerySet[LostSearch]":
    """What has been kept long enough."""
    return LostSearch.objects.filter(on__lt=today - RETENTION)
