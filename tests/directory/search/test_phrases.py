"""Rules that recognise what is meant by a few words."""

import time

import pytest

from directory.search.phrases import RuleSet, TypoTable, list_beginnings, normalise_phrase


def recognises(rule: str, text: str, spared: tuple[str, ...] = ()) -> bool:
    phrase = TypoTable([rule]).correct(normalise_phrase(text))
    return RuleSet([rule], spared).matches(phrase, list_beginnings(phrase))


@pytest.mark.parametrize(
    ("rule", "text", "recognised"),
    [
        ("hit*/beat + husband", "My husband HITS me", True),
        ("hit*/beat + husband", "he beat her, her husband", True),
        ("hit*/beat + husband", "beating husband", False),
        ("hit* > me", "me he hits", False),
        ("hit* > me", "he hits and kicks and bites me", True),
        ("hit* > me", "hit a ball over the fence to me", False),
        ("dont want to live", "I don’t WANT to live", True),
        ("dont want to live", "i do not wanna live", True),
        ("cant cope", "I can not cope", True),
        ("boyfriend", "my bf", True),
        ("suicid*", "Suícidal", True),
        ("suicid*", "sucidal", True),
        ("strangle", "a strange thing", False),
        ("hit", "white", False),
    ],
)
def test_a_rule(rule: str, text: str, recognised: bool) -> None:
    assert recognises(rule, text) is recognised


def test_what_is_spared_hides_only_its_own_words() -> None:
    assert not recognises("hit > town + dad", "hit the town with dad", ("hit the town",))
    assert recognises("dad + hit", "dad hit the town and then he hit me", ("hit the town",))


def test_time_grows_no_faster_than_the_text() -> None:
    rules = RuleSet(["a* > a* > a* > a* > b"], ["a* > a* > c"])

    def measure(size: int) -> float:
        phrase = normalise_phrase("a " * size)
        started = time.process_time()
        for _ in range(3):
            rules.matches(phrase, list_beginnings(phrase) | {"b", "c"})
        return time.process_time() - started

    measure(50)
    assert measure(500) < 8 * max(measure(250), 0.001)


@pytest.mark.parametrize("letters", ["q" * 1000, "\ufb03" * 1000], ids=["plain", "each of three letters"])
def test_one_endless_word_is_no_slip_and_costs_nothing(letters: str) -> None:
    """Each of its beginnings with each letter left out would be built: 10 s for one search, in any visitor's hands."""
    table = TypoTable(["suicid*", "strangle"])
    table.correct("warm up the list of words")
    started = time.perf_counter()
    phrase = table.correct(normalise_phrase(letters))
    assert time.perf_counter() - started < 0.1
    assert len(phrase) <= 1000
