"""Names, streets and postcodes to make up people from. NHS numbers are in the never-issued range 999…."""


def split_list(text: str) -> list[str]:
    """ "Joan, Mei-Ling" → ["Joan", "Mei-Ling"], over any number of lines."""
    return [part.strip() for part in text.split(",")]


_FIRST_NAMES = """
    Joan f 1951, Malik m 1968, Rhian f 1974, Edward m 1939, Sunita f 1958, Brian m 1946, Chloe f 1996,
    Oluwaseun m 1983, Margaret f 1937, Łukasz m 1979, Denise f 1961, Terence m 1949, Aisha f 1990,
    Patrick m 1955, Winifred f 1934, Gareth m 1971, Yasmin f 1987, Kenneth m 1943, Sheila f 1947, Tomás m 1985,
    Beryl f 1940, Darren m 1976, Mei-Ling f 1966, Stanley m 1936, Grace f 1993, Colin m 1953, Ifeoma f 1978,
    Raymond m 1950, Zofia f 1982, Alan m 1957, Dorothy f 1938, Imran m 1981, Pauline f 1956, Siôn m 1969,
    Leanne f 1984, Frank m 1942, Nadia f 1977, Roy m 1945, Christine f 1954, Kwame m 1972
"""  # with gender and year of birth
FIRST_NAMES = [(name, gender, int(born)) for name, gender, born in map(str.split, split_list(_FIRST_NAMES))]

SURNAMES = split_list("""
    Whitfield, Farooq, Prŷs, Hartley, Raman, O'Shea, Adeyemi, Kowalczyk, Penfold, Bashir, Tidy, Mulligan, Carver,
    Nowak-Jones, Sayers, Okonkwo, Blackwell, Rahman, Greenfield, Doyle, Chatterjee, Lintott, Marsh, Van der Berg,
    Slaughter, Ibrahim, Fry, Łódzki, Ashdown, Evershed, Mitchell, Osei, Towner, Silva, Botting, Griffiths,
    Khatun, Stenning, Peacock, Lamb, Daughtrey, Quinn, Akehurst
""")

STREETS = split_list("""
    Pebble Lane, Lower Ferry Road, Tamarisk Avenue, Skylark Close, Old Brickfield Way, Marram Road,
    Flint Cottages, Sextant Court, Groyne Street, Samphire Drive, Windmill Rise, Net Loft Row
""")

HOME_POSTCODES = {  # by the code of the team
    "worthing": split_list("""
        BN11 3AT, BN11 3QF, BN11 4HN, BN11 1LS, BN11 3QU, BN11 4ST, BN11 2JP, BN11 4PT, BN11 4RL, BN11 3JP, BN11 2SD,
        BN11 2BE, BN12 4TQ, BN12 4RD, BN12 4BH, BN12 4UB, BN12 4QB, BN12 4NQ, BN12 6AB, BN12 6JQ, BN13 3RA, BN13 3TP,
        BN13 2TX, BN13 1AJ, BN13 2AG, BN13 3HF, BN14 7QL, BN14 7NB, BN14 9NB, BN14 9LG, BN14 8EB, BN14 7PE, BN14 8JU,
        BN14 8LQ, BN14 8US
    """),
    "shoreham": split_list("""
        BN42 4QE, BN42 4GA, BN42 4NL, BN42 4AT, BN42 4BD, BN42 4QW, BN42 4DH, BN42 4RG, BN43 6WU, BN43 5FA, BN43 5UN,
        BN43 6WR, BN43 5NZ, BN43 6EW, BN43 5UL, BN43 5JB, BN43 6AJ, BN43 6TU, BN43 5LG, BN43 5XL, BN43 5AN, BN43 6GN
    """),
    "lancing": split_list("""
        BN15 8LX, BN15 0PZ, BN15 8ED, BN15 8LR, BN15 9NF, BN15 9AN, BN15 8BG, BN15 9DX, BN15 8UP, BN15 0QT, BN15 8BL,
        BN15 0HT, BN15 9SZ, BN15 0EF, BN15 9JG
    """),
}


def nhs_number(nth: int) -> str:
    """The nth number (from 0) of the never-issued range 999 000 0000 on, with its modulus 11 check digit."""
    found = -1
    for base in range(999_000_001, 999_999_999):
        digits = f"{base}"
        check = (11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11) % 11
        if check != 10:
            found += 1
        if found == nth:
            return digits + str(check)
    raise ValueError(nth)


STAFF = [
    # name, e-mail name, agency code, role; the first of each role is offered for one-click sign-in
    ("Dr Amara Okafor", "amara.okafor", "X99001", "referrer"),
    ("Dr Helen Brandt", "helen.brandt", "X99001", "referrer"),
    ("Sister Jo Maddox", "jo.maddox", "X99004", "referrer"),
    ("Dr Vikram Nair", "vikram.nair", "X99007", "referrer"),
    ("Dr Fiona McCabe", "fiona.mccabe", "X99010", "referrer"),
    ("Dr Simon Achterberg", "simon.achterberg", "X99002", "referrer"),
    ("Nurse Pam Tulley", "pam.tulley", "X99003", "referrer"),
    ("Dr Ewa Sobol", "ewa.sobol", "X99005", "referrer"),
    ("Dr Kofi Mensah", "kofi.mensah", "X99006", "referrer"),
    ("Dr Bronwen Hale", "bronwen.hale", "X99008", "referrer"),
    ("Dr Anil Deshmukh", "anil.deshmukh", "X99009", "referrer"),
    ("Nurse Clare Padgham", "clare.padgham", "X99011", "referrer"),
    ("Dr Rosa Trevelyan", "rosa.trevelyan", "X99012", "referrer"),
    ("Priya Shah", "priya.shah", "worthing", "connector"),
    ("Tom Bennett", "tom.bennett", "worthing", "connector"),
    ("Carys Morgan", "carys.morgan", "worthing", "connector"),
    ("Ruth Ellery", "ruth.ellery", "worthing", "lead"),
    ("Danny Ogilvie", "danny.ogilvie", "shoreham", "connector"),
    ("Farah Aziz", "farah.aziz", "shoreham", "connector"),
    ("Neil Portas", "neil.portas", "shoreham", "lead"),
    ("Bev Hollands", "bev.hollands", "lancing", "connector"),
    ("Marcus Quaye", "marcus.quaye", "lancing", "lead"),
    ("Tess Millbrook", "tess.millbrook", "growers", "provider"),
    ("Gordon Pike", "gordon.pike", "shed", "provider"),
    ("Lorraine Foster", "lorraine.foster", "contact", "contact_centre"),
    ("Imogen Vale", "imogen.vale", "steward", "steward"),
    ("Alison Reeve", "alison.reeve", "worthing", "connector"),  # has left: demo/lives.py
]
