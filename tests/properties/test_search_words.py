"""Words typed into the search: whatever they are, each filter read out of them is one that the page offers."""

from hypothesis import given

from directory.catalogue.facets import ACCESS, DAY_PARTS, LANGUAGES
from directory.models.session import DAY_NAMES
from directory.search.parsing import parse_words
from directory.search.query import SearchQuery
from tests.properties.strategies import awkward_text

WORDS = [
    *("yoga", "on Tuesday", "wensday", "tonight", "tomorrow", "in the evening", "mornings", "with spaces left", "free"),
    *("alcohol free", "£0", "aged 80", "over 60s", "7 year old", "wheelchair access", "hearing loop", "speaks Polish"),
    *(
        "in Polish",
        "in Welsh",
        "Turkish speaking",
        "online",
        "via zoom",
        "someone to go with me",
        "near",
        "within 3 miles of",
    ),
    *("BN11 2AA", "BN11", "Shoreham-by-Sea", "me", "|", "near me", "in bsl", "quiet space", "changing places toilet"),
]
OFFERED = {
    "day": {*DAY_NAMES},
    "time": {*DAY_PARTS},
    "language": {*LANGUAGES},
    "access": {*ACCESS},
    **{name: {"1"} for name in ("free", "room", "meets", "online")},
}


@given(awkward_text(WORDS))
def test_each_filter_that_is_read_is_one_that_the_page_offers(words: str) -> None:
    asked, understood, _ = parse_words(SearchQuery(words=words))
    for one in understood:
        assert one.field in (*OFFERED, "age", "near", "miles")
        assert one.value in OFFERED.get(one.field, {one.value})
        assert one.label
    assert asked.wanted_facets() is not None
    assert "|" not in asked.words
