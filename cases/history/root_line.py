"""
The nightly root of all histories as one line, and its check without a database.

    hereabouts-root-1 PLACE NUMBER MOMENT PREVIOUS ROOT KEY SIGNATURE

PLACE is the host name, NUMBER counts the nights, PREVIOUS is the ROOT of the line before (64 zeros in the first), KEY
is the Ed25519 public key and SIGNATURE its signature (RFC 8032) of all words before, joined by single spaces; both are
"-" where the place has no key. All other numbers are hexadecimal. ROOT is a SHA-256 that nobody can look through:
no name, no id and no count stands in the line, and whether a night was quiet cannot be told from it.

Whoever holds yesterday's line can tell when what it stands for was rewritten, whoever rewrote it. This file needs no
more than Python and the package `cryptography`, so that an agency may run it by itself:

    python root_line.py [--key KEY] FILE…
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "hereabouts-root-1"
FIRST = "0" * 64  # what stands before the first root
UNSIGNED = "-"
# However an e-mail has broken the line, and whatever stands around it.
LINE_PATTERN = re.compile(
    rf"{FORMAT}\s+([\w.:-]{{1,255}})\s+(\d{{1,9}})\s+(\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
    r"\s+([0-9a-f]{64})\s+([0-9a-f]{64})\s+([0-9a-f]{64}|-)\s+([0-9a-f]{128}|-)(?!\S)",
    re.ASCII,
)


@dataclass(frozen=True)
class RootLine:
    """One night's line."""

    place: str
    number: int
    at: str  # UTC, such as 2026-11-28T02:40:00Z
    previous: str
    root: str
    key: str = UNSIGNED
    signature: str = UNSIGNED

    def __str__(self) -> str:
        return f"{self.signed_words()} {self.signature}"

    def signed_words(self) -> str:
        """What the signature is of."""
        return f"{FORMAT} {self.place} {self.number} {self.at} {self.previous} {self.root} {self.key}"

    def sign(self, secret: str) -> "RootLine":
        """The line with the signature by a secret key of 64 hexadecimal digits; as it is when there is none."""
        if not secret:
            return self
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
        named = replace(self, key=key.public_key().public_bytes_raw().hex())
        return replace(named, signature=key.sign(named.signed_words().encode()).hex())

    def is_signed(self) -> bool:
        """Whether the signature is there, and by the key that the line names."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key)).verify(
                bytes.fromhex(self.signature), self.signed_words().encode()
            )
        except (InvalidSignature, ValueError):
            return False
        return True


def hash_root(line: RootLine, salt: str, heads: Iterable[tuple[object, int, str]]) -> str:
    """SHA-256 in hex of the line's place, number and moment, the root before, the salt, and of each head (case,
    number of its latest entry, chain), in the order of their cases."""
    made = hashlib.sha256("\0".join((line.previous, line.place, str(line.number), line.at, salt)).encode())
    for case, number, chain in heads:
        made.update(f"\0{case}\0{number}\0{chain}".encode())
    return made.hexdigest()


def read_lines(texts: Iterable[str]) -> list[RootLine]:
    """Every line in these texts (files, saved e-mails), in the order of their numbers; the same line once."""
    found = {
        RootLine(place, int(number), *rest) for text in texts for place, number, *rest in LINE_PATTERN.findall(text)
    }
    return sorted(found, key=lambda line: (line.place, line.number, line.root))


def find_line_faults(lines: Sequence[RootLine], key: str = "") -> list[str]:
    """What is wrong with lines as `read_lines` gives them: their signatures, and that each follows the one before.

    With `key` each must be signed by it; without, all by one key, whosever it is.
    """
    faults = []
    keys = {key} if key else {line.key for line in lines}
    if len(keys) > 1:
        faults.append(f"The lines are signed by {len(keys)} keys. Ask the place for its own, and say --key.")
    for line in lines:
        if key and line.key != key:
            faults.append(f"Root {line.number} of {line.at} is not signed by that key.")
        elif line.key != UNSIGNED and not line.is_signed():
            faults.append(f"Root {line.number} of {line.at}: the signature does not hold.")
        elif line.key == UNSIGNED and line.signature != UNSIGNED:
            faults.append(f"Root {line.number} of {line.at}: a signature without a key.")
    for line, later in pairwise(lines):
        if line.place != later.place:
            faults.append(f"Lines of two places: {line.place} and {later.place}.")
        elif line.number == later.number:
            faults.append(f"Two different lines say that they are root {line.number}: somebody was told otherwise.")
        elif later.number == line.number + 1 and later.previous != line.root:
            faults.append(f"Root {later.number} of {later.at} does not follow root {line.number}.")
        elif later.at < line.at:
            faults.append(f"Root {later.number} is earlier than root {line.number}.")
    return faults


def describe_lines(lines: Sequence[RootLine]) -> str:
    """What was checked, when nothing was found."""
    signed = f"signed by {lines[-1].key}" if lines[-1].key != UNSIGNED else "NOT signed"
    missing = lines[-1].number - lines[0].number + 1 - len(lines)
    gaps = f", {missing} in between are not here" if missing else ""
    return f"{len(lines)} roots of {lines[0].place}, from {lines[0].at} to {lines[-1].at}{gaps}, {signed}."


def read_files(paths: Iterable[Path]) -> list[RootLine]:
    """Raises OSError for what cannot be read, and ValueError where no line is."""
    texts = [path.read_text(errors="replace") for path in paths]
    lines = read_lines(texts)
    if not lines:
        raise ValueError(f"No line that begins with {FORMAT} is in there.")
    return lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--key", default="", help="the place's public key, from its page or its first e-mail")


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Checks the nightly roots that a place has sent out.")
    add_arguments(parser)
    options = parser.parse_args(words)
    try:
        lines = read_files(options.files)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    faults = find_line_faults(lines, options.key)
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    if not faults:
        sys.stdout.write(f"{describe_lines(lines)}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
