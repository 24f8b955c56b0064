"""What apps to the right, and other parts of this one, say of a case before something is done with it for good."""

from collections.abc import Callable, Iterable, Sequence

from cases.models import Case
from config.hooks import Hook

# Why these cases of one person may not be erased now, in words: a legal hold, an inquiry. Nothing: they may be.
erasure_refusals: Hook[Callable[[Sequence[Case]], Iterable[str]]] = Hook()
