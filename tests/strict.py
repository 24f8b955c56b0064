"""Templates, stricter than Django has them: a variable that is not there fails the test that drew it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.template import engines


class Undefined(str):
    """What Django would print for a variable that is not there. `{% if x %}` may still ask for one."""

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, variable: object) -> str:
        raise AssertionError(f"Undefined template variable: {variable}")


UNDEFINED = Undefined("undefined")


@contextmanager
def strict_templates() -> Iterator[None]:
    """Within it, undefined variables raise AssertionError."""
    engine = engines["django"].engine
    before, engine.string_if_invalid = engine.string_if_invalid, UNDEFINED
    try:
        yield
    finally:
        engine.string_if_invalid = before
