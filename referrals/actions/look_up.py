"""Looking for somebody: counted, limited, and told to whoever runs the team when the limit is reached."""

from django.db import transaction
from django.utils import timezone

from agencies.access import Permission
from agencies.messages import absolute_url, queue_messages
from agencies.models import Membership
from referrals.models import LookUp


@transaction.atomic
def may_look_up(member: Membership, kind: LookUp.Kind) -> bool:
    """Whether the member may look for one more now. When not, whoever runs the team hears it, once a day."""
    if LookUp.has_room(member, kind):
        return True
    team = Membership.at_work_for(member.agency).select_related("user").order_by("pk")
    managers = [m.user.email for m in team if m.has_permission(Permission.MANAGE_TEAM) and m != member]
    queue_messages(
        managers or filter(None, [member.agency.email]),
        key=f"look-ups {member.pk} {kind} {timezone.localdate()}",
        subject="Somebody has looked for many people",
        template="email/look_ups.txt",
        context={"name": member.user.name, "link": absolute_url("referrals:look_ups")},
    )
    return False
