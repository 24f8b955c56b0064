"""Rules that recognise what somebody means by a few words, however they put it.

A rule is a line: `hit/hits/beat* + husband/wife`. Its parts, with + between them, must all be there in any order;
`wont > let > leave` must follow each other with few words between. / stands between words of which one is enough,
each one or several words in a row; a * is any ending. Small letters, without apostrophes: see `normalise_phrase`.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from directory.text.spelling import edit_distance

MAX_PHRASE_LENGTH = 1000  # characters that are read
MAX_WORDS_BETWEEN = 4
MAX_STEPS = 5  # that follow each other: each is looked for after each place where the one before may end
MIN_TYPO_LENGTH, MAX_TYPO_LENGTH = 5, 40  # letters of a word that may be mistyped: the work grows with their cube
ANY_ENDING = "ʃ"  # stands for a * while words are normalised: a letter that no word has
NEGATIONS = re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should|must|can|will) ?not\b")
SHORT_NEGATIONS = {"can": "cant", "will": "wont"}
SHORTHAND_FILE = Path(__file__).with_name("shorthand.csv")


@cache
def load_shorthand() -> tuple[re.Pattern[str], dict[str, str]]:
    """What is typed for short, and the word it stands for: "bf" → "boyfriend"."""
    with SHORTHAND_FILE.open(encoding="utf-8", newline="") as file:
        meant = {row["typed"]: row["meant"] for row in csv.DictReader(file)}
    longest_first = sorted(meant, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"), meant


def expand_shorthand(text: str) -> str:
    """ "My bf has no leccy" → "my boyfriend has no electric"."""
    pattern, meant = load_shorthand()
    return pattern.sub(lambda match: meant[match[0]], text.lower())


def normalise_phrase(text: str) -> str:
    """ "I can NOT go on…", "I can’t go on" and "i cant go on" → "i cant go on"; "my bf" → "my boyfriend"."""
    plain = unicodedata.normalize("NFKD", text[:MAX_PHRASE_LENGTH])[:MAX_PHRASE_LENGTH].lower()
    plain = re.sub(r"[\u0300-\u036f'’‘`´]", "", plain)
    plain = " ".join(re.findall(r"[^\W_]+", plain))
    return expand_shorthand(NEGATIONS.sub(lambda match: SHORT_NEGATIONS.get(match[1], f"{match[1]}nt"), plain))


def split_rule(line: str) -> list[list[list[str]]]:
    """Its parts, the steps of each, and the words of each step. Raises ValueError for what is no rule."""
    parts = [[[_read_word(word) for word in step.split("/")] for step in part.split(">")] for part in line.split("+")]
    if any(len(part) > MAX_STEPS for part in parts):
        raise ValueError(line.strip())
    return parts


def _read_word(text: str) -> str:
    word = normalise_phrase(text.replace("*", ANY_ENDING)).replace(ANY_ENDING, "*")
    if not word.strip("* ") or re.search(r"(^| )\*|\*[^ ]", word):
        raise ValueError(text.strip())
    return word


class RulePart:
    """Words that follow each other. Its pattern is compiled when it may match: of hundreds, hardly any is."""

    def __init__(self, steps: list[list[str]]) -> None:
        self.steps = steps
        self.first_words = [frozenset(word.split(" ")[0] for word in step) for step in steps]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        between = rf"\b(?: \w+){{0,{MAX_WORDS_BETWEEN}}}? "
        steps = ("(?:" + "|".join(word.replace("*", r"\w*") for word in step) + ")" for step in self.steps)
        return re.compile(rf"\b{between.join(steps)}\b")

    def matches(self, phrase: str, beginnings: set[str]) -> bool:
        """`beginnings`: each word of the phrase, and what each begins with, with a * behind it."""
        return not any(map(beginnings.isdisjoint, self.first_words)) and bool(self.pattern.search(phrase))


class RuleSet:
    """The rules of one meaning; what is spared is taken out of the words first."""

    def __init__(self, rules: Iterable[str], spared: Iterable[str]) -> None:
        self.rules = [[RulePart(part) for part in split_rule(line)] for line in rules]
        self.spared = [[RulePart(part) for part in split_rule(line)] for line in spared]

    def matches(self, phrase: str, beginnings: set[str]) -> bool:
        """`phrase` as `normalise_phrase` gives it, and its `list_beginnings`."""
        if not _any_rule_matches(self.rules, phrase, beginnings):
            return False
        for rule in self.spared:
            if _any_rule_matches([rule], phrase, beginnings):
                for part in rule:
                    phrase = part.pattern.sub("|", phrase)
        return _any_rule_matches(self.rules, phrase, beginnings)


def _any_rule_matches(rules: list[list[RulePart]], phrase: str, beginnings: set[str]) -> bool:
    return any(all(part.matches(phrase, beginnings) for part in rule) for rule in rules)


def list_beginnings(phrase: str) -> set[str]:
    """What a rule's word may be, to match one of these: "hit" → {"hit", "h*", "hi*", "hit*"}."""
    words = phrase.split()
    return {*words, *(f"{word[:size]}*" for word in words for size in range(1, len(word) + 1))}


# --- Slips of the finger ----------------------------------------------------------------------------------


class TypoTable:
    """The words of the rules, to be found when one letter is left out, put in, changed or swapped."""

    def __init__(self, lines: Iterable[str]) -> None:
        steps = [step for line in lines for part in split_rule(line) for step in part]
        self.known = {word for step in steps for text in step for word in text.split()}
        self.near: dict[str, set[str]] = {}
        for word in self.known:
            for cut in _list_cuts(word.rstrip("*")) if len(word.rstrip("*")) >= MIN_TYPO_LENGTH else ():
                self.near.setdefault(cut, set()).add(word)

    def correct(self, phrase: str) -> str:
        """The phrase with each word that is none as the rules' word that it is nearly."""
        return " ".join(self._correct_word(word) for word in phrase.split())

    def _correct_word(self, typed: str) -> str:
        if not MIN_TYPO_LENGTH <= len(typed) <= MAX_TYPO_LENGTH or not self.known.isdisjoint(list_beginnings(typed)):
            return typed
        meant = next((found for found in self._list_near(typed)), typed)
        return typed if meant != typed and typed in load_common_words() else meant

    def _list_near(self, typed: str) -> Iterator[str]:
        """A word with a * is compared with what the typed one begins with."""
        for size in range(len(typed), MIN_TYPO_LENGTH - 2, -1):
            begun = typed[:size]
            for word in sorted({word for cut in _list_cuts(begun) for word in self.near.get(cut, ())}):
                stem = word.rstrip("*")
                whole = size == len(typed)
                if (whole or word != stem) and stem[0] == typed[0] and edit_distance(begun, stem) == 1:
                    yield stem + typed[size:]


def _list_cuts(word: str) -> set[str]:
    """The word, and with one letter left out."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


@cache
def load_common_words(most: int | None = None) -> frozenset[str]:
    """English words that are no slips of others: "strange" is not "strangle". `most`: of each list the most usual, as
    the rarer ones of films have slips among them ("excercise")."""
    return frozenset(word for name in ("english_wikipedia", "us_tv_and_film") for word in FREQUENCY_LISTS[name][:most])
