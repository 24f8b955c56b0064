"""What stands many times on a case's page: drawn by the macros in templates/rows/."""

from collections.abc import Iterable
from typing import Any

from django import template

from cases.facts import KeyFact
from cases.history.render import TimelineEntry
from config.rows import draw
from config.template_tags import email_words

register = template.Library()


@register.simple_tag
def timeline(entries: Iterable[TimelineEntry], case_url: str = "", ours: bool = False) -> Any:
    """The items of a list, with facts and links given the case's `case_url`. `ours`: of the own team's case."""
    return draw("timeline.html", "timeline", entries, case_url, ours)


@register.simple_tag
def key_facts(facts: Iterable[tuple[KeyFact, str]], case_url: str, ours: bool, changed: KeyFact | None) -> Any:
    """Each with its value in words; those of the own team's case (`ours`) can be changed, and `changed` just was."""
    shown = [(fact, email_words(words) if fact.name == "email" and words else words) for fact, words in facts]
    return draw("key_facts.html", "key_facts", shown, case_url, ours, changed)
