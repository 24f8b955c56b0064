"""Hooks: the points at which an app to the right may join in (docs/decisions/hooks-not-signals.md)."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

Listener = TypeVar("Listener", bound=Callable[..., Any])


class Hook(Generic[Listener]):
    """A point in the life of something, named by its event, in the `hooks.py` of the app that it happens in.

    Listeners register with the decorator `@on_something.register` in the file that does the work, which their app
    imports in `ready()`. Whoever fires the hook calls each in turn, inside the deed's transaction: what a listener
    raises undoes the deed.
    """

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def register(self, listener: Listener) -> Listener:
        """Call the listener from now on. Gives it back, so that it serves as a decorator."""
        self._listeners.append(listener)
        return listener

    def unregister(self, listener: Listener) -> None:
        """Raises ValueError for one that is not registered."""
        self._listeners.remove(listener)

    def __iter__(self) -> Iterator[Listener]:
        return iter(self._listeners)
