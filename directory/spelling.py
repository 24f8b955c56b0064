"""British and American spellings of a word: whichever is typed, the other is found as well."""

import re

PAIRS = (  # endings, British and American; "s", "d", "r" or "rs" may follow
    ("isation", "ization"), ("ise", "ize"), ("ising", "izing"), ("yse", "yze"), ("ysing", "yzing"), ("our", "or"),
    ("oured", "ored"), ("ouring", "oring"), ("ourful", "orful"), ("ourhood", "orhood"), ("ourite", "orite"),
    ("tre", "ter"), ("bre", "ber"), ("ogue", "og"), ("ence", "ense"), ("amme", "am"),
    ("lling", "ling"), ("lled", "led"), ("ller", "ler"), ("llor", "lor"), ("lment", "llment"),
)  # fmt: skip
MIDDLES = (("paed", "ped"), ("naec", "nec"), ("naem", "nem"), ("haem", "hem"), ("oestr", "estr"), ("rrhoea", "rrhea"))
WHOLE = (
    ("grey", "gray"), ("mum", "mom"), ("mums", "moms"), ("licence", "license"), ("practice", "practise"),
    ("jewellery", "jewelry"), ("tyre", "tire"), ("cosy", "cozy"), ("pyjamas", "pajamas"), ("kerb", "curb"),
    ("enquiry", "inquiry"), ("enquiries", "inquiries"), ("storey", "story"), ("ageing", "aging"), ("maths", "math"),
)  # fmt: skip
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
