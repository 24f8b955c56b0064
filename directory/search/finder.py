"""Three plain questions for those who do not know what to type. Each answer stands in the address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

# The search's own fields, in the order of the questions; those of each question together.
ANSWER_FIELDS = (("need",), ("near", "miles"), ("day", "free", "meets", "room", "access"))
PREFERENCES = {  # the filter that it sets, as it is asked
    "free": "It costs nothing",
    "meets": "Someone can meet me the first time",
    "step-free": "There are no steps",
    "room": "There is room now",
}


@dataclass(frozen=True)
class Question:
    """One page: its URL name and its words."""

    page: str
    words: str
    hint: str


QUESTIONS = (
    Question("directory:finder", "What would help?", ""),
    Question("directory:finder_where", "Where are you?", "So that we can show you what is near."),
    Question("directory:finder_suits", "What would suit you?", "Leave out what does not matter."),
)


def list_answers(answers: QueryDict, *numbers: int) -> list[tuple[str, str]]:
    """The answers to these questions (from 0), as they stand in the address."""
    names = [name for number in numbers for name in ANSWER_FIELDS[number]]
    return [(name, value[:200]) for name in names for value in answers.getlist(name)[:10] if value]


def format_answers(answers: QueryDict, number: int, new: list[tuple[str, str]]) -> str:
    """All answers, with `new` ones to one question."""
    before, after = range(number), range(number + 1, len(ANSWER_FIELDS))
    return urlencode(list_answers(answers, *before) + new + list_answers(answers, *after))


def list_preferences(answers: QueryDict) -> list[str]:
    """What is ticked among PREFERENCES."""
    return [key for key in PREFERENCES if answers.get(key) == "1" or key in answers.getlist("access")]


def preferences_to_filters(ticked: list[str]) -> list[tuple[str, str]]:
    """What is ticked, as the search's fields."""
    return [("access", key) if key == "step-free" else (key, "1") for key in ticked]
