"""A user's second steps of signing in, as django-allauth keeps them."""

from allauth.mfa.models import Authenticator

from agencies.models import User

REAL_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in for one


def steps_of(user: User) -> set[int]:
    """Keys of all the user's second steps, recovery codes too."""
    return set(Authenticator.objects.filter(user_id=user.pk).values_list("pk", flat=True))


def find_passkey(user: User, pk: int) -> Authenticator | None:
    return Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN, pk=pk).first()


def has_another(step: Authenticator) -> bool:
    """Whether its user has a second step besides this one."""
    others = Authenticator.objects.filter(user_id=step.user_id, type__in=REAL_STEPS)
    return others.exclude(pk=step.pk).exists()
