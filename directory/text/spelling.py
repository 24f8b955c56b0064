"""British and American spellings of a word: whichever is typed, the other is found as well."""

import re

PAIRS = (  # endings, British and American; "s", "d", "r" or "rs" may follow
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
MIDDLES = (("paed", "ped"), ("naec", "nec"), ("naem", "nem"), ("haem", "hem"), ("oestr", "estr"), ("rrhoea", "rrhea"))
WHOLE = (
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
WORDS = dict(WHOLE) | {american: british for british, american in WHOLE}


def spellings(word: str) -> list[str]:
    """Other spellings it may be found under, some of which may be no words: "color" → ["colour"]."""
    found = [WORDS[word]] if word in WORDS else []
    for british, american in PAIRS:
        least = 4 if "ll" in british + american else 2  # letters before: "filling" is not "filing", nor "for" "four"
        for one, other in ((british, american), (american, british)):
            if read := re.fullmatch(rf"(\w{{{least},}}){one}(s|d|r|rs)?", word):
                found.append(f"{read[1]}{other}{read[2] or ''}")
    for british, american in MIDDLES:
        found += [word.replace(one, other) for one, other in ((british, american), (american, british)) if one in word]
    return [other for other in dict.fromkeys(found) if other != word]


# --- Slips of the finger ------------------------------------------------------------------------------------

SHORT, LONG = 4, 6  # letters: below the one nothing is corrected, from the other on two slips may be


def is_slip(typed: str, word: str) -> bool:
    """Whether `word` may be what was meant: "gardenign" is "gardening", but "cards" is not "car", nor "quiz" "quiet".

    A real word that the directory does not know must not be turned into another: so only a slip or two, never in
    the first letter unless two letters changed places, and never to what the word begins with.
    """
    if len(typed) < SHORT or typed.startswith(word) or abs(len(word) - len(typed)) > 2:
        return False
    swap = len(word) == len(typed) and sorted(word) == sorted(typed)
    far = slips(typed, word)
    if len(typed) == SHORT:
        return far == 1 and (swap or (len(word) > len(typed) and word[0] == typed[0]))
    return far <= (2 if len(typed) >= LONG else 1) and (word[0] == typed[0] or (swap and far == 1))


def slips(typed: str, word: str) -> int:
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
    return row[-1]


def swapped(word: str) -> list[str]:
    """The word with each two neighbours swapped: "chior" → "hcior", "cihor", "choir", "chiro"."""
    return [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
