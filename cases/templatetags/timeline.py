"""Entries of a case's history, drawn by the macro in templates/rows/timeline.html."""

from collections.abc import Iterable
from typing import Any

from django import template

from cases.history.render import TimelineEntry
from config.rows import draw

register = template.Library()


@register.simple_tag
def timeline(entries: Iterable[TimelineEntry], case_url: str = "", ours: bool = False) -> Any:
    """The items of a list, with facts and links given the case's `case_url`. `ours`: of the own team's case."""
    return draw("timeline.html", "timeline", entries, case_url, ours)
