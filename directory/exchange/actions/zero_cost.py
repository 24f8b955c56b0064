"""A source in which nearly everything costs 0: is it free, or is 0 what stands there when nobody said?

Asked once, of a file before it comes in, of a feed after its first run; the answer holds for all that comes later.
"""

import uuid
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max
from procrastinate.contrib.django import app

from agencies.models import Membership
from directory.exchange.open_referral import ParsedService
from directory.models import LISTED, CostOption, Service, Source
from directory.models.source import ZeroCost
from directory.search.index import index_services, refresh_counts
from directory.text.encoding import FREE_OF_CHARGE

MIN_ZERO_COSTS = 10  # listings that cost 0; of fewer nothing can be told
SUSPICIOUS_SHARE = 0.9  # of the listings with a price, those that cost 0
BATCH_SIZE = 500


class CostCounts(NamedTuple):
    """How many listings there are, how many name a price, and how many of those name only 0."""

    listings: int
    priced: int
    zero: int

    @property
    def is_suspicious(self) -> bool:
        many = self.zero >= MIN_ZERO_COSTS and self.zero * 2 >= self.listings
        return many and self.zero >= self.priced * SUSPICIOUS_SHARE

    @property
    def percent(self) -> int:
        return round(100 * self.zero / self.listings) if self.listings else 0


def count_costs(source: Source) -> CostCounts:
    """Of what a source has brought and is listed."""
    rows = Service.objects.filter(LISTED, source=source.name)
    dearest = rows.exclude(cost_options=None).order_by().annotate(most=Max("cost_options__amount"))
    amounts = [amount for amount in dearest.values_list("most", flat=True) if amount is not None]
    return CostCounts(rows.count(), len(amounts), sum(amount == 0 for amount in amounts))


def count_parsed_costs(parsed: Iterable[ParsedService]) -> CostCounts:
    """The same of services that are not saved."""
    listings = priced = zero = 0
    for one in parsed:
        amounts = [row.amount for row in one.rows if isinstance(row, CostOption) and row.amount is not None]
        listings, priced, zero = listings + 1, priced + bool(amounts), zero + (bool(amounts) and not any(amounts))
    return CostCounts(listings, priced, zero)


def ask_about_zero_costs(source: Source) -> bool:
    """After an import: whether the steward is asked from now on. Once asked or answered, never again."""
    if source.zero_cost or not count_costs(source).is_suspicious:
        return False
    return bool(Source.objects.filter(pk=source.pk, zero_cost="").update(zero_cost=ZeroCost.ASKED))


@transaction.atomic
def answer_zero_costs(source: Source, *, free: bool, by: Membership) -> None:
    """Keep the answer. What came with a price of 0 that nobody knows is shown without one, by a job.

    What came so, and is free after all, is read again the next time.
    """
    before = Source.objects.select_for_update().get(pk=source.pk).zero_cost
    answer = ZeroCost.FREE if free else ZeroCost.UNKNOWN
    Source.objects.filter(pk=source.pk).update(zero_cost=answer)
    if answer == ZeroCost.UNKNOWN and before != answer:
        app.configure_task("drop_zero_costs", lock=f"import {source.pk}").defer(source=str(source.pk))
    if before == ZeroCost.UNKNOWN and free:
        Service.objects.filter(source=source.name).exclude(digest="").update(digest="to be read again")


def drop_zero_costs(one: ParsedService) -> None:
    """Of a service that was read: take out prices of 0, and words that say no more than that it is free."""
    one.rows[:] = [row for row in one.rows if not (isinstance(row, CostOption) and row.amount == 0)]
    if FREE_OF_CHARGE.fullmatch(one.service.fees.strip()[:100]):
        one.service.fees = ""


def drop_stored_zero_costs(source: Source) -> None:
    """The same of all that the source has brought. May run twice."""
    rows = Service.objects.filter(source=source.name, cost_options__amount=0).order_by("pk").distinct()
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH_SIZE):
        _drop_batch(ids[start : start + BATCH_SIZE])
    refresh_counts()


@transaction.atomic
def _drop_batch(ids: list[uuid.UUID]) -> None:
    CostOption.objects.filter(service__in=ids, amount=0).delete()
    fees = Service.objects.filter(pk__in=ids).exclude(fees="").values_list("pk", "fees")
    free = [pk for pk, said in fees if FREE_OF_CHARGE.fullmatch(said.strip()[:100])]
    Service.objects.filter(pk__in=free).update(fees="")
    index_services(ids)
