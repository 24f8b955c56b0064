"""Small tools for the JSON objects of feeds, whose shape nobody promises, and how any source says yes and no."""

import json
from pathlib import Path
from typing import Any

Object = dict[str, Any]
CELL_WORDS = json.loads(Path(__file__).with_name("cell_words.json").read_text(encoding="utf-8"))
WORDS_FOR_YES, WORDS_FOR_NO = {*CELL_WORDS["yes"]}, {*CELL_WORDS["no"]}


def rename_fields(raw: Object, names: dict[str, tuple[str, ...]]) -> Object:
    """A copy in which each of `names` that is missing takes the value of the first other name that is there."""
    out = dict(raw)
    for name, others in names.items():
        if out.get(name) in (None, "", []):
            for other in others:
                if out.get(other) not in (None, "", []):
                    out[name] = out[other]
                    break
    return out


def list_objects(value: Any) -> list[Object]:
    """The objects of a list; an object by itself is a list of one. Anything else is left to whoever reads it."""
    if isinstance(value, dict):
        return [value]
    whole = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    return value if whole and isinstance(value, list) else []


def list_any(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def list_words(value: Any) -> list[str]:
    """The texts of a list, the names of its objects, or the parts of one text between commas or semicolons."""
    if isinstance(value, str):
        return [part for part in value.replace(";", ",").split(",") if part.strip()]
    named = [item.get("name", item.get("label")) if isinstance(item, dict) else item for item in list_any(value)]
    return [name for name in named if isinstance(name, str) and name.strip()]


def says_yes(value: Any) -> bool:
    return str(value or "").strip().lower() in WORDS_FOR_YES
