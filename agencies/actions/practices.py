"""Taking GP practices over from the ODS file."""

from collections import Counter

from django.db import transaction

from agencies.models import Agency, AgencyKind
from agencies.ods import OdsPractice

ODS_SOURCE = "ODS"
IMPORTED_FIELDS = ["name", "address", "postcode", "phone", "received"]


@transaction.atomic
def save_practices(practices: list[OdsPractice]) -> Counter[str]:
    """Add or renew these practices in one transaction; returns how many were "new", "changed", "same" and "taken".

    Which team a practice refers to, and its promises, are the place's own and stay.
    """
    codes = [p.ods_code for p in practices]
    known = {a.ods_code: a for a in Agency.objects.select_for_update().filter(ods_code__in=codes).order_by("pk")}
    counts: Counter[str] = Counter()
    new, changed = [], []
    for practice in practices:
        agency = known.get(practice.ods_code)
        columns = {name: getattr(practice, name) for name in IMPORTED_FIELDS} | {"source": ODS_SOURCE}
        if agency is None:
            new.append(Agency(ods_code=practice.ods_code, kind=AgencyKind.PRACTICE, **columns))
        elif agency.kind != AgencyKind.PRACTICE:
            counts["taken"] += 1
        elif all(getattr(agency, name) == value for name, value in columns.items()):
            counts["same"] += 1
        else:
            for name, value in columns.items():
                setattr(agency, name, value)
            changed.append(agency)
    Agency.objects.bulk_create(new)
    Agency.objects.bulk_update(changed, [*IMPORTED_FIELDS, "source"])
    return counts + Counter(new=len(new), changed=len(changed))
