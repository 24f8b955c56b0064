"""Model instances out of statements written by hand."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.db import models


@cache
def column_names(model: type[models.Model]) -> list[str]:
    """Its columns, without what was received from a feed: that is large, and for nobody's eyes."""
    return [field.attname for field in model._meta.concrete_fields if field.attname != "received"]


def columns_sql(alias: str, model: type[models.Model]) -> str:
    """The columns of a table or row called `alias`, to be read by `build_instances`. JSON comes read already."""
    read = {field.attname: "::json" for field in model._meta.concrete_fields if isinstance(field, models.JSONField)}
    return ", ".join(f'{alias}."{name}"{read.get(name, "")}' for name in column_names(model))


def build_instances(row: Sequence[Any], *of: type[models.Model]) -> Iterator[Any]:
    """An instance of each of these models in turn, as the ORM would have made it, or None where its id is NULL."""
    at = 0
    for model in of:
        names = column_names(model)
        yield None if row[at] is None else model.from_db("default", names, row[at : at + len(names)])
        at += len(names)
