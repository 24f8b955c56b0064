"""What people and programs do to text on its way here, and how it is recognised or put right."""

import re

# UTF-8 that was once taken for Windows-1252: "cafÃ©", "donâ€™t", "Â£2".
MOJIBAKE = re.compile("[Â-ô][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,3}")
POSTCODE_PATTERN = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE)
FREE_OF_CHARGE = re.compile(  # a price in words, when that is all it says
    r"(?:it is |all |always |completely |totally )?free(?: of charge| entry| to attend)?\.?"
    r"|no (?:cost|charge|fee)|£?0(?:\.00)?|nil|none",
    re.IGNORECASE,
)


def fix_encoding(text: str) -> str:
    """Letters that were mangled by a wrong encoding, put right: "cafÃ©" → "café". What is no such letter stays."""
    if text.isascii():
        return text

    def mend(found: re.Match[str]) -> str:
        try:
            sent = b"".join(c.encode("latin-1") if "\x80" <= c <= "\xff" else c.encode("cp1252") for c in found[0])
            return sent.decode()
        except UnicodeError:
            return found[0]

    return MOJIBAKE.sub(mend, text)


def find_postcode_in_text(text: str) -> str:
    """The first thing in a text that has the shape of a UK postcode ("BN11 2AA"); "" when there is none."""
    found = POSTCODE_PATTERN.search(text)
    return f"{found[1]} {found[2]}".upper() if found else ""
