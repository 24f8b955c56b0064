"""What people, feeds and attackers type, for hypothesis to draw from."""

import datetime

from hypothesis import strategies as st

# Letters that a regular expression takes for i, k and s when case is ignored; what reorders, hides or cannot be stored.
AWKWARD = "ſıİKß\0\x1b\u202e\u200b\xa0\ufeff٣½é😀<>&\"'“”–—|%_\\"


def awkward_text(words: list[str], most: int = 12) -> st.SearchStrategy[str]:
    """Those words, some letters of each exchanged, among signs and characters of any kind."""
    mangled = st.tuples(st.sampled_from(words), st.sampled_from("isk "), st.sampled_from(AWKWARD)).map(
        lambda drawn: drawn[0].replace(drawn[1], drawn[2])
    )
    piece = st.one_of(st.sampled_from(words), mangled, st.sampled_from(AWKWARD), st.text(max_size=4))
    return st.lists(piece, max_size=most).map(" ".join)


JSON_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            "-1",
            "1e999999",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "25:00",
            "\0",
            "\ud800",
            AWKWARD,
        ]
    ),
)
JSON_VALUES = st.recursive(
    JSON_LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
DAYS = st.dates(datetime.date(2015, 1, 1), datetime.date(2040, 12, 31))
CLOCKS = st.times().map(lambda at: at.replace(microsecond=0, second=0, fold=0))
