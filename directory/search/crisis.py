"""Searches by people who may be in danger: whom to ring now stands above whatever was found, and nothing is kept.

Rather once too often than once too seldom: who looks for a talk about a crisis is not harmed by four numbers.
"""

import re

# As they are typed, in small letters and without apostrophes or hyphens; "*" is any ending of the word.
CRISIS_PHRASES = (
    "suicid*",
    "kill myself",
    "kill me",
    "killing myself",
    "end my life",
    "ending my life",
    "end it all",
    "take my life",
    "want to die",
    "wanna die",
    "wish i was dead",
    "better off dead",
    "dont want to live",
    "dont want to be here",
    "no reason to live",
    "overdos*",
    "self harm*",
    "selfharm*",
    "hurt myself",
    "hurting myself",
    "harm myself",
    "harming myself",
    "cut myself",
    "cutting myself",
    "crisis",
    "samaritans",
    "in danger",
    "not safe",
    "unsafe",
    "domestic violence",
    "domestic abuse",
    "violent partner",
    "violent husband",
    "violent wife",
    "violence at home",
    "hits me",
    "hit me",
    "beats me",
    "beat me up",
    "hurts me",
    "hurting me",
    "abused",
    "abuser",
    "abusive",
    "abusing",
    "abuses",
    "child abuse",
    "sexual abuse",
    "physical abuse",
    "emotional abuse",
    "elder abuse",
    "coercive control",
    "womens refuge",
    "rape",
    "raped",
    "sexual assault",
    "sexually assaulted",
    "stalked",
    "stalker",
    "stalking",
    "forced marriage",
    "honour based",
    "fgm",
)
CRISIS_PATTERN = re.compile(
    r"\b(?:" + "|".join(re.escape(said).replace(r"\*", r"\w*") for said in CRISIS_PHRASES) + r")\b"
)


def mentions_crisis(words: str) -> bool:
    """Whether somebody may need a person at once."""
    plain = re.sub(r"['’]", "", words[:1000].lower())
    return bool(CRISIS_PATTERN.search(" ".join(re.findall(r"\w+", plain))))
