"""The draws behind an answer, and the items of a batch."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from timelines.errors import ServerError
from timelines.parts import Position, PosteriorGate, Provenance, position_of

if TYPE_CHECKING:
    from timelines.answers import Answer
    from timelines.errors import TimelinesError
    from timelines.v1.forecast_service_pb2 import StreamDrawsResponse


@dataclass(frozen=True, slots=True, repr=False)
class Draws:
    """Arrival dates, draw by draw, in the posterior's order.

    Attributes
    ----------
    decimal_year : array of float
        Mid-month of arrival; infinite beyond the horizon and for never. `numpy.asarray` takes it without a copy.
    position : tuple of {"already", "within_horizon", "beyond_horizon", "never"}
        Where each draw lies.
    provenance : Provenance
        What would reproduce them.
    gate : PosteriorGate
        The posterior's gates.
    """

    decimal_year: array[float]
    position: tuple[Position, ...]
    provenance: Provenance
    gate: PosteriorGate

    def __len__(self) -> int:
        return len(self.decimal_year)

    def __repr__(self) -> str:
        return f"Draws({len(self)} draws of {self.provenance.posterior})"


class Gather:
    """Puts the chunks of a stream together, and notices what is missing."""

    def __init__(self) -> None:
        self._years = array("d")
        self._positions: list[Position] = []
        self._first: StreamDrawsResponse | None = None

    def add(self, chunk: StreamDrawsResponse) -> None:
        """The next chunk.

        Raises
        ------
        ServerError
            When it does not follow on the one before.
        """
        if chunk.offset != len(self._years) or len(chunk.decimal_year) != len(chunk.position):
            raise ServerError(f"a chunk of draws begins at {chunk.offset} where {len(self._years)} was due")
        self._first = self._first or chunk
        self._years.extend(chunk.decimal_year)
        self._positions.extend(map(position_of, chunk.position))

    def whole(self) -> Draws:
        """All draws.

        Raises
        ------
        ServerError
            When the stream ended early.
        """
        total = self._first.total if self._first else 0
        if self._first is None or len(self._years) != total:
            raise ServerError(f"the stream of draws ended after {len(self._years)} of {total}")
        source, gate = Provenance.from_raw(self._first.provenance), PosteriorGate.from_raw(self._first.gate)
        return Draws(self._years, tuple(self._positions), source, gate)


def gathered(chunks: Iterable[StreamDrawsResponse]) -> Draws:
    """The draws of a whole stream."""
    gather = Gather()
    for chunk in chunks:
        gather.add(chunk)
    return gather.whole()


async def async_gathered(chunks: AsyncIterable[StreamDrawsResponse]) -> Draws:
    """The draws of a whole stream."""
    gather = Gather()
    async for chunk in chunks:
        gather.add(chunk)
    return gather.whole()


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One question of a batch, answered or not.

    Attributes
    ----------
    index : int
        Number of the question, counted from `start`.
    answer : Answer or None
        What is answered.
    error : TimelinesError or None
        Why there is no answer.
    """

    index: int
    answer: Answer | None = None
    error: TimelinesError | None = field(default=None)

    def result(self) -> Answer:
        """The answer, or its error raised."""
        if self.answer is not None:
            return self.answer
        raise self.error or ServerError(f"question {self.index} has neither answer nor error")
