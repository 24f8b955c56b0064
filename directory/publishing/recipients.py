"""Where those who look after listings read their e-mail."""

from agencies.access import Role
from agencies.models import Agency, AgencyKind, Membership
from directory.models import Service


def find_group_emails(agency: Agency) -> list[str]:
    """Where the group reads: its own address, else those of who runs it there, else of everybody who keeps its
    listings; none for a group that nobody has an address of."""
    if agency.email:
        return [agency.email]
    members = Membership.at_work_for(agency).filter(role=Role.PROVIDER)
    found = list(members.order_by("started_at", "pk").values_list("user__email", "manages_team"))
    return [email for email, manages in found if manages] or [email for email, _ in found]


def find_listing_emails(agency: Agency, services: list[Service]) -> dict[str, list[Service]]:
    """Who is written to about which listings: the group, or for want of it each listing's own address. Nobody who has
    left the group, though it may still name their address."""
    left = Membership.left_emails(agency)
    if emails := [email for email in find_group_emails(agency) if email.casefold() not in left]:
        return dict.fromkeys(emails, services)
    found: dict[str, list[Service]] = {}
    for service in services:
        own = service.referral_email or service.email
        if own and own.casefold() not in left:
            found.setdefault(own, []).append(service)
    return found


def find_steward_emails() -> list[str]:
    """Where the stewards read: the address of their agency, else of each of them."""
    found: list[str] = []
    for agency in Agency.objects.filter(kind=AgencyKind.STEWARD, left_at=None).order_by("name", "pk"):
        members = Membership.at_work_for(agency).filter(role=Role.STEWARD)
        found += [agency.email] if agency.email else members.order_by("pk").values_list("user__email", flat=True)
    return list(dict.fromkeys(found))


def find_member_emails(agency: Agency) -> list[str]:
    """Of everybody who works there now."""
    members = Membership.at_work_for(agency)
    return list(members.order_by("started_at", "pk").values_list("user__email", flat=True))
