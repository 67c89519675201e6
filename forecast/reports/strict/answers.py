"""The top of a report worked out again from its answers: sentences, tiles, quantiles, probabilities, masses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.decode import answer_from_dict
from forecast.reports.report.faces import tiles
from forecast.reports.section_json import tile_dict
from forecast.reports.strict.tokens import plain

_CLOSE = 1e-6

Different = tuple[str, str, str]
"""Where, what the report says there, and what its answer says."""


def differences(report: Mapping[str, Any]) -> Iterator[Different]:
    """Where the top of a report, or one of its faces, is not what its answer says.

    Parameters
    ----------
    report : mapping
        As `report.json` tells it.
    """
    faces = [("", report), *((f"faces[{i}].", face) for i, face in enumerate(report.get("faces", [])))]
    for path, face in faces:
        if "answer" in face:
            answer = answer_from_dict(face["answer"])
            yield from _words(path, face, answer)
            yield from _numbers(f"{path}answer.", answer)


def _words(path: str, face: Mapping[str, Any], answer: Answer) -> Iterator[Different]:
    sentence = words.sentence(answer)
    if "headline" in face and plain(face["headline"]) != plain(sentence):
        yield f"{path}headline", face["headline"], sentence
    if "tiles" in face:
        wanted = [tile_dict(tile) for tile in tiles(answer)]
        told = list(face["tiles"])
        for i in range(max(len(wanted), len(told))):
            left, right = (_tile(side, i) for side in (told, wanted))
            if left != right:
                yield f"{path}tiles[{i}]", left, right


def _tile(told: list[dict[str, str]], i: int) -> str:
    return f"{told[i].get('label', '')}: {told[i].get('value', '')}" if i < len(told) else "nothing"


def _numbers(path: str, answer: Answer) -> Iterator[Different]:
    """Quantiles and probabilities against the curve that they are read from, and the masses against one."""
    for i, told in enumerate(answer.quantiles):
        found = answer.quantile(told.probability)
        if not _same(found if math.isfinite(found) else None, told.decimal_year):
            yield f"{path}quantiles[{i}]", str(told.decimal_year), f"{found:.4f} by its curve"
        elif told.decimal_year is not None and told.date != words.day(told.decimal_year):
            yield f"{path}quantiles[{i}].date", str(told.date), words.day(told.decimal_year)
    for i, stated in enumerate(answer.p_by_year):
        if not _same(answer.p_by(stated.year), stated.probability):
            yield f"{path}p_by_year[{i}]", str(stated.probability), f"{answer.p_by(stated.year):g} by its curve"
    if not _same(answer.cdf.probability[0], answer.p_already):
        yield f"{path}p_already", str(answer.p_already), f"{answer.cdf.probability[0]:g} by its curve"
    whole = answer.cdf.probability[-1] + answer.p_beyond_horizon + answer.p_never
    if not _same(whole, 1.0):
        yield f"{path}p_beyond_horizon", f"masses that add up to {whole:.6g}", "masses that add up to 1"
    never = sum(reason.probability for reason in answer.never_reasons)
    if answer.never_reasons and not _same(never, answer.p_never):
        yield f"{path}never_reasons", f"{never:g} in all", f"{answer.p_never:g} never"


def _same(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return abs(left - right) < _CLOSE
