"""Which needs listings are found by, and why: given by the source, spoken of in their words, or said by the steward."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models import Membership
from directory.catalogue.facets import term_facet
from directory.models import LISTED, NeedCorrection, Service, ServiceTerm, Spot, TaxonomyTerm

GIVEN, SPOKEN, SAID_YES, SAID_NO = "given", "in its words", "you said so", "you took it away"


class NeedTag(NamedTuple):
    """A need of a listing, and why it is there; of SAID_NO, why it is not."""

    name: str
    why: str


@dataclass
class TaggedListing:
    service: Service
    tags: list[NeedTag] = field(default_factory=list)


def find_listings(
    member: Membership, *, source: str | None = None, need: TaxonomyTerm | None = None, words: str = "", show: str = ""
) -> QuerySet[Service]:
    """Listings that the steward may see: of a source ("": kept here), whose name or text holds the words; `show` "with"
    or "without" the need, or any need."""
    found = Service.stewarded_by(member).filter(LISTED)
    if source is not None:
        found = found.filter(source=source)
    if words:
        found = found.filter(Q(name__icontains=words) | Q(agency__name__icontains=words))
    if show:
        marks = [term_facet(need.pk)] if need else [term_facet(pk) for pk in _list_need_ids()]
        carries = Exists(Spot.objects.filter(service=OuterRef("pk"), marks__overlap=marks))
        found = found.filter(carries) if show == "with" else found.exclude(carries)
    return found.select_related("agency").defer("received").order_by("name", "pk")


def _list_need_ids() -> list[uuid.UUID]:
    return list(TaxonomyTerm.needs().values_list("pk", flat=True))


def load_tags(services: Iterable[Service]) -> list[TaggedListing]:
    """Each listing with its needs, in the order of the place."""
    rows = [TaggedListing(service) for service in services]
    ids = [row.service.pk for row in rows]
    marked: dict[uuid.UUID, set[str]] = defaultdict(set)
    for key, marks in Spot.objects.filter(service__in=ids).values_list("service", "marks"):
        marked[key] |= set(marks)
    given = set(ServiceTerm.objects.filter(service__in=ids).values_list("service", "term"))
    corrections = NeedCorrection.objects.filter(service__in=ids).values_list("service", "term", "carries")
    said = {(service, term): carries for service, term, carries in corrections}
    for term in TaxonomyTerm.needs():
        for row in rows:
            pair = row.service.pk, term.pk
            if pair in said:
                row.tags.append(NeedTag(term.name, SAID_YES if said[pair] else SAID_NO))
            elif pair in given:
                row.tags.append(NeedTag(term.name, GIVEN))
            elif term_facet(term.pk) in marked[row.service.pk]:
                row.tags.append(NeedTag(term.name, SPOKEN))
    return rows
