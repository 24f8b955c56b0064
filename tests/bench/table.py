"""What was measured, with its target and whether that is met."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Row:
    """One line. With a `target` the verdict is whether `value` is at most that; `value` is in the target's unit."""

    what: str
    value: float
    unit: str = "×"
    target: float | None = None
    note: str = ""

    def __str__(self) -> str:
        shown = f"{self.value:,.2f}" if self.value < 10 else f"{self.value:,.0f}"
        target = "" if self.target is None else f"≤ {self.target:g} {self.unit}"
        return f"{self.what:<58} {shown:>8} {self.unit:<3} {target:<10} {self.verdict:<9} {self.note}".rstrip()

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        return "met" if self.value <= self.target else "NOT MET"


def cpu(times: Iterable[float]) -> float:
    """The median of the milliseconds that Python worked."""
    return median(getattr(took, "cpu", took) for took in times)


def p50(times: Iterable[float]) -> float:
    return median(times)


def p95(times: Iterable[float]) -> float:
    times = list(times)
    return quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def say(words: object) -> None:
    print(words, flush=True)  # noqa: T201
