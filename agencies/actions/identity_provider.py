"""An agency's provider of sign-in: which agencies use it, and whose account is linked to it."""

import logging
from collections.abc import Collection

from allauth.account.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agencies.access import Permission
from agencies.actions.session import end_provider_sessions
from agencies.models import Agency, AgencyKind, IdentityProvider, Membership, User

logger = logging.getLogger(__name__)


@transaction.atomic
def change_identity_provider(
    *,
    provider: IdentityProvider,
    agencies: Collection[Agency],
    in_use: bool,
    by: Membership | None,
    required: bool = False,
) -> None:
    """People of these agencies may sign in with it, and nobody while it is not in use. Whoever has signed in with it
    is signed out at once. `required`: they work for these agencies in no other way, at once too. `by` is None for the
    operator's command; PermissionDenied for whoever does not run the place, or would shut its stewards out.
    """
    if by and not by.has_permission(Permission.STEWARD):
        raise PermissionDenied
    if required and any(agency.kind == AgencyKind.STEWARD for agency in agencies):
        raise PermissionDenied
    provider.agencies.set(agencies)
    provider.switched_off_at = None if in_use else provider.switched_off_at or timezone.now()
    provider.required = required
    provider.save(update_fields=["switched_off_at", "required"])
    ended = end_provider_sessions(issuer=provider.issuer)
    logger.info(
        "Sign-in by %s: %s, for %s agencies, changed by %s; %s sessions ended",
        *(
            provider.slug,
            "required" if required else "in use" if in_use else "off",
            len(agencies),
            by.pk if by else "the operator",
            ended,
        ),
    )


def list_links(user: User) -> list[tuple[IdentityProvider, bool]]:
    """The providers of the agencies that the user works for, each with whether it is linked to their account."""
    linked = set(SocialAccount.objects.filter(user=user).values_list("provider", flat=True))
    providers = IdentityProvider.serving([member.agency for member in Membership.open_for_user(user)])
    return [(provider, provider.issuer in linked) for provider in providers]


@transaction.atomic
def unlink_provider(*, user: User, issuer: str) -> bool:
    """Nobody signs in to this account with that provider any more; who has is signed out, and the user is told."""
    rows = SocialAccount.objects.filter(user=user, provider=issuer)
    for subject in [row.uid for row in rows]:
        end_provider_sessions(issuer=issuer, subject=subject)
    if not rows.delete()[0]:
        return False
    provider = IdentityProvider.objects.filter(issuer=issuer).first()
    get_adapter().send_notification_mail(
        "socialaccount/email/account_disconnected", user, context={"provider": provider}
    )
    return True
