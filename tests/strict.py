"""Templates, stricter than Django has them: a variable that is not there fails the test that drew it, and so does a
view that gives a page a name which a context processor gives to every page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.template import engines
from django.template.context import RequestContext


class Undefined(str):
    """What Django would print for a variable that is not there. `{% if x %}` may still ask for one."""

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, variable: object) -> str:
        raise AssertionError(f"Undefined template variable: {variable}")


UNDEFINED = Undefined("undefined")


bind_template = RequestContext.bind_template


@contextmanager
def bind_strictly(self: RequestContext, template: Any) -> Iterator[None]:
    """A page's own name would stand above the processor's, and the header would say the wrong thing."""
    with bind_template(self, template):
        every_page, *own = self.dicts[self._processors_index :]
        taken = {name for given in own for name in given} & set(every_page)
        assert not taken, f"{template.name}: context processors have these names: {sorted(taken)}"
        yield


@contextmanager
def strict_templates() -> Iterator[None]:
    """Within it, undefined variables and names that a processor has raise AssertionError."""
    engine = engines["django"].engine
    before, engine.string_if_invalid = engine.string_if_invalid, UNDEFINED
    RequestContext.bind_template = bind_strictly  # type: ignore[method-assign]
    try:
        yield
    finally:
        engine.string_if_invalid = before
        RequestContext.bind_template = bind_template  # type: ignore[method-assign]
