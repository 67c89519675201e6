"""Whether a published forecast is what it was: its hash, and the same answer from the same question and posterior."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from forecast.catalogue.entries.published import Published, content_sha256, told_time
from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.publishing.citing import DIGITS
from forecast.publishing.replays import Replays

Replayed = Literal["same", "other", "not_asked"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found.

    Attributes
    ----------
    name : str
        Of the published forecast.
    faults : tuple of str
        Why it is not what was published; empty where it is.
    replayed : {"same", "other", "not_asked"}
        What its question gives now on its posterior: the same answer to the last bit, another one, or it could not be
        asked. Another answer is no fault of the record: another version, or another machine, may round otherwise.
    words : tuple of str
        How the answer differs, or why it was not asked for.
    """

    name: str
    faults: tuple[str, ...]
    replayed: Replayed
    words: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        told = {"name": self.name, "sound": not self.faults, "faults": list(self.faults)}
        return told | {"replayed": self.replayed, "words": list(self.words)}


def verify(published: Published, replays: Replays) -> Verified:
    """Check a published forecast: recompute its hash, and ask its question again.

    Parameters
    ----------
    published : Published
        To be checked.
    replays : Replays
        Finds its posterior.
    """
    try:
        solver, question = replays.ready(published)
        answer = solver.ask(question).to_dict()
    except (PosteriorNotFoundError, ArtefactError, StorageError, InputError) as error:
        return Verified(published.name, tuple(_faults(published)), "not_asked", (error.message,))
    found = list(_differences(published.record.answer, answer))
    words = tuple(_summary(found))
    return Verified(published.name, tuple(_faults(published)), "other" if found else "same", words)


def _faults(published: Published) -> Iterator[str]:
    found = content_sha256(published.record, published.previous, published.published_at)
    if found != published.content_sha256:
        yield f"its content hashes to {found[:DIGITS]}, and not to {published.content_sha256[:DIGITS]}: it was changed"
    name = f"{told_time(published.published_at)[:10]}-{published.content_sha256[:DIGITS]}"
    if published.name != name:
        yield f"by its day and its hash its name is {name}"


def _differences(stored: Any, found: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(stored, dict) and isinstance(found, dict):
        for name in [*stored, *(one for one in found if one not in stored)]:
            yield from _differences(stored.get(name), found.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for i, (one, other) in enumerate(zip(stored, found, strict=True)):
            yield from _differences(one, other, f"{path}[{i}]")
    elif stored != found:
        yield path, stored, found


def _summary(found: list[tuple[str, Any, Any]]) -> Iterator[str]:
    """The version first, then what is no number, then the number that differs most."""
    plain = [one for one in found if not _is_number(one[1]) or not _is_number(one[2])]
    plain.sort(key=lambda one: one[0] != "provenance.code_version")
    for path, stored, now in plain[:_SHOWN]:
        yield f"{path} is {now!r:.80} and was {stored!r:.80}"
    if len(plain) > _SHOWN:
        yield f"{len(plain) - _SHOWN} more differ"
    numbers = [(abs(now - stored), path) for path, stored, now in found if _is_number(stored) and _is_number(now)]
    if numbers:
        most, path = max(numbers)
        many = "1 number differs" if len(numbers) == 1 else f"{len(numbers)} numbers differ"
        yield f"{many}, by at most {most:.2g} ({path})"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
