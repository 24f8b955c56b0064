"""Rules that recognise what is meant by a few words."""

import time

import pytest

from directory.search.phrases import RuleBook, TypoTable, WordLists, normalise_phrase

LISTS = WordLists(
    {
        "partner": "husband*/wife\nother half",
        "hurt": "hit*/slap*",
        "both": "@partner/mum",
        "round": "@round",
        "harmless": "hit the > town\n",
    }
)


def recognises(rule: str, text: str, spared: tuple[str, ...] = ()) -> bool:
    return bool(RuleBook([([rule], spared)], LISTS).find(text))


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
        ("@hurt > @both", "slapped her other half", True),
        ("@hurt > @both", "slapped her mum", True),
        ("@hurt > @both", "my other hat, slapped", False),
        ("@hurt my @partner", "he hit my wife", True),
        ("@hurt my @partner", "he hit his wife", False),
        ("@hurt + @partner", "hit the old town with my husband", False),
        ("@hurt + @partner", "hit the town with my husband, who hit me", True),
        ("murder > film ! i/me", "a murder film", True),
        ("murder > film ! i/me", "i saw a murder film", False),
        ("suicid*", "su1cidal", True),
        ("so scared", "i am sooo scared", True),
        ("overdosed", "OD'd", True),
        ("odd", "odd socks", True),
        ("overdosed", "odd socks", False),
    ],
)
def test_a_rule(rule: str, text: str, recognised: bool) -> None:
    assert recognises(rule, text) is recognised


@pytest.mark.parametrize(
    "rule",
    [
        *("", "@", "@nobody", "@round", "a@partner", "hit > ", "hit ! ", "hit > me ! a > b", "*", "a*b"),
        *("@both " * 40, "@both " * 6 + "/cake" + " @both" * 6),
    ],
)
def test_no_rule(rule: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        LISTS.read_rule(rule)
    assert RuleBook([([rule, "cake"], [])], LISTS).find("cake"), "the others are recognised all the same"


def test_what_is_found_says_by_which_rule_and_words() -> None:
    found = RuleBook([(["cake", "@hurt > me"], []), (["cake"], [])], LISTS).find("He slaped me again")
    assert found == {0: ("@hurt > me", ["slaped", "me"])}


def test_what_is_spared_hides_only_its_own_words() -> None:
    assert not recognises("hit > town + dad", "hit the town with dad", ("hit the town",))
    assert recognises("dad + hit", "dad hit the town and then he hit me", ("hit the town",))


def test_time_grows_no_faster_than_the_text() -> None:
    book = RuleBook([(["a* > a* > a* > a* > b", "b > a* > c"], ["a* > a* > c"])], LISTS)

    def measure(size: int) -> float:
        started = time.process_time()
        for _ in range(3):
            book.find("a " * size + "b c")
        return time.process_time() - started

    measure(50)
    assert measure(490) < 8 * max(measure(245), 0.001)


@pytest.mark.parametrize("letters", ["q" * 1000, "\ufb03" * 1000], ids=["plain", "each of three letters"])
def test_one_endless_word_is_no_slip_and_costs_nothing(letters: str) -> None:
    """Each of its beginnings with each letter left out would be built: 10 s for one search, in any visitor's hands."""
    table = TypoTable(["suicid*", "strangle"])
    table.correct("warm up the list of words")
    started = time.perf_counter()
    phrase = table.correct(normalise_phrase(letters))
    assert time.perf_counter() - started < 0.1
    assert len(phrase) <= 1000
