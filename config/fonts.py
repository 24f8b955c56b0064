"""What the machine's fonts can print. Papers bring letters for Latin scripts along; names and notes in others are
printed with what is installed, and where nothing is, as boxes: so a start says which scripts are missing.
"""

import ctypes
from ctypes.util import find_library
from functools import cache
from typing import Any

from django.core.checks import CheckMessage, Warning, register

# A script, and letters that only a font for it has. Those of the main languages in England and Wales (Census 2021).
SCRIPTS = {
    "Arabic, Urdu, Persian and Kurdish": "عٹپۆ",
    "Bengali": "কঙ",
    "Chinese": "汉龍",
    "Cyrillic (Ukrainian, Russian, Bulgarian)": "жї",
    "Ethiopic (Amharic, Tigrinya)": "ሀም",
    "Greek": "λω",
    "Gujarati": "કળ",
    "Hebrew": "אש",
    "Hindi and Nepali": "कझ",
    "Japanese": "ひ漢",
    "Korean": "한글",
    "Punjabi": "ਕੜ",
    "Sinhala": "කළ",
    "Tamil": "கழ",
    "Telugu": "కఱ",
    "Thai": "กฮ",
}


class FontSet(ctypes.Structure):
    """The beginning of fontconfig's FcFontSet."""

    _fields_ = [("nfont", ctypes.c_int)]


@cache
def list_missing_scripts() -> list[str]:
    """The scripts for which no installed font has the letters, as fontconfig knows; all where there is none of it."""
    name = find_library("fontconfig")
    if name is None:
        return list(SCRIPTS)
    library = ctypes.CDLL(name)
    for function in ("FcNameParse", "FcObjectSetCreate", "FcInitLoadConfigAndFonts"):
        getattr(library, function).restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(FontSet)
    return [script for script, letters in SCRIPTS.items() if not _has_font(library, letters)]


def _has_font(library: Any, letters: str) -> bool:
    codes = " ".join(f"{ord(letter):x}" for letter in letters)
    pattern = ctypes.c_void_p(library.FcNameParse(f":charset={codes}".encode()))
    wanted = ctypes.c_void_p(library.FcObjectSetCreate())
    found = library.FcFontList(None, pattern, wanted)
    has_one = bool(found) and found.contents.nfont > 0
    library.FcFontSetDestroy(found)
    library.FcObjectSetDestroy(wanted)
    library.FcPatternDestroy(pattern)
    return has_one


@register()
def check_fonts(**_: Any) -> list[CheckMessage]:
    """A warning that names the scripts that letters cannot be printed in."""
    missing = list_missing_scripts()
    if not missing:
        return []
    return [
        Warning(
            f"Letters and histories will show boxes for these scripts: {', '.join(missing)}.",
            hint="Install the fonts that docs/deploying.md names (Debian: fonts-noto-core fonts-noto-cjk), "
            "or put hereabouts.W001 into SILENCED_CHECKS.",
            id="hereabouts.W001",
        )
    ]
