"""Finding somebody by what is typed or read out: a name, a phone number, an NHS number or a reference.

Rows are those that the member may see already; nothing here widens them. Phone numbers and references are found
however they are written, names with their words in any order and without accents; `find_near` finds names that are
spelt a little otherwise.
"""

import re
import unicodedata
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower, Upper

from directory.text.spelling import list_letter_swaps

MAX_WORDS = 8  # of a name
MIN_PHONE_DIGITS = 4  # of part of a number
MIN_REFERENCE_LENGTH = 6  # of a reference's eight characters
READ_AS_HEX = str.maketrans("OILSZ", "01152")  # letters heard or seen for the digits of a reference


def parse_nhs_digits(words: str) -> str:
    """ "999 000 0018" → "9990000018"; "" when it is not ten digits."""
    digits = re.sub(r"[\s.\u2010-\u2015-]", "", words)
    return digits if re.fullmatch(r"[0-9]{10}", digits) else ""


def parse_phone_digits(words: str) -> str:
    """A phone number or part of one as the digits it has in the UK: "+44 (0)1632 960-017" → "01632960017".

    "" when it is none: fewer than four digits, or other words than "tel" and the like.
    """
    text = unicodedata.normalize("NFKC", words).lower()
    text = re.sub(r"\b(?:tel(?:ephone)?|phone|mob(?:ile)?|ring|call|no|number)\b[.:]?", "", text)
    if not re.fullmatch(r"[\s0-9o+().,/\u2010-\u2015:-]*", text):
        return ""
    digits = re.sub(r"[^0-9]", "", text.replace("o", "0"))
    international = re.match(r"(?:00)?44(?=[0-9]{7})0?", digits)
    if international and (digits.startswith("00") or "+" in text or len(digits) >= 12):
        digits = f"0{digits[international.end() :]}"
    return digits if len(digits) >= MIN_PHONE_DIGITS else ""


def parse_reference(words: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The first and last id that a reference, or six characters of its beginning, may stand for; None for no reference.

    Letters that are heard or seen for digits are read as those.
    """
    text = re.sub(r"^\W*(?:our\s+)?ref(?:erence)?\b\W*(?:no\b|number\b)?", "", words.strip(), flags=re.IGNORECASE)
    packed = re.sub(r"[\s#:.-]", "", text).upper().translate(READ_AS_HEX).lower()
    if not MIN_REFERENCE_LENGTH <= len(packed) <= 8 or re.search(r"[^0-9a-f]", packed):
        return None
    return uuid.UUID(packed.ljust(32, "0")), uuid.UUID(packed.ljust(32, "f"))


def match_person(words: str, *, prefix: str = "", names: Iterable[str] = ("name",), referral: str = "") -> Q:
    """The condition on rows that hold a person's columns behind `prefix` ("person__"), and the referral's id in
    `referral`; an empty Q when nothing can be looked for."""
    found = Q()
    if nhs := parse_nhs_digits(words):
        found |= Q(**{f"{prefix}nhs_number": nhs})
    if phone := parse_phone_digits(words):
        found |= Q(phone_digits__contains=phone)
    if referral and (ids := parse_reference(words)):
        found |= Q(**{f"{referral}__range": ids})
    named = Q()
    for word in split_name(words):
        some = Q()
        for name in names:
            some |= Q(**{f"{prefix}{name}__icontains": word}) | Q(**{f"{prefix}{name}__unaccent__icontains": word})
        named &= some
    return found | named if named and not (nhs or phone) else found


def with_phone_digits(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    """With `phone_digits`, the number as it is dialled in the UK: however it was written."""
    digits = replace_pattern(field, "[^0-9]", "", "g")
    found: QuerySet[Any] = rows.alias(phone_digits=replace_pattern(digits, "^(00)?44(?=[0-9]{9,10}$)0?", "0"))
    return found


def find_near(rows: QuerySet[Any], words: str, field: str) -> QuerySet[Any]:
    """Those whose name is spelt a little otherwise in each word, the nearest first; none for what is no name."""
    typed = [fold(word) for word in split_name(words) if len(word) > 2 and word[0].isalpha()]
    if not typed or any(letter.isdigit() for letter in words):
        return rows.none()
    for word in typed:
        near = Func(
            F(field), Value(word), Value(list_letter_swaps(word)), function="name_is_near", output_field=BooleanField()
        )
        rows = rows.filter(near)
    likeness = TrigramSimilarity(Upper(Func(F(field), function="unaccent")), " ".join(typed))
    return rows.order_by(likeness.desc(), field, "pk")


def order_by_surname(field: str) -> tuple[Any, str, str]:
    """The last word of a name, without what stands in brackets behind it; then the whole name."""
    bare = replace_pattern(field, r"\s*[(\[].*$", "")
    return Lower(Func(replace_pattern(bare, r"^.*[\s.]", ""), function="unaccent")), field, "pk"


def split_name(words: str) -> list[str]:
    """The words of a name as it is typed: "Whitfield, Joan" too."""
    return [word for word in re.split(r"[\s,;]+", words) if word][:MAX_WORDS]


def fold(word: str) -> str:
    """Upper case without accents, as PostgreSQL's `unaccent` has it for what people type."""
    letters = unicodedata.normalize("NFKD", word.translate(str.maketrans("łŁøØđĐ", "lLoOdD")))
    return "".join(c for c in letters if not unicodedata.combining(c)).upper()


def replace_pattern(value: Any, pattern: str, by: str, flags: str = "") -> Func:
    value = F(value) if isinstance(value, str) else value
    return Func(value, Value(pattern), Value(by), Value(flags), function="regexp_replace")
