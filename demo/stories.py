"""What happened to the people of the demo place, as scripts: each is one life's few months with a connector.

They stand in demo/data/stories.json. A story's steps are [days after the referral, deed, what …], one a line. Deeds: a
kind of entry (phone, visit, no_answer, note, call) with words, next step, days until it; `fact` with field, value;
`refer` and `signpost` with the name of an offer; `answer` with offer, what the group said, words; `close` with reason,
outcome, summary. `{name}` is filled in; each story is told of a woman ("f") or a man ("m").
"""

import json
from typing import Any, NamedTuple

from demo.place import DATA


class Story(NamedTuple):
    gender: str
    needs: str
    matters: str
    asked: str
    risks: str
    steps: list[tuple[int, str, tuple[Any, ...]]]


def read_story(row: dict[str, Any]) -> Story:
    return Story(**row | {"steps": [(day, deed, tuple(what)) for day, deed, *what in row["steps"]]})


STORIES = [read_story(row) for row in json.loads((DATA / "stories.json").read_text(encoding="utf-8"))]
