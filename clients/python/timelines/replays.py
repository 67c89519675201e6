"""Published claims, replayed, as frozen records; `raw` is the message behind each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from google.protobuf.json_format import MessageToDict

from timelines.errors import invalid
from timelines.v1 import evaluation_service_pb2 as pb
from timelines.values import shown, some, text


@dataclass(frozen=True, slots=True)
class ClaimFigure:
    """One result of a claim's arithmetic.

    Attributes
    ----------
    name : str
        What it is.
    value : float or None
        As the engine computes it from the claim's own inputs, in `unit`.
    unit : str
        Its unit; 1 for a ratio.
    stated : str
        The figure that has to come out, with its digits; empty where none was stated.
    about : bool
        Whether it was published as an approximation.
    agrees : bool or None
        Whether the value agrees with what was stated; None where nothing was.
    """

    name: str
    value: float | None
    unit: str
    stated: str
    about: bool
    agrees: bool | None

    @classmethod
    def from_raw(cls, raw: pb.ClaimFigure) -> ClaimFigure:
        """Out of its message."""
        value = raw.value if raw.HasField("value") else None
        return cls(raw.name, value, raw.unit, raw.stated, raw.about, raw.agrees if raw.HasField("agrees") else None)


@dataclass(frozen=True, slots=True)
class ClaimNumber:
    """A number behind a sentence, with its unit; None where it is infinite, such as a median beyond the horizon."""

    name: str
    value: float | None
    unit: str

    @classmethod
    def from_raw(cls, raw: pb.ClaimNumber) -> ClaimNumber:
        """Out of its message."""
        return cls(raw.name, raw.value if raw.HasField("value") else None, raw.unit)


@dataclass(frozen=True, slots=True)
class ReplayedClaim:
    """One claim.

    Attributes
    ----------
    id : str
        Such as G3.
    speaker, source : str
        Who said it, and where.
    published_on : date
        When.
    claim : str
        What was claimed, in words.
    arithmetic : str
        The engine's, with the claim's own numbers, in words.
    agrees : bool or None
        Whether that agrees with the claim, to the digits that it states; None where it states no number.
    as_of_forecast : str
        What the posterior fitted as of that day forecasts, in words.
    scenario, scenario_forecast : str
        The built-in scenario that asks the claim again, and what it answers; empty for a belief that has none.
    since : str
        What has happened since, in words.
    verdict, why : str
        In UPPER_SNAKE, and the reason.
    """

    id: str
    speaker: str
    source: str
    published_on: date
    claim: str
    arithmetic: str
    agrees: bool | None
    as_of_forecast: str
    scenario: str
    scenario_forecast: str
    since: str
    verdict: str
    why: str
    raw: pb.ReplayedClaim = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.ReplayedClaim) -> ReplayedClaim:
        """Out of its message."""
        agrees = raw.agrees if raw.HasField("agrees") else None
        texts = {name: getattr(raw, name) for name in _TEXTS}
        return cls(published_on=date.fromisoformat(raw.published_on), agrees=agrees, raw=raw, **texts)

    @property
    def figures(self) -> tuple[ClaimFigure, ...]:
        """The results of the arithmetic."""
        return tuple(map(ClaimFigure.from_raw, self.raw.figures))

    @property
    def as_of_numbers(self) -> tuple[ClaimNumber, ...]:
        """The numbers in `as_of_forecast`."""
        return tuple(map(ClaimNumber.from_raw, self.raw.as_of_numbers))

    @property
    def scenario_numbers(self) -> tuple[ClaimNumber, ...]:
        """The numbers in `scenario_forecast`."""
        return tuple(map(ClaimNumber.from_raw, self.raw.scenario_numbers))

    @property
    def since_numbers(self) -> tuple[ClaimNumber, ...]:
        """The numbers in `since`."""
        return tuple(map(ClaimNumber.from_raw, self.raw.since_numbers))


_TEXTS = (
    *("id", "speaker", "source", "claim", "arithmetic", "as_of_forecast"),
    *("scenario", "scenario_forecast", "since", "verdict", "why"),
)


@dataclass(frozen=True, slots=True)
class Replay:
    """Claims, replayed; iterating gives them in the order asked.

    Attributes
    ----------
    claims : tuple of ReplayedClaim
        In the order of the list, or as asked.
    known_since : str
        The facts that most claims are read against, in words.
    note : str
        What the service speaks of, and what not.
    """

    claims: tuple[ReplayedClaim, ...]
    known_since: str
    note: str
    raw: pb.ReplayResponse = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.ReplayResponse) -> Replay:
        """Out of its message."""
        return cls(tuple(map(ReplayedClaim.from_raw, raw.claims)), raw.known_since, raw.note, raw)

    @property
    def verdicts(self) -> dict[str, str]:
        """What each verdict means."""
        return {one.name: one.meaning for one in self.raw.verdicts}

    def __iter__(self) -> Iterator[ReplayedClaim]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)

    def to_dict(self) -> dict[str, Any]:
        """The claims as JSON values, by proto field names."""
        return MessageToDict(self.raw, preserving_proto_field_name=True)

    def to_json(self) -> str:
        """The same as JSON text, indented, ending in a newline: what `timelines replay --json` prints."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def replay_request(claims: Iterable[str] | None) -> pb.ReplayRequest:
    """The request that replays claims; None for all of them.

    Raises
    ------
    InvalidQuestionError
        When it is one text, no list of texts, or empty.
    """
    if claims is None:
        return pb.ReplayRequest()
    if isinstance(claims, str):
        raise invalid(f"claims is {shown(claims)}; give a list of ids, such as [{shown(claims)}]", "claims")
    return pb.ReplayRequest(claims=[text(one, f"claims[{i}]") for i, one in enumerate(some(claims, "claims"))])
