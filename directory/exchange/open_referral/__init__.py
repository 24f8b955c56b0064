"""Open Referral UK 3.0 (a profile of HSDS 3.0): the only folder that knows the standard's field names.

`from_oruk` reads one service as feeds send it; `to_oruk` writes one that the official validator passes.
"""

from directory.exchange.open_referral.field_parser import ParsedService, Problem
from directory.exchange.open_referral.reader import ServiceRefused, from_oruk, parse_service_id
from directory.exchange.open_referral.writer import (
    FULL_SERVICE_PREFETCH,
    prefetch_to_list,
    select_for_full,
    select_for_summary,
    to_organization,
    to_oruk,
    to_service_at_location,
    to_service_summary,
    to_taxonomy,
    to_term,
)

__all__ = [
    "FULL_SERVICE_PREFETCH",
    "ParsedService",
    "Problem",
    "ServiceRefused",
    "from_oruk",
    "parse_service_id",
    "prefetch_to_list",
    "select_for_full",
    "select_for_summary",
    "to_organization",
    "to_oruk",
    "to_service_at_location",
    "to_service_summary",
    "to_taxonomy",
    "to_term",
]
