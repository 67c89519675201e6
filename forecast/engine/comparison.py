"""One question under several scenarios, side by side, beside what others believe."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forecast.engine.answer import Answer
from forecast.engine.beliefs import Overlay
from forecast.errors import InputError
from forecast.units import date_of

MAX_OVERLAYS = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """Answers to one question, each with the name of its scenario.

    Parameters
    ----------
    answers : tuple of (str, Answer)
        In the order of the scenarios, at least one.
    overlays : tuple of Overlay
        What others believe about the date, at most 20; they are shown beside the answers and change nothing.
    """

    answers: tuple[tuple[str, Answer], ...]
    overlays: tuple[Overlay, ...] = ()

    def __post_init__(self) -> None:
        if not self.answers:
            raise InputError("there is no scenario to compare; give at least one", field="scenarios")
        if len(self.overlays) > MAX_OVERLAYS:
            raise InputError(f"{len(self.overlays)} overlays; give at most {MAX_OVERLAYS}", field="overlays")

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The quantiles that the question asks for."""
        return self.answers[0][1].question.quantiles

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, by proto field names."""
        told: dict[str, Any] = {
            "answers": [{"scenario": name, "answer": answer.to_dict()} for name, answer in self.answers]
        }
        overlays = [_overlay_dict(overlay, self.probabilities) for overlay in self.overlays]
        return told | ({"overlays": overlays} if overlays else {})

    def to_json(self) -> str:
        """As JSON text, indented, ending in a newline."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """One row for each quantile of each answer and overlay, then the three masses outside each distribution."""
        return "\n".join(["who,quantity,probability,decimal_year,date,position", *self._rows()]) + "\n"

    def _rows(self) -> Iterator[str]:
        for name, answer in self.answers:
            for q in answer.quantiles:
                when = ("", "") if q.decimal_year is None else (repr(q.decimal_year), str(q.date))
                yield ",".join([_cell(name), "quantile", repr(q.probability), *when, q.position])
            for mass in ("p_already", "p_beyond_horizon", "p_never"):
                yield f"{_cell(name)},{mass},{getattr(answer, mass)!r},,,"
        for overlay in self.overlays:
            for p, year in overlay_years(overlay, self.probabilities):
                when = ("", "") if year is None else (repr(year), date_of(year).isoformat())
                yield ",".join([_cell(overlay.name), "overlay", repr(p), *when, ""])


def overlay_years(overlay: Overlay, probabilities: Sequence[float]) -> list[tuple[float, float | None]]:
    """Somebody else's belief at some probabilities: decimal years, None where the belief goes no further."""
    years = overlay.distribution.ppf(probabilities).tolist()
    return [(p, year if math.isfinite(year) else None) for p, year in zip(probabilities, years, strict=True)]


def _overlay_dict(overlay: Overlay, probabilities: Sequence[float]) -> dict[str, Any]:
    told = {name: value for name in ("name", "source") if (value := getattr(overlay, name))}
    quantiles = [
        {"probability": p} | ({} if year is None else {"value": year})
        for p, year in overlay_years(overlay, probabilities)
    ]
    return told | {"decimal_year": quantiles}


def _cell(text: str) -> str:
    """A name as one cell of CSV."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text
