"""A user's second steps of signing in, as django-allauth keeps them."""

from allauth.mfa.models import Authenticator

from agencies.models import User

SECOND_STEP_TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in for one


def list_second_step_ids(user: User) -> set[int]:
    """Keys of all the user's second steps, recovery codes too."""
    return set(Authenticator.objects.filter(user_id=user.pk).values_list("pk", flat=True))


def find_passkey(user: User, pk: int) -> Authenticator | None:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN, pk=pk).first()


def has_other_second_step(step: Authenticator) -> bool:
    """Whether its user has a second step besides this one."""
    others = Authenticator.objects.filter(user_id=step.user_id, type__in=SECOND_STEP_TYPES)
    return bool(others.exclude(pk=step.pk).exists())
