"""News is opened by whoever looks, and done when somebody says so."""

import uuid
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from agencies.models import Membership
from cases.models import News
from referrals.hooks import on_referral_opened
from referrals.models import Referral


@on_referral_opened.register
def mark_referral_news_opened(referral: Referral, member: Membership) -> list[uuid.UUID]:
    """Whoever looks at the referral has seen what is new about it: the ids of what waits. Of a case, its log of
    openings notes it."""
    waiting = News.visible_to(member).filter(referral=referral, done_at=None).values_list("pk", "opened_at")
    found = dict(waiting)
    if unread := [pk for pk, opened_at in found.items() if opened_at is None]:
        News.objects.filter(pk__in=unread, opened_at=None).update(opened_at=timezone.now(), opened_by=member)
    return list(found)


@transaction.atomic
def mark_news_done(*, news: Collection[uuid.UUID], by: Membership, done: bool = True) -> int:
    """Say of those that they were dealt with, or with `done=False` that they were not; how many that changed.

    Only the news of the member's own agency, and each once: whoever dealt with it first stays named.
    """
    rows = News.visible_to(by).filter(pk__in=news, done_at__isnull=done)
    return rows.update(done_at=timezone.now() if done else None, done_by=by if done else None)
