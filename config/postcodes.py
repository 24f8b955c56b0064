"""Postcodes with a letter where a figure belongs, or the other way round: O and 0, I or l and 1, S and 5, B and 8 …

The shapes are those of BS 7666: A9, A99, AA9, AA99, A9A or AA9A, then 9AA. A letter ends the first half in London
alone.
"""

import re
from functools import lru_cache
from itertools import product

AREA_NAMES = """
AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY
G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR
NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA
WC WD WF WN WR WS WV YO ZE
"""
AREAS = frozenset(AREA_NAMES.split())
LONDON_AREAS = frozenset({"E", "EC", "N", "NW", "SE", "SW", "W", "WC"})
FIGURE_FOR = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2", "G": "6"}
LETTERS_FOR = {"0": "OQD", "1": "IL", "5": "S", "8": "B", "2": "Z", "6": "G"}
INWARD_LETTERS = frozenset("ABDEFGHJLNPQRSTUWXYZ")  # without C I K M O V
OUTWARD_SHAPES = {2: ("A9",), 3: ("A99", "AA9", "A9A"), 4: ("AA99", "AA9A")}
MAX_READINGS = 4


def is_real_shape(packed: str) -> bool:
    """Whether a packed postcode ("BN112AA") may be one: its area is there, and its letters are where they may be."""
    read = re.fullmatch(r"([A-Z]{1,2})(0|[1-9][0-9]?|[1-9][A-Z])([0-9][A-Z]{2})", packed)
    if read is None or read[1] not in AREAS or not {*read[3][1:]} <= INWARD_LETTERS:
        return False
    return read[2].isdigit() or read[1] in LONDON_AREAS


def list_postcode_readings(text: str) -> tuple[str, ...]:
    """What a full postcode of which signs were mistaken may be, packed, with the fewest changes; () when it is right
    as it is or is nothing like one.

    >>> list_postcode_readings("bn1i 1ee")
    ('BN111EE',)
    """
    found = rank_postcode_readings(text)
    fewest = min(found.values(), default=0)
    return tuple(read for read, changes in found.items() if changes == fewest)[:MAX_READINGS] if fewest else ()


@lru_cache(maxsize=10_000)
def rank_postcode_readings(text: str) -> dict[str, int]:
    """All that it may be, packed, with the number of signs that were mistaken: 0 when it may be right as it is."""
    packed = re.sub(r"[^A-Z0-9]", "", text[:20].upper())
    halves = text.split()
    whole = len(halves) == 2 and len(halves[1]) == 3
    cut_short = len(halves) == 2 or re.fullmatch(r"[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]?", packed)
    if not 5 <= len(packed) <= 7 or packed[:-3].isdigit() or (cut_short and not whole):
        return {}
    found: dict[str, int] = {}
    for shape in OUTWARD_SHAPES[len(packed) - 3]:
        signs = [_list_signs(sign, kind) for sign, kind in zip(packed, f"{shape}9AA", strict=True)]
        for one in product(*signs):
            read = "".join(one)
            if is_real_shape(read):
                found[read] = sum(a != b for a, b in zip(read, packed, strict=True))
    return found


def _list_signs(sign: str, kind: str) -> str:
    """What may have been meant where a letter ("A") or a figure ("9") stands."""
    if kind == "9":
        return sign if sign.isdigit() else FIGURE_FOR.get(sign, "")
    return sign + ("L" if sign == "I" else "") if sign.isalpha() else LETTERS_FOR.get(sign, "")


def space_postcode(packed: str) -> str:
    """ "BN112AA" → "BN11 2AA"."""
    return f"{packed[:-3]} {packed[-3:]}"
