"""The steward says which listings are for a need, many at once; it holds at the next import too."""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from agencies.models import Membership
from directory.models import NeedCorrection, Service, ServiceTerm, TaxonomyTerm
from directory.search.index import index_services, refresh_counts

BATCH_SIZE = 1_000


@transaction.atomic
def correct_needs(services: Iterable[uuid.UUID], *, need: TaxonomyTerm, carries: bool, by: Membership) -> int:
    """Give listings a need, or take it away, whatever their source or their words say; how many are changed."""
    wanted = Service.stewarded_by(by).filter(pk__in=list(services))
    already = NeedCorrection.objects.filter(term=need, carries=carries).values("service")
    keys = list(wanted.exclude(pk__in=already).order_by("pk").values_list("pk", flat=True))
    rows = [
        NeedCorrection(service_id=key, term=need, carries=carries, decided_by=by, decided_at=timezone.now())
        for key in keys
    ]
    NeedCorrection.objects.bulk_create(
        rows,
        batch_size=BATCH_SIZE,
        update_conflicts=True,
        unique_fields=["service", "term"],
        update_fields=["carries", "decided_by", "decided_at"],
    )
    links = ServiceTerm.objects.filter(service__in=keys, term=need)
    if carries:
        ServiceTerm.objects.bulk_create(
            [ServiceTerm(service_id=key, term=need) for key in keys], batch_size=BATCH_SIZE, ignore_conflicts=True
        )
    else:
        links.delete()
    Service.objects.filter(pk__in=keys).update(last_modified=timezone.now())
    index_services(keys)
    refresh_counts()
    return len(keys)
