"""What people and programs do to text on its way here, and how it is recognised or put right."""

import re

POSTCODE_PATTERN = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE)
FREE_OF_CHARGE = re.compile(  # a price in words, when that is all it says
    r"(?:it is |it's |this is |all |always |completely |totally |entirely )?"
    r"free(?: of charge| entry| admission| to attend| to join| (?:to|for) (?:all|everyone)| event| session| service)?"
    r"(?: ?[-–/,;(]?(?: and| but)? ?(?:any |all )?donations?(?: are)?(?: welcomed?| appreciated| accepted)?\)?)?[.!]?"
    r"|(?:there is )?no (?:cost|charge|fee)s?(?: at all| to attend| to you)?\.?"
    r"|£?0(?:\.0{1,2})?|nil|none|nothing|zero|foc|f\.o\.c\.?|gratis",
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
