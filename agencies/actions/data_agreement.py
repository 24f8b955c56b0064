"""The steward writes down a contract under which data passes, or changes what is written of it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from agencies.models import Agency, DataAgreement


@transaction.atomic
def save_data_agreement(
    *, agreement: DataAgreement | None, key: uuid.UUID, parties: Iterable[Agency], **said: Any
) -> DataAgreement:
    """A new one, once for each `key`; or `agreement` with what it says now. `said`: kind, name, purpose … (columns)."""
    if agreement is None:
        agreement, created = DataAgreement.objects.get_or_create(key=key, defaults=said)
        if not created:
            return agreement
    else:
        DataAgreement.objects.filter(pk=agreement.pk).update(**said)
    agreement.parties.set(parties)
    return agreement
