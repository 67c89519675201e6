"""Bearer tokens: who may do what. The server keeps their SHA-256 only.

One token a line; `#` begins a comment; what may be done a minute is optional:

    # name  scope  SHA-256 of the token
    ci      read   0f343b0931126a20f133d67c2b018a3b41e5a5e9cf5c3f7c7f8d1f0c4c9c1d3a  calls_per_minute=600

A server reads its file again when that changes. What is wrong with a line is told without the words that may be a
token, written into the wrong place: it goes to the log.

Tokens are long and random, so a plain hash of one cannot be turned round. A scope includes the lower ones.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from forecast.errors import InputError
from forecast.storage.atomic import storage_errors

TOKEN_BYTES = 32
FORMAT = "NAME SCOPE SHA256"
LIMIT = "calls_per_minute"
MOST_A_MINUTE = 1_000_000

NAMES = "use up to 64 letters, digits, dots, dashes and underscores"

_CALLS = re.compile(rf"{LIMIT}=([0-9]{{1,7}})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Scope(IntEnum):
    """What a token allows; a higher one includes the lower."""

    READ = 1
    FIT = 2
    ADMIN = 3

    @property
    def label(self) -> str:
        """As it is written in the file."""
        return self.name.lower()


SCOPES = {scope.label: scope for scope in Scope}


@dataclass(frozen=True, slots=True)
class Token:
    """One line of the file.

    Attributes
    ----------
    name : str
        Who it was given to; logs say it, never the token.
    scope : Scope
        What it allows.
    sha256 : str
        Of the token, hexadecimal.
    calls_per_minute : int, optional
        How many calls it may make (`timelines_server.access.quotas`); None for as many as it likes.
    """

    name: str
    scope: Scope
    sha256: str
    calls_per_minute: int | None = None

    @property
    def line(self) -> str:
        """The line of the file."""
        limit = "" if self.calls_per_minute is None else f" {LIMIT}={self.calls_per_minute}"
        return f"{self.name} {self.scope.label} {self.sha256}{limit}"


class Tokens:
    """The tokens that a server knows.

    Parameters
    ----------
    known : sequence of Token
        At least one.
    """

    def __init__(self, known: Sequence[Token]) -> None:
        self._known = tuple((token, token.sha256.encode()) for token in known)
        self._by_name = {token.name: token for token in known}

    def find(self, presented: str) -> Token | None:
        """The token that was presented, or None; takes as long for every token that it does not know."""
        digest = digest_of(presented).encode()
        found = None
        for token, known in self._known:
            if hmac.compare_digest(digest, known):
                found = token
        return found

    def holds(self, token: Token) -> bool:
        """Whether this token still is one, with the scope that it had."""
        known = self._by_name.get(token.name)
        return known is not None and (known.sha256, known.scope) == (token.sha256, token.scope)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._known)

    def __iter__(self) -> Iterator[Token]:
        """Each, in the order of the file."""
        return (token for token, _ in self._known)


def digest_of(token: str) -> str:
    """SHA-256 of a token, hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def make(name: str, scope: Scope, calls_per_minute: int | None = None) -> tuple[str, Token]:
    """A new token and its line for the file; the token itself is kept nowhere.

    Raises
    ------
    InputError
        When the name is not one, or the limit is out of range.
    """
    _check_name(name)
    if calls_per_minute is not None and not 1 <= calls_per_minute <= MOST_A_MINUTE:
        message = f"{LIMIT}={calls_per_minute} is out of range: give 1 to {MOST_A_MINUTE:,}, or leave it out"
        raise InputError(message, field=LIMIT)
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    return secret, Token(name, scope, digest_of(secret), calls_per_minute)


def load(file: Path) -> Tokens:
    """Read and check a token file.

    Raises
    ------
    InputError
        Naming the line and what is wrong with it, or the file that others may write.
    """
    known = parse(_text(file), str(file))
    if not known:
        raise InputError(f"{file} holds no token: `timelines token --name NAME --file {file}` makes one")
    return Tokens(known)


def parse(text: str, source: str) -> tuple[Token, ...]:
    """The tokens of a file's text.

    Parameters
    ----------
    text : str
        Lines of `NAME SCOPE SHA256 [calls_per_minute=N]`, blank lines, comments.
    source : str
        What messages call it.
    """
    tokens: list[Token] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        try:
            tokens += [_token(words, tokens)] if words else []
        except InputError as error:
            raise InputError(f"{source}, line {number}: {error.message}", field="tokens") from None
    return tuple(tokens)


def append(file: Path, token: Token) -> None:
    """Add a token's line to a file, which is made where it is missing, for its owner's eyes only.

    Raises
    ------
    InputError
        When the file is not a sound token file, or knows the name already.
    StorageError
        When it cannot be written.
    """
    text = _text(file) if file.exists() else ""
    parse(f"{text.rstrip()}\n{token.line}", str(file))
    before = "\n" if text and not text.endswith("\n") else ""
    with storage_errors(file):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(f"{before}{token.line}\n")


def warnings(file: Path) -> tuple[str, ...]:
    """What is allowed about a token file and still worth a line."""
    if os.name == "nt" or not file.stat().st_mode & stat.S_IROTH:
        return ()
    return (f"everybody on this machine can read {file}: chmod 600 {file}",)


def _token(words: Sequence[str], before: Sequence[Token]) -> Token:
    if len(words) not in (3, 4):
        raise InputError(f"{len(words)} words stand there, 3 are needed: {FORMAT}, and {LIMIT}=N after it if you like")
    name, scope, digest = words[:3]
    if not _NAME.fullmatch(name):
        raise InputError(f"the first word is not a name for a token: {NAMES}")
    if scope not in SCOPES:
        raise InputError(f"the second word is not a scope; known: {', '.join(SCOPES)}")
    if not _DIGEST.fullmatch(digest):
        raise InputError(
            "the third word is not a SHA-256 of 64 lower-case hexadecimal digits; never write a token here"
        )
    if any(name == token.name for token in before):
        raise InputError("the name stands there twice: give every token its own")
    if any(digest == token.sha256 for token in before):
        raise InputError("it has the hash of another token: make a new one with `timelines token`")
    return Token(name, SCOPES[scope], digest, _limit(words[3]) if words[3:] else None)


def _limit(word: str) -> int:
    found = _CALLS.fullmatch(word)
    limit = int(found[1]) if found else 0
    if not 1 <= limit <= MOST_A_MINUTE:
        raise InputError(f"the fourth word is not {LIMIT}=N with N from 1 to {MOST_A_MINUTE:,}")
    return limit


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r:.80} is not a name for a token: {NAMES}", field="name")


def _text(file: Path) -> str:
    try:
        mode, text = file.stat().st_mode, file.read_text("utf-8")
    except OSError as error:
        raise InputError(f"the token file {file} cannot be read: {error.strerror}", field="tokens") from error
    except UnicodeDecodeError as error:
        raise InputError(f"the token file {file} is not text: write lines of {FORMAT}", field="tokens") from error
    if os.name != "nt" and mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise InputError(f"others may write the token file {file}, and so let themselves in: chmod 600 {file}")
    return text
