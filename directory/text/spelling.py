"""British and American spellings of a word: whichever is typed, the other is found as well."""

import re

CASE_TWINS = str.maketrans("ſıİK", "siik")  # U+017F, U+0131, U+0130, U+212A
ENDING_PAIRS = (  # endings, British and American; "s", "d", "r" or "rs" may follow
    ("isation", "ization"),
    ("ise", "ize"),
    ("ising", "izing"),
    ("yse", "yze"),
    ("ysing", "yzing"),
    ("our", "or"),
    ("oured", "ored"),
    ("ouring", "oring"),
    ("ourful", "orful"),
    ("ourhood", "orhood"),
    ("ourite", "orite"),
    ("tre", "ter"),
    ("bre", "ber"),
    ("ogue", "og"),
    ("ence", "ense"),
    ("amme", "am"),
    ("lling", "ling"),
    ("lled", "led"),
    ("ller", "ler"),
    ("llor", "lor"),
    ("lment", "llment"),
)
MIDDLE_PAIRS = (
    ("paed", "ped"),
    ("naec", "nec"),
    ("naem", "nem"),
    ("haem", "hem"),
    ("oestr", "estr"),
    ("rrhoea", "rrhea"),
)
WORD_PAIRS = (
    ("grey", "gray"),
    ("mum", "mom"),
    ("mums", "moms"),
    ("licence", "license"),
    ("practice", "practise"),
    ("jewellery", "jewelry"),
    ("tyre", "tire"),
    ("cosy", "cozy"),
    ("pyjamas", "pajamas"),
    ("kerb", "curb"),
    ("enquiry", "inquiry"),
    ("enquiries", "inquiries"),
    ("storey", "story"),
    ("ageing", "aging"),
    ("maths", "math"),
)
OTHER_SPELLING = dict(WORD_PAIRS) | {american: british for british, american in WORD_PAIRS}


def fold_case_twins(text: str) -> str:
    """ "Polısh" → "Polish": the letters that a pattern takes for i, k and s when case is ignored, as those."""
    return text.translate(CASE_TWINS)


def list_spellings(word: str) -> list[str]:
    """Other spellings it may be found under, some of which may be no words: "color" → ["colour"]."""
    found = [OTHER_SPELLING[word]] if word in OTHER_SPELLING else []
    for british, american in ENDING_PAIRS:
        least = 4 if "ll" in british + american else 2  # letters before: "filling" is not "filing", nor "for" "four"
        for one, other in ((british, american), (american, british)):
            if read := re.fullmatch(rf"(\w{{{least},}}){one}(s|d|r|rs)?", word):
                found.append(f"{read[1]}{other}{read[2] or ''}")
    for british, american in MIDDLE_PAIRS:
        found += [word.replace(one, other) for one, other in ((british, american), (american, british)) if one in word]
    return [other for other in dict.fromkeys(found) if other != word]


# --- Slips of the finger ------------------------------------------------------------------------------------

MIN_CORRECTED_LENGTH, MIN_TWO_SLIPS_LENGTH = (
    4,
    6,
)  # letters: below the one nothing is corrected, from the other on two slips may be


def is_misspelling(typed: str, word: str) -> bool:
    """Whether `word` may be what was meant: "gardenign" is "gardening", but "cards" is not "car", nor "quiz" "quiet".

    A real word that the directory does not know must not be turned into another: so only a slip or two, never in
    the first letter unless two letters changed places, and never to what the word begins with.
    """
    if len(typed) < MIN_CORRECTED_LENGTH or typed.startswith(word) or abs(len(word) - len(typed)) > 2:
        return False
    swap = len(word) == len(typed) and sorted(word) == sorted(typed)
    far = edit_distance(typed, word)
    if len(typed) == MIN_CORRECTED_LENGTH:
        return far == 1 and (swap or (len(word) > len(typed) and word[0] == typed[0]))
    return far <= (2 if len(typed) >= MIN_TWO_SLIPS_LENGTH else 1) and (word[0] == typed[0] or (swap and far == 1))


def edit_distance(typed: str, word: str) -> int:
    """How many letters were left out, put in, changed, or swapped with the next, at least."""
    before: list[int] = []
    row = [*range(len(word) + 1)]
    for i, letter in enumerate(typed, 1):
        last, row, before = before, [i], row
        for j, other in enumerate(word, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return int(row[-1])


def list_letter_swaps(word: str) -> list[str]:
    """The word with each two neighbours swapped: "chior" → "hcior", "cihor", "choir", "chiro"."""
    return [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
