"""Listings whose ids a source has changed: recognised by name and place, so that none stands here twice.

A listing keeps its id here, with all that people have tied to it; the source's new id becomes another name for it.
What is only nearly sure is asked about, where likely doubles are.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from directory.exchange.stored import OWN_MODELS, find_used, load_stored_services, pack_service, rename_service
from directory.exchange.writer import save_services
from directory.models import Likeness, Run, RunChange, Service, ServiceAlias, ServiceAtLocation

Signature = tuple[str, str]
BATCH_SIZE = 200


@dataclass
class Renamed:
    """Pairs of ids, the new one and the one it was; and how many pairs are asked about."""

    same: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    asked: int = 0


@transaction.atomic
def recognise_renamed(run: Run, *, new: Iterable[uuid.UUID], gone: Iterable[uuid.UUID], whole: bool) -> Renamed:
    """Give each new listing of a run back to the one that went away, if one of that name and place did and no other.

    Of a run that did not read all, nothing is known to be gone: then every pair is asked about.
    """
    before, now, found = _group(gone), _group(new), Renamed()
    for (name, place), new_ids in now.items():
        old_ids = before.get((name, place), [])
        if whole and len(old_ids) == len(new_ids) == 1:
            found.same[new_ids[0]] = old_ids[0]
        else:
            found.asked += _ask(new_ids, old_ids or _of_name(before, name), place=bool(old_ids))
    for key in find_used(Service, found.same, OWN_MODELS):  # somebody was quicker than the end of the run
        found.asked += _ask([key], [found.same.pop(key)], place=True)
    pairs = [*found.same.items()]
    for start in range(0, len(pairs), BATCH_SIZE):
        _take_over(run, dict(pairs[start : start + BATCH_SIZE]))
    return found


def _of_name(before: dict[Signature, list[uuid.UUID]], name: str) -> list[uuid.UUID]:
    return [key for (other, _), ids in before.items() if other == name for key in ids]


def _group(ids: Iterable[uuid.UUID]) -> dict[Signature, list[uuid.UUID]]:
    """Listings by name with organisation, and by place: postcodes and first lines, or the point."""
    wanted = list(ids)
    places: dict[uuid.UUID, set[str]] = defaultdict(set)
    links = ServiceAtLocation.objects.filter(service__in=wanted)
    for key, postcode, address, lat, lon in links.values_list(
        "service", "location__postcode", "location__address", "location__latitude", "location__longitude"
    ):
        point = f"{lat:.4f} {lon:.4f}" if lat is not None and lon is not None else ""
        street = _tidy(address.partition("\n")[0])
        places[key].add(f"{_tidy(postcode)} {street}".strip() or point)
    found: dict[Signature, list[uuid.UUID]] = defaultdict(list)
    rows = Service.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "name", "agency__name")
    for key, name, agency in rows:
        found[f"{_tidy(name)} by {_tidy(agency)}", "; ".join(sorted(filter(None, places[key])))].append(key)
    return found


def _tidy(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum())


def _ask(new: list[uuid.UUID], old: list[uuid.UUID], *, place: bool) -> int:
    """Suggest that they may be the same, the first with the first; how many pairs."""
    why = "Same source, name and organisation" + (", same place" if place else "; the place is another")
    pairs = [
        Likeness(first_id=min(pair), second_id=max(pair), score=0.9, why=f"{why}. Its id changed at the source")
        for pair in zip(new, old, strict=False)
    ]
    Likeness.objects.bulk_create(pairs, ignore_conflicts=True)
    return len(pairs)


def _take_over(run: Run, same: dict[uuid.UUID, uuid.UUID]) -> None:
    """What came under new ids is written over the listings that they were before, and the new rows go."""
    stored, before = load_stored_services(same), load_stored_services(same.values())
    RunChange.objects.filter(run=run, service__in=same).delete()
    kept = [RunChange(run=run, service=key, before=pack_service(one)) for key, one in before.items()]
    RunChange.objects.bulk_create(kept, ignore_conflicts=True)
    Service.objects.filter(pk__in=same).delete()
    for key, one in stored.items():
        rename_service(one, same[key])
    save_services([*stored.values()], run.source.name)
    ServiceAlias.objects.bulk_create([ServiceAlias(pk=key, service_id=old, run=run) for key, old in same.items()])
