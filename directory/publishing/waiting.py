"""Of a group's listings: what readers say is wrong, what was begun, and what is to be confirmed."""

from django.urls import reverse
from django.utils import timezone

from agencies.access import Permission
from agencies.hooks import WaitingItem, waiting_sources
from agencies.models import Membership
from agencies.waiting import MAX_ITEMS_OF_A_KIND
from config.template_tags import row_address
from directory.catalogue.freshness import list_services_to_confirm
from directory.models import Decision, Proposal, Service, Status


@waiting_sources.register
def list_waiting_listings(member: Membership) -> list[WaitingItem]:
    if not member.has_permission(Permission.PUBLISH):
        return []
    reports = Proposal.visible_to(member).filter(decision=Decision.OPEN, data__isnull=True).select_related("service")
    drafts = Service.kept_by(member).filter(published_at=None, status=Status.ACTIVE, proposals=None)
    due = list_services_to_confirm(member.agency, timezone.localdate())
    return [
        *(
            WaitingItem("A reader says", row.service.name, row_address("directory:report", row.pk))
            for row in reports[:MAX_ITEMS_OF_A_KIND]
        ),
        *(
            WaitingItem("Not finished", row.name, row_address("directory:listing", row.pk))
            for row in drafts.order_by("name", "pk")[:MAX_ITEMS_OF_A_KIND]
        ),
        *(WaitingItem("Still right?", row.name, reverse("directory:listings")) for row in due[:MAX_ITEMS_OF_A_KIND]),
    ]
