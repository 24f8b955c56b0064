"""What people and programs do to text on its way here, and how it is recognised or put right."""

import re

POSTCODE_PATTERN = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE)
FREE_OF_CHARGE = re.compile(  # a price in words, when that is all it says
    r"(?:it is |all |always |completely |totally )?free(?: of charge| entry| to attend)?\.?"
    r"|no (?:cost|charge|fee)|£?0(?:\.00)?|nil|none",
    re.IGNORECASE,
)


def fix_encoding(text: str) -> str:
    """Letters that were mangled by a wrong encoding, put right: "cafÃ©" → "café". Quotes and signs stay as they are."""
    if text.isascii():
        return text
    import ftfy  # 8 MB and 40 ms that few processes need

    return ftfy.fix_encoding(text)


def find_postcode_in_text(text: str) -> str:
    """The first thing in a text that has the shape of a UK postcode ("BN11 2AA"); "" when there is none."""
    found = POSTCODE_PATTERN.search(text)
    return f"{found[1]} {found[2]}".upper() if found else ""
