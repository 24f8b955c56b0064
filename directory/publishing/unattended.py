"""A group's last volunteer leaves: their listings are said before, and the steward hears of it after."""

from django.utils import timezone

from agencies import messages
from agencies.access import Permission
from agencies.actions.hand_over import is_last
from agencies.hooks import Holding, holding_sources, on_agency_unattended
from agencies.messages import absolute_url, format_subject
from agencies.models import Agency, Membership
from directory.models import Service, Session
from directory.publishing.recipients import find_steward_emails

MAX_SESSIONS_NAMED = 50


@holding_sources.register
def list_listings_held(member: Membership) -> list[Holding]:
    """The activities, and the sessions with people on their lists, that nobody else in the group can look after."""
    if not is_last(member, Permission.PUBLISH):
        return []
    listings = Service.kept_by(member).order_by("name", "pk").values_list("pk", "name")
    coming = Session.kept_by(member).filter(starts_at__gt=timezone.now(), cancelled_at=None, taken__gt=0)
    sessions = coming.select_related("service").order_by("starts_at", "pk")[:MAX_SESSIONS_NAMED]
    booked = [
        (str(s.pk), f"{s.service.name}, {timezone.localtime(s.starts_at):%-d %B}: {s.taken} booked") for s in sessions
    ]
    return [
        Holding(
            "listings",
            "Activities that people can find",
            [(str(pk), name) for pk, name in listings],
            "Nobody else here can change them. The steward is told.",
        ),
        Holding(
            "sessions",
            "Sessions to come, with people booked",
            booked,
            "Nobody else here can see who comes. Tell them, or cancel the sessions first.",
        ),
    ]


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
