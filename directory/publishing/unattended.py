"""A group's last volunteer leaves, or it closes: its listings are said before, and the steward hears of it after."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q
from django.utils import timezone

from agencies import messages
from agencies.access import Permission
from agencies.actions.hand_over import is_last
from agencies.hooks import AgencyHolding, MemberHolding, closing_sources, holding_sources, on_agency_unattended
from agencies.messages import absolute_url, format_subject
from agencies.models import Agency, Author, Membership
from directory.catalogue.demand import count_reach, format_reach
from directory.models import Service, Session, Status
from directory.publishing.actions.listings import close_listing
from directory.publishing.recipients import find_steward_emails

MAX_SESSIONS_NAMED = 50
BOOKED = Q(cancelled_at=None, taken__gt=0)


@holding_sources.register
def list_listings_held(member: Membership) -> list[MemberHolding]:
    """The activities, and the sessions with people on their lists, that nobody else in the group can look after."""
    if not is_last(member, Permission.PUBLISH):
        return []
    listings, sessions = list_listings(member.agency), list_booked_sessions(member.agency)
    return [
        MemberHolding(**listings, then="Nobody else here can change what it says. The steward is told."),
        MemberHolding(**sessions, then="Nobody else here can see who comes. Tell them, or cancel first."),
    ]


@closing_sources.register
def list_listings_of_agency(agency: Agency) -> list[AgencyHolding]:
    """The same of a group that closes: nothing can be found or booked any more."""
    coming = list(Session.coming().filter(BOOKED, service__agency=agency, service__source=""))
    reach = count_reach(coming)
    then = f"Each is cancelled. {format_reach(reach)}"
    if reach.to_ring:
        then += " Ring before it closes: nobody here can see the numbers then."
    return [
        AgencyHolding(**list_booked_sessions(agency), then=then),
        AgencyHolding(
            **list_listings(agency),
            then="Each is taken out of the directory as ended. What it said is kept.",
            settle=end_listings,
        ),
    ]


def list_listings(agency: Agency) -> dict[str, Any]:
    rows = Service.objects.filter(agency=agency, source="").exclude(status__in=[Status.DEFUNCT, Status.INACTIVE])
    items = [(str(pk), name) for pk, name in rows.order_by("name", "pk").values_list("pk", "name")]
    return {"name": "listings", "label": "Activities that people can find", "items": items}


def list_booked_sessions(agency: Agency) -> dict[str, Any]:
    coming = Session.coming().filter(BOOKED, service__agency=agency, service__source="")
    rows = coming.select_related("service").order_by("starts_at", "pk")[:MAX_SESSIONS_NAMED]
    items = [(str(s.pk), f"{s.service.name}, {timezone.localtime(s.starts_at):%-d %B}: {s.taken} booked") for s in rows]
    return {"name": "sessions", "label": "Sessions to come, with people booked", "items": items}


def end_listings(agency: Agency, ids: Collection[str], to: Agency | None, by: Author, ground: str) -> None:
    """Ended, its sessions cancelled and those who booked told."""
    for service in Service.objects.filter(pk__in=ids, agency=agency).order_by("pk"):
        close_listing(service=service, status=Status.DEFUNCT, by=by, alert=f"{agency.name} has closed.")


@on_agency_unattended.register
def notify_stewards_of_unattended(agency: Agency, permission: Permission) -> None:
    """Once a day for an agency, whatever it is that nobody there may do any more."""
    for to in find_steward_emails():
        messages.queue_message(
            key=f"unattended {agency.pk} {timezone.localdate()} {to}",
            to=to,
            subject=format_subject(f"Nobody is left at {agency.name}"),
            template="email/unattended.txt",
            context={"agency": agency, "link": absolute_url("directory:steward")},
        )
