"""Rules that recognise what somebody means by a few words, however they put it.

A rule is a line: `hit*/slap* + @partner`. Its parts, with + between them, must all be there in any order;
`wont > let > leave` must follow each other with few words between; what stands behind a ! must not be there. / stands
between words of which one is enough, each one or several words in a row; a * is any ending; @partner is any word of
the list of that name, which may name other lists. Small letters, without apostrophes: see `normalise_phrase`.
"""

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, reduce
from itertools import chain, product
from math import prod
from operator import or_
from pathlib import Path
from typing import NamedTuple, TypeAlias

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from config.data import load_csv_rows
from directory.text.spelling import edit_distance

logger = logging.getLogger(__name__)
MAX_PHRASE_LENGTH = 1000  # characters that are read
MAX_WORDS_BETWEEN = 5
MAX_STEPS = 5  # that follow each other: each is looked for after each place where the one before may end
MAX_LISTS_WITHIN = 5  # lists that name lists
MAX_WAYS = 5_000  # to say one step: "@cant @sleep" is each word of one list with each of the other
MIN_TYPO_LENGTH, MAX_TYPO_LENGTH = 5, 40  # letters of a word that may be mistyped: the work grows with their cube
EACH = -1  # instead of one meaning
HARMLESS = "harmless"  # the one list whose lines are rules: what none of the meanings ever is
SIGNS = str.maketrans("*@", "ʃʢ")  # those of a rule while its words are normalised: letters that no word has
SIGNS_BACK = str.maketrans("ʃʢ", "*@")
NEGATIONS = re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should|must|can|will) ?not\b")
SHORT_NEGATIONS = {"can": "cant", "will": "wont"}
LONG_LETTERS = re.compile(r"(\w)\1{2,}")
DIGITS_WITHIN = re.compile(r"\b(?=\w*[a-z]\w*[0-9]\w*[a-z])\w+")
DIGITS_AS_LETTERS = str.maketrans("01345", "oieas")
SHORTHAND_FILE = Path(__file__).with_name("shorthand.csv")

Words: TypeAlias = tuple[str, ...]  # in a row; each may end with a *
Steps: TypeAlias = tuple[int, ...]  # numbers of steps, as a `PhraseIndex` gives them
# Where a step stands: how many words it is there → at which of the phrase's words it starts, one bit each.
Starts: TypeAlias = dict[int, int]


@cache
def load_shorthand(only: str = "") -> dict[str, dict[Words, str]]:
    """What is typed for short, by its first word, and what it stands for: "bf" → "boyfriend". `only`: and some that
    are read so in words of danger alone: who looks for the WI does not mean "with"."""
    meant: dict[str, dict[Words, str]] = {}
    for row in sorted(load_csv_rows(SHORTHAND_FILE), key=lambda row: -len(row["typed"])):
        if row["only"] in ("", only):
            first, *rest = row["typed"].split()
            meant.setdefault(first, {})[tuple(rest)] = row["meant"]
    return meant


def expand_shorthand(text: str) -> str:
    """ "My bf has no leccy" → "my boyfriend has no electric"."""
    words = re.findall(r"[^\W_]+(?:['’.][^\W_]+)*|[^\w\s]", text.lower())
    return " ".join(_replace_shorthand(words, load_shorthand()))


def normalise_phrase(text: str) -> str:
    """ "I can NOT go on…", "I can’t go on" and "i cant go on" → "i cant go on"; "my bf" → "my boyfriend"."""
    plain = unicodedata.normalize("NFKD", text[:MAX_PHRASE_LENGTH])[:MAX_PHRASE_LENGTH].lower()
    plain = re.sub("[’‘`´]", "'", re.sub("[\u0300-\u036f]", "", plain))
    words, meant = re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain), load_shorthand("danger")
    plain = LONG_LETTERS.sub(r"\1", " ".join(word if word in meant else word.replace("'", "") for word in words))
    plain = NEGATIONS.sub(lambda match: SHORT_NEGATIONS.get(match[1], f"{match[1]}nt"), plain)
    read = (DIGITS_WITHIN.sub(lambda match: match[0].translate(DIGITS_AS_LETTERS), word) for word in plain.split())
    return " ".join(_replace_shorthand([*read], meant))


