"""A place on a card and on an envelope: nothing is said twice, and the town is never lost."""

import pytest

from directory.models import Location


@pytest.mark.parametrize(
    ("name", "address", "city", "said"),
    [
        ("St Mary's Hall", "Chapel Road", "Worthing", "St Mary's Hall, Worthing"),
        ("St Michael's Hall, Lancing", "", "Lancing", "St Michael's Hall, Lancing"),
        ("St Michael's Hall, lancing ", "", "Lancing", "St Michael's Hall, lancing"),
        ("Millbrook Garden, Millbrook Garden", "", "Worthing", "Millbrook Garden, Worthing"),
        ("Worthing Library", "", "Worthing", "Worthing Library, Worthing"),
        ("Lancing", "", "Lancing", "Lancing"),
        ("", "12 Sea Road, Flat 2\nGoring", "Worthing", "12 Sea Road, Worthing"),
        ("", "", "", ""),
    ],
)
def test_a_place_in_a_few_words(name: str, address: str, city: str, said: str) -> None:
    assert Location(name=name, address=address, city=city).short_address == said


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        (
            "Worthing Library",
            "Richmond Road",
            ["Worthing Library", "Richmond Road", "Worthing", "West Sussex", "BN11 1HD"],
        ),
        ("Worthing Library", "", ["Worthing Library", "Worthing", "West Sussex", "BN11 1HD"]),
        ("The Garden", "The Garden, Mill Road", ["The Garden", "Mill Road", "Worthing", "West Sussex", "BN11 1HD"]),
        ("The Garden", "the garden\nMill Road", ["The Garden", "Mill Road", "Worthing", "West Sussex", "BN11 1HD"]),
        ("The Garden, Worthing", "", ["The Garden, Worthing", "West Sussex", "BN11 1HD"]),
        ("", "1 Mill Road, Worthing, BN11 1HD", ["1 Mill Road, Worthing, BN11 1HD", "West Sussex"]),
        ("", "1 Mill Road, Worthing bn11 1hd", ["1 Mill Road, Worthing bn11 1hd", "West Sussex"]),
    ],
)
def test_a_place_on_an_envelope(name: str, address: str, said: list[str]) -> None:
    place = Location(name=name, address=address, city="Worthing", county="West Sussex", postcode="BN11 1HD")
    assert place.address_lines == said
