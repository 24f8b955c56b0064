"""How easily a password would be guessed, by zxcvbn (Wheeler, USENIX Security 2016), offline."""

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

MAX_CHECKED_LENGTH = 72  # characters: enough to judge by, and what zxcvbn takes
MIN_STRENGTH_SCORE = 3  # of 0 to 4: more than 10^8 guesses, "safely unguessable" against online attacks


class StrengthValidator:
    """Refuses what is on lists of leaked passwords, repeats, keyboard rows, dates, and one's own name."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError when it is too easy to guess."""
        own = [str(getattr(user, field, "") or "") for field in ("name", "email")]
        words = [word for value in own for word in value.lower().replace("@", " ").replace(".", " ").split()]
        if zxcvbn(password[:MAX_CHECKED_LENGTH], user_inputs=words)["score"] < MIN_STRENGTH_SCORE:
            raise ValidationError(
                "This password is easy to guess. Use three words that mean something only to you", code="guessed"
            )

    def get_help_text(self) -> str:
        return "It must not be easy to guess: no repeats, no rows of keys, no well-known password."