def _replace_shorthand(words: list[str], meant: dict[str, dict[Words, str]]) -> Iterator[str]:
    at = 0
    while at < len(words):
        for rest, word in meant.get(words[at], {}).items():
            if tuple(words[at + 1 : at + 1 + len(rest)]) == rest:
                at += len(rest)
                yield word
                break
        else:
            yield words[at]
        at += 1


# --- Reading rules ----------------------------------------------------------------------------------------


class WordLists:
    """The lists that rules name: `@partner` → husband, wife, …"""

    def __init__(self, lists: Mapping[str, str]) -> None:
        """`lists`: name → its words, with / or a line's end between them."""
        self.lists = lists
        self.harmless = [line for line in lists.get(HARMLESS, "").splitlines() if line.strip()]
        self._read: dict[str, frozenset[Words]] = {}

    def read_rule(self, line: str) -> tuple[list[list[frozenset[Words]]], list[frozenset[Words]]]:
        """Its parts, of each step that follows another the ways to say it; and those of what must not be there.

        Raises ValueError at what is none.
        """
        there, *absent = line.split("!")
        parts = [[self.read_step(step) for step in part.split(">")] for part in there.split("+")]
        if any(len(part) > MAX_STEPS for part in parts):
            raise ValueError(line.strip())
        return parts, [self.read_step(step) for step in absent]

    def read_step(self, text: str, depth: int = 0) -> frozenset[Words]:
        """ "hit*/@slap her" → {("hit*",), ("slap", "her"), ("slapped", "her")}. Raises ValueError."""
        if re.search("[>+!]", text):
            raise ValueError(text.strip())
        ways: set[Words] = set()
        for words in re.split("[/\n]", text):
            ways.update(self._read_words(words, depth))
            if len(ways) > MAX_WAYS:
                raise ValueError(words.strip())
        return frozenset(ways)

    def _read_words(self, text: str, depth: int) -> list[Words]:
        word = normalise_phrase(text.translate(SIGNS)).translate(SIGNS_BACK)
        if not word.strip("*@ ") or re.search(r"(^| )\w?\*|\*[^ ]|@(?![a-z])|[^ ]@", word):
            raise ValueError(text.strip())
        ways = [self._read_list(w[1:], depth) if w[0] == "@" else frozenset([(w,)]) for w in word.split()]
        if prod(map(len, ways)) > MAX_WAYS:  # before they are written out: three long lists are millions
            raise ValueError(text.strip())
        return [tuple(chain.from_iterable(way)) for way in product(*ways)]

    def _read_list(self, name: str, depth: int) -> frozenset[Words]:
        if name not in self._read:
            if name not in self.lists or depth >= MAX_LISTS_WITHIN:
                raise ValueError(f"@{name}")
            self._read[name] = self.read_step(self.lists[name], depth + 1)
        return self._read[name]


# --- Finding them -----------------------------------------------------------------------------------------


class PhraseNode:
    """What some words, in a row, may go on with: a word → the next node; and the steps that they are."""

    __slots__ = ("begun", "steps", "whole")

    def __init__(self) -> None:
        self.whole: dict[str, PhraseNode] = {}
        self.begun: dict[str, PhraseNode] = {}  # of a word with a *
        self.steps: list[int] = []

    def list_next(self, word: str) -> list["PhraseNode"]:
        found = [self.whole[word]] if word in self.whole else []
        if self.begun:
            found += [self.begun[word[:n]] for n in range(1, len(word) + 1) if word[:n] in self.begun]
        return found


