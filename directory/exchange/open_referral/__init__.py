"""Open Referral UK 3.0 (a profile of HSDS 3.0): the only folder that knows the standard's field names.

`from_oruk` reads one service as feeds send it; `to_oruk` writes one that the official validator passes.
"""

from directory.exchange.open_referral.reader import Problem, Received, Refused, from_oruk, identity_of
from directory.exchange.open_referral.writer import (
    NESTED,
    full_form,
    listed,
    listed_form,
    to_listed,
    to_organization,
    to_oruk,
    to_service_at_location,
    to_taxonomy,
    to_term,
)

__all__ = [
    "NESTED",
    "Problem",
    "Received",
    "Refused",
    "from_oruk",
    "full_form",
    "identity_of",
    "listed",
    "listed_form",
    "to_listed",
    "to_organization",
    "to_oruk",
    "to_service_at_location",
    "to_taxonomy",
    "to_term",
]
