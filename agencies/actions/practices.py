"""Taking GP practices over from the ODS file."""

from collections import Counter

from django.db import transaction

from agencies.models import Agency, AgencyKind
from agencies.ods import OdsPractice

ODS_SOURCE = "ODS"
IMPORTED_FIELDS = ["name", "address", "postcode", "phone", "received", "source"]


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
        if agency is None:
            new.append(Agency(ods_code=practice.ods_code, kind=AgencyKind.PRACTICE, **practice_columns(practice)))
        elif agency.kind != AgencyKind.PRACTICE:
            counts["taken"] += 1
        elif practice_has_changed(agency, practice):
            for name, value in practice_columns(practice).items():
                setattr(agency, name, value)
            changed.append(agency)
        else:
            counts["same"] += 1
    Agency.objects.bulk_create(new)
    Agency.objects.bulk_update(changed, IMPORTED_FIELDS)
    return counts + Counter(new=len(new), changed=len(changed))


def practice_columns(practice: OdsPractice) -> dict[str, object]:
    """The columns that come from the file."""
    return {
        "name": practice.name,
        "address": practice.address,
        "postcode": practice.postcode,
        "phone": practice.phone,
        "received": practice.received,
        "source": ODS_SOURCE,
    }


def practice_has_changed(agency: Agency, practice: OdsPractice) -> bool:
    return any(getattr(agency, name) != value for name, value in practice_columns(practice).items())