class PhraseIndex:
    """The words of all rules, so that one pass over a phrase says which of them stand where."""

    def __init__(self) -> None:
        self.numbers: dict[frozenset[Words], int] = {}
        self.root = PhraseNode()

    def add_step(self, ways: frozenset[Words]) -> int:
        """Its number; what is there already has one."""
        if ways not in self.numbers:
            self.numbers[ways] = len(self.numbers)
            for words in ways:
                node = self.root
                for word in words:
                    following = node.begun if word.endswith("*") else node.whole
                    node = following.setdefault(word.rstrip("*"), PhraseNode())
                node.steps.append(self.numbers[ways])
        return self.numbers[ways]

    def find(self, words: list[str]) -> dict[int, Starts]:
        """The numbers of the steps that stand among `words`, and where. Linear in them."""
        found: dict[int, Starts] = {}
        for at in range(len(words)):
            nodes, end = [self.root], at
            while nodes and end < len(words):
                nodes = [following for node in nodes for following in node.list_next(words[end])]
                end += 1
                for node in nodes:
                    for step in node.steps:
                        starts = found.setdefault(step, {})
                        starts[end - at] = starts.get(end - at, 0) | 1 << at
        return found


class Rule(NamedTuple):
    line: str
    parts: list[Steps]
    absent: Steps

    def find(self, found: dict[int, Starts]) -> int:
        """The words that it takes, one bit each; none unless all of its parts stand there. `found`: see PhraseIndex."""
        if not all(step in found for part in self.parts for step in part) or any(map(found.__contains__, self.absent)):
            return 0
        taken = [_follow([found[step] for step in part]) for part in self.parts]
        return reduce(or_, taken) if all(taken) else 0


def _follow(steps: list[Starts]) -> int:
    """The words of steps that follow each other, one bit each."""
    near = -1  # where the next step may start
    chained: list[Starts] = []
    for step in steps:
        chained.append({size: starts & near for size, starts in step.items()})
        ends = reduce(or_, (starts << size for size, starts in chained[-1].items()))
        if not ends:
            return 0
        near = reduce(or_, (ends << between for between in range(MAX_WORDS_BETWEEN + 1)))
    taken, near = 0, -1  # where the step before may end
    for step in reversed(chained):
        kept = {size: starts & (near >> size) for size, starts in step.items()}
        taken |= reduce(or_, (starts << word for size, starts in kept.items() for word in range(size)))
        near = reduce(or_, (starts >> between for starts in kept.values() for between in range(MAX_WORDS_BETWEEN + 1)))
    return taken


def _leave_out(found: dict[int, Starts], taken: int) -> dict[int, Starts]:
    """What stands there still without those words."""
    left = {}
    for step, theirs in found.items():
        starts = {n: starts & ~reduce(or_, (taken >> word for word in range(n))) for n, starts in theirs.items()}
        if any(starts.values()):
            left[step] = starts
    return left


class Found(NamedTuple):
    rule: str
    words: list[str]  # those of the phrase, put right, that are the rule's


