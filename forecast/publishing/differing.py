"""What changed between two published forecasts: their numbers, and why, where both posteriors are at hand."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from forecast.catalogue.entries.published import Published
from forecast.engine.answer import Answer
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.decode import answer_from_dict
from forecast.engine.encode_question import told
from forecast.engine.explain import Explanation, explain
from forecast.errors import ArtefactError, InputError, PosteriorNotFoundError, StorageError
from forecast.publishing.encode import published_dict
from forecast.publishing.replays import Replays

Figure = Literal[
    "median", "interval_80_low", "interval_80_high", "p_by_horizon", "p_beyond_horizon", "p_never", "p_by_year"
]

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    """One figure of two answers, whether it changed or not.

    Attributes
    ----------
    figure : Figure
        Which: a date as a decimal year, or a probability.
    before, after : float or None
        Its value; None for a date beyond the horizon or never.
    year : int or None
        Of `p_by_year`.
    """

    figure: Figure
    before: float | None
    after: float | None
    year: int | None = None

    @property
    def change(self) -> float | None:
        """From before to after, years or probability; None where one of them is no date."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two published forecasts.

    Attributes
    ----------
    before, after : Published
        The two.
    figures : tuple of ChangedFigure
        Median, the ends of the 80 % interval, the masses outside the horizon, and each year that both tell.
    explanation : Explanation or None
        Why, as `timelines explain` shares a change out; None where it was not asked for or cannot be given.
    notices : tuple of str
        Why there is no explanation, or how what is explained differs from what was recorded.
    """

    before: Published
    after: Published
    figures: tuple[ChangedFigure, ...]
    explanation: Explanation | None
    notices: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names."""
        return told(
            {
                "before": published_dict(self.before, whole=False),
                "after": published_dict(self.after, whole=False),
                "figures": [_figure_dict(one) for one in self.figures],
                "explanation": None if self.explanation is None else self.explanation.to_dict(),
                "notices": list(self.notices),
            }
        )

    def to_json(self) -> str:
        """As JSON text, indented, ending in a newline."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def differ(
    before: Published,
    after: Published,
    replays: Replays | None = None,
    year: int | None = None,
    checkpoint: Checkpoint = proceed,
) -> Difference:
    """What changed between two published forecasts.

    Parameters
    ----------
    before, after : Published
        The two; `before` is usually the one before `after` in its series.
    replays : Replays, optional
        Finds their posteriors; without it the change is told by its figures only.
    year : int, optional
        As for `forecast.engine.explain.explain`.
    checkpoint : callable
        Called between the steps.

    Raises
    ------
    InputError
        When the year lies outside both simulations, or a record holds no answer that this version reads.
    """
    answers = [answer_from_dict(one.record.answer) for one in (before, after)]
    figures = tuple(_figures(*answers))
    if replays is None:
        return Difference(before, after, figures, None, ())
    try:
        found = explain(replays.ready(before), replays.ready(after), year, checkpoint)
    except (PosteriorNotFoundError, ArtefactError, StorageError, InputError) as error:
        if error.field == "year":
            raise
        return Difference(before, after, figures, None, (f"told by its figures only: {_why(error)}",))
    return Difference(before, after, figures, found, tuple(_notices(found, figures)))


def _figures(before: Answer, after: Answer) -> Iterator[ChangedFigure]:
    probabilities: tuple[tuple[Figure, float], ...] = (
        ("median", 0.5),
        ("interval_80_low", 0.1),
        ("interval_80_high", 0.9),
    )
    for figure, probability in probabilities:
        yield ChangedFigure(figure, _date(before, probability), _date(after, probability))
    yield ChangedFigure("p_by_horizon", before.cdf.probability[-1], after.cdf.probability[-1])
    yield ChangedFigure("p_beyond_horizon", before.p_beyond_horizon, after.p_beyond_horizon)
    yield ChangedFigure("p_never", before.p_never, after.p_never)
    told_by, by = ({one.year: one.probability for one in answer.p_by_year} for answer in (before, after))
    for year in sorted(told_by.keys() & by.keys()):
        yield ChangedFigure("p_by_year", told_by[year], by[year], year)


def _date(answer: Answer, probability: float) -> float | None:
    year = answer.quantile(probability)
    return year if math.isfinite(year) else None


def _figure_dict(figure: ChangedFigure) -> dict[str, Any]:
    name = f"RECORD_FIGURE_{figure.figure.upper()}"
    return told({"figure": name, "year": figure.year, "before": figure.before, "after": figure.after})


def _why(error: InputError | ArtefactError | StorageError) -> str:
    """Without what is of no use to a reader elsewhere: paths, and names of other posteriors."""
    if isinstance(error, PosteriorNotFoundError):
        return "a posterior that answered is not at hand"
    if isinstance(error, ArtefactError | StorageError):
        return "a posterior that answered cannot be read, or is another one"
    return f"a question cannot be asked again: {error.message}"


def _notices(found: Explanation, figures: tuple[ChangedFigure, ...]) -> Iterator[str]:
    """Where this version answers otherwise than was recorded."""
    if found.measure != "median":
        return
    recorded = figures[0]
    pairs = ((recorded.before, found.value_before, "first"), (recorded.after, found.value_after, "second"))
    for then, now, which in pairs:
        if then is None or abs(then - now) > _SAME:
            was = "beyond the horizon" if then is None else f"{then:.2f}"
            yield f"this version gives the {which} question the median {now:.2f}; recorded was {was}"
