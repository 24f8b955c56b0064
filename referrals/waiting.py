"""Of referrals: answers that are due from a group, detail that was asked for, and what was begun and not sent."""

from django.urls import reverse

from agencies.access import Permission
from agencies.hooks import WaitingItem, waiting_sources
from agencies.models import Membership
from agencies.waiting import MAX_ITEMS_OF_A_KIND
from config.template_tags import row_address
from referrals.lists import load_drafts
from referrals.models import Referral
from referrals.states import ReferralStatus


@waiting_sources.register
def list_waiting_referrals(member: Membership) -> list[WaitingItem]:
    """For a group's volunteer, and for a referrer."""
    found = []
    if member.has_permission(Permission.ANSWER):
        to_answer = Referral.visible_to(member).filter(to_agency=member.agency_id, service__isnull=False)
        rows = to_answer.filter(status=ReferralStatus.SENT).select_related("service").order_by("answer_by", "pk")
        for row in rows[:MAX_ITEMS_OF_A_KIND]:
            url, words = row_address("referrals:referral", row.pk), f"{row.person_name}: {row.receiver_name}"
            found.append(WaitingItem("Answer due", words, url, row.answer_by))
    if member.has_permission(Permission.REFER):
        returned = Referral.visible_to(member).filter(from_agency=member.agency_id, status=ReferralStatus.RETURNED)
        for row in returned.order_by("sent_at", "pk")[:MAX_ITEMS_OF_A_KIND]:
            found.append(WaitingItem("Detail asked for", row.person_name, row_address("referrals:referral", row.pk)))
        found += [
            WaitingItem("Draft", draft.person or "No name yet", f"{reverse('referrals:refer')}?draft={draft.form_key}")
            for draft in load_drafts(member)
        ]
    return found
