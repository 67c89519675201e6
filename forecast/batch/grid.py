"""Grids of questions: every combination of what stands on the axes, made one at a time, by mixed radix.

The k-th question of a grid is the k-th of `itertools.product` over its axes, the last running fastest. A range keeps
its ends and its length, so that a grid of a million questions takes no more memory than its lists are long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from forecast.batch.asking import said
from forecast.batch.layering import over
from forecast.batch.spec import Item


@dataclass(frozen=True, slots=True)
class Element:
    """What stands at one place of an axis, or one listed question.

    Attributes
    ----------
    label : str
        What it is called.
    asked : mapping
        The arguments that it says.
    bare : bool
        Whether it is a value of the argument that the axis is called by: a question's name tells that too.
    """

    label: str
    asked: Mapping[str, Any]
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Spread(Sequence[Element]):
    """Numbers of one argument, spaced evenly between two ends, or in equal ratios.

    Parameters
    ----------
    argument : str
        Which argument.
    first, last : float
        Its ends, both included.
    steps : int
        How many numbers; two or more, or one where the ends are the same.
    log : bool
        Whether in equal ratios; both ends are above zero then.
    whole : bool
        Whether the argument takes whole numbers.
    """

    argument: str
    first: float
    last: float
    steps: int
    log: bool = False
    whole: bool = False

    def __len__(self) -> int:
        return self.steps

    @overload
    def __getitem__(self, place: int) -> Element: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Element]: ...

    def __getitem__(self, place: int | slice) -> Element | Sequence[Element]:
        """The element at a place, or those of a slice."""
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(self.steps))]
        value = self.value(range(self.steps)[place])
        return Element(label_of(value), {self.argument: value}, bare=True)

    def value(self, place: int) -> float:
        """The number at a place from 0; between the ends it is rounded to twelve digits, alike on every machine."""
        if place in (0, self.steps - 1):
            value = self.last if place else self.first
        else:
            value = float(f"{self._between(place / (self.steps - 1)):.12g}")
        return int(value) if self.whole else value

    def _between(self, share: float) -> float:
        if self.log:
            return math.exp(math.log(self.first) + share * (math.log(self.last) - math.log(self.first)))
        return self.first + share * (self.last - self.first)


def label_of(value: Any) -> str:
    """A value in as few characters as tell it."""
    if isinstance(value, float):
        return next(text for text in (f"{value:.{digits}g}" for digits in (6, 12, 17)) if float(text) == value)
    if isinstance(value, list | tuple):
        return ", ".join(label_of(one) for one in value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Axis:
    """One list of a grid: its name, and what stands on it."""

    name: str
    elements: Sequence[Element]

    def arguments(self) -> frozenset[str]:
        """Names of the arguments that its elements say."""
        if isinstance(self.elements, Spread):
            return frozenset((self.elements.argument,))
        return frozenset(name for element in self.elements for name in element.asked)


@dataclass(frozen=True, slots=True)
class Grid:
    """Every combination of the elements of some axes, with defaults beneath."""

    axes: tuple[Axis, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return math.prod(len(axis.elements) for axis in self.axes)

    def places(self, number: int) -> tuple[int, ...]:
        """Where the question of a number stands on each axis."""
        found = []
        for axis in reversed(self.axes):
            number, place = divmod(number, len(axis.elements))
            found.append(place)
        return tuple(reversed(found))

    def stride(self, axis: int) -> int:
        """By how much a step along an axis moves a question's number."""
        return math.prod(len(later.elements) for later in self.axes[axis + 1 :])

    def item(self, number: int, index: int) -> Item:
        """The question of a number, counted from 0, under its index in the batch."""
        own: dict[str, Any] = {}
        labels, words = {}, []
        for axis, place in zip(self.axes, self.places(number), strict=True):
            element = axis.elements[place]
            own.update(element.asked)
            labels[axis.name] = element.label
            words.append(f"{axis.name} {element.label}" if element.bare else element.label)
        return Item(index, ", ".join(words), over(self.defaults, own), labels)


@dataclass(frozen=True, slots=True)
class Expanded:
    """The questions of a spec: those listed, then those of each grid; an `Items`.

    Attributes
    ----------
    listed : tuple of Element
        Defaults included.
    grids : tuple of Grid
        In the order of the file.
    """

    listed: tuple[Element, ...] = ()
    grids: tuple[Grid, ...] = ()

    def __len__(self) -> int:
        return len(self.listed) + sum(len(grid) for grid in self.grids)

    @overload
    def __getitem__(self, index: int, /) -> Item: ...
    @overload
    def __getitem__(self, index: slice, /) -> tuple[Item, ...]: ...

    def __getitem__(self, index: int | slice, /) -> Item | tuple[Item, ...]:
        """The question of an index, or those of a slice."""
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        index = range(len(self))[index]
        if index < len(self.listed):
            element = self.listed[index]
            return Item(index, element.label, element.asked)
        start, grid = next(found for found in reversed(tuple(self.starts())) if found[0] <= index)
        return grid.item(index - start, index)

    def __iter__(self) -> Iterator[Item]:
        return (self[index] for index in range(len(self)))

    def starts(self) -> Iterator[tuple[int, Grid]]:
        """Each grid, with the index of its first question."""
        start = len(self.listed)
        for grid in self.grids:
            yield start, grid
            start += len(grid)

    def arguments(self) -> frozenset[str]:
        """Names of all arguments that any question says."""
        names = {name for element in self.listed for name in element.asked}
        for grid in self.grids:
            names.update(grid.defaults, *(axis.arguments() for axis in grid.axes))
        return frozenset(names)

    def axes(self) -> tuple[str, ...]:
        """Names of the axes of all grids, each once."""
        return tuple(dict.fromkeys(axis.name for grid in self.grids for axis in grid.axes))

    def values_of(self, argument: str) -> Iterator[Any]:
        """Every value that an argument without ranges takes, some of them twice; None where it is not said."""
        yield from (said(element.asked, argument) for element in self.listed)
        for grid in self.grids:
            yield said(grid.defaults, argument)
            for axis in grid.axes:
                if argument in axis.arguments():
                    yield from (said(element.asked, argument) for element in axis.elements)
