"""A user's second steps of signing in; and help for somebody who has lost every one (security point 40)."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agencies import messages
from agencies.actions.session import end_sessions
from agencies.models import User


def list_second_steps(user: User) -> QuerySet[Authenticator]:
    """All of them as django-allauth keeps them, recovery codes too."""
    steps: QuerySet[Authenticator] = Authenticator.objects.filter(user=user)
    return steps


@transaction.atomic
def remove_second_steps(*, user: User) -> int:
    """Remove all second steps, sign the user out everywhere, and tell them; returns how many were removed.

    Only from the command line, by an operator who has made sure who is asking (the command asks). Whoever's role
    needs a second step must then set up a new one before anything else.
    """
    steps = list_second_steps(user)
    removed = len(steps)
    steps.delete()
    end_sessions(user=user)
    now = timezone.now()
    messages.queue_message(
        key=f"second steps forgotten:{user.pk}:{now.isoformat()}",
        to=user.email,
        subject="Your second step was removed",
        template="email/second_steps_forgotten.txt",
        context={"timestamp": now},
    )
    return removed