class RuleBook:
    """The rules of several meanings; of each, what is spared is taken out of the words first."""

    def __init__(self, meanings: Iterable[tuple[Iterable[str], Iterable[str]]], lists: WordLists) -> None:
        """`meanings`: the rules of each, and what it spares. A line that is none is logged, and left out."""
        self.index = PhraseIndex()
        self.rules: dict[int, list[tuple[int, Rule]]] = {}  # by one of their steps: the one that is said most seldom
        self.spared: dict[int, list[tuple[int, Rule]]] = {}
        self._keep(self.spared, EACH, lists.harmless, lists)
        for meaning, (rules, spared) in enumerate(meanings):
            self._keep(self.spared, meaning, spared, lists)
            self._keep(self.rules, meaning, rules, lists)
        self.typos = TypoTable(word for ways in self.index.numbers for way in ways for word in way)

    def _keep(
        self, kept: dict[int, list[tuple[int, Rule]]], meaning: int, lines: Iterable[str], lists: WordLists
    ) -> None:
        """Each by the step of it that is said most seldom."""
        for line in lines:
            try:
                parts, absent = lists.read_rule(line)
            except ValueError:
                logger.error("This rule cannot be read, and is left out: %s", line)
                continue
            rarest = self.index.add_step(min(chain.from_iterable(parts), key=_weigh_step))
            numbered = [tuple(self.index.add_step(step) for step in part) for part in parts]
            kept.setdefault(rarest, []).append((meaning, Rule(line, numbered, tuple(map(self.index.add_step, absent)))))

    def find(self, text: str) -> dict[int, Found]:
        """The meanings that the text has."""
        words = self.typos.correct(normalise_phrase(text)).split()
        there = self.index.find(words)
        found = self._find_meanings(there)
        for meaning in list(found):
            spared = (rule for step in there for of, rule in self.spared.get(step, ()) if of in (EACH, meaning))
            taken = reduce(or_, (rule.find(there) for rule in spared), 0)
            if taken:
                del found[meaning]
                found |= self._find_meanings(_leave_out(there, taken), meaning)
        return {
            meaning: Found(rule.line, [word for at, word in enumerate(words) if taken >> at & 1])
            for meaning, (rule, taken) in found.items()
        }

    def _find_meanings(self, there: dict[int, Starts], only: int | None = None) -> dict[int, tuple[Rule, int]]:
        found: dict[int, tuple[Rule, int]] = {}
        for step in there:
            for meaning, rule in self.rules.get(step, ()):
                if meaning not in found and only in (None, meaning) and (taken := rule.find(there)):
                    found[meaning] = rule, taken
        return found


# --- Slips of the finger ----------------------------------------------------------------------------------


class TypoTable:
    """The words of the rules, to be found when one letter is left out, put in, changed or swapped."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words`: those of the rules, each perhaps with a * behind it."""
        self.known = set(words)
        self.near: dict[str, set[str]] = {}
        for word in self.known:
            for cut in _list_cuts(word.rstrip("*")) if len(word.rstrip("*")) >= MIN_TYPO_LENGTH else ():
                self.near.setdefault(cut, set()).add(word)

    def correct(self, phrase: str) -> str:
        """The phrase with each word that is none as the rules' word that it is nearly."""
        return " ".join(self._correct_word(word) for word in phrase.split())

    def _correct_word(self, typed: str) -> str:
        if not MIN_TYPO_LENGTH <= len(typed) <= MAX_TYPO_LENGTH or typed in load_known_words():
            return typed
        beginnings = {typed, *(f"{typed[:size]}*" for size in range(1, len(typed) + 1))}
        return typed if not self.known.isdisjoint(beginnings) else next(self._list_near(typed), typed)

    def _list_near(self, typed: str) -> Iterator[str]:
        """A word with a * is compared with what the typed one begins with."""
        for size in range(len(typed), MIN_TYPO_LENGTH - 2, -1):
            begun = typed[:size]
            for word in sorted({word for cut in _list_cuts(begun) for word in self.near.get(cut, ())}):
                stem = word.rstrip("*")
                fits = size == len(typed) or (word != stem and len(stem) > MIN_TYPO_LENGTH)
                if fits and stem[0] == typed[0] and edit_distance(begun, stem) == 1:
                    yield stem + typed[size:]


def _weigh_step(ways: frozenset[Words]) -> float:
    """About how often it is said: one way to say it as often as the rarest of its words."""
    ranks = load_ranks()
    return sum(min(1 / ranks.get(word, len(ranks)) for word in way) for way in ways)


@cache
def load_ranks() -> dict[str, int]:
    """English words, those said most first."""
    lists = (FREQUENCY_LISTS["english_wikipedia"], FREQUENCY_LISTS["us_tv_and_film"])
    return {word: rank for words in lists for rank, word in enumerate(words, 1)}


def _list_cuts(word: str) -> set[str]:
    """The word, and with one letter left out."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


@cache
def load_known_words() -> frozenset[str]:
    """English words, names, and what people take as passwords: none is a slip of another. "Grove" is not "grope"."""
    return frozenset(chain.from_iterable(FREQUENCY_LISTS.values()))
