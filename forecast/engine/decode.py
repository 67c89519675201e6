"""JSON values -> an answer: the inverse of `forecast.engine.encode`, to the letter.

What protobuf's JSON leaves out (empty lists, what was never set, zeros that have no presence) may be missing or there;
everything else must be there, and nothing unknown may be. Errors are `InputError` with the path, as in
`quantiles[0].position`. Only the source of an asker's own prior is not told in JSON, and so is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from forecast.engine import answer as made
from forecast.engine import parts
from forecast.engine.arrival import Position
from forecast.engine.decode_question import question_from_dict as question_from_dict
from forecast.engine.decode_question import read_question
from forecast.engine.fields import Reader, enum, integer, listed, number, read_object, record, text
from forecast.engine.scenario import Limit


def answer_from_dict(mapping: Mapping[str, Any]) -> made.Answer:
    """The answer that a JSON object tells.

    Parameters
    ----------
    mapping : mapping
        As `Answer.to_dict` makes it, or protobuf's `MessageToDict` with the names of the protos.

    Raises
    ------
    InputError
        When a key is unknown or missing, or a value is wrong; with the path.
    """
    answer: made.Answer = _answer(mapping, "")
    by_years = answer.question.by_years or ()  # a settled question has no default left to fill in
    return replace(answer, question=replace(answer.question, by_years=by_years))


_quantile = record(
    parts.Quantile,
    {"probability": number, "position": enum("POSITION", get_args(Position))},
    {"decimal_year": number, "date": text, "mcse_years": number},
)
_nowcast = record(
    parts.Nowcast,
    {"inside_80": number, "reach": number},
    {"window_start": number, "window_end": number, "rows": integer},
    missing=0,
)
_gate_fields = {"name": text, "status": enum("POSTERIOR_STATUS", ("PASSED", "FLAGGED", "REFUSED"))}


def _gate(value: Any, path: str) -> parts.PosteriorStatus:
    found = read_object(value, path, _gate_fields, {"reasons": listed(text), "nowcast": _nowcast})
    return parts.PosteriorStatus(**{"reasons": (), "nowcast": None} | found)


_provenance = record(
    parts.Provenance,
    {
        **dict.fromkeys(("posterior", "data_digest", "as_of", "data_cutoff", "code_version", "scenario_hash"), text),
        "seed": integer,
        "draws": integer,
    },
    {"hindsight_rows": listed(record(parts.HindsightRows, {"table": text, "rows": integer}))},
    missing=(),
)
_reason = record(parts.NeverReason, {"reason": text, "probability": number})
_by_year = record(parts.YearProbability, {"year": integer, "probability": number, "mcse": number})
_limit = record(
    parts.BindingLimit,
    {"limit": enum("LIMIT", get_args(Limit)), "share_of_arrivals": number, "share_at_horizon": number},
    dict.fromkeys(("median_without", "years_moved", "p_by_horizon_without"), number),
)
_component = record(
    parts.LawComponent,
    {"name": text, **dict.fromkeys(("weight", "p_already", "p_beyond_horizon", "p_never"), number)},
    {"quantiles": listed(_quantile)},
    missing=(),
)
_MASSES = [f"p_{name}{error}" for name in ("already", "beyond_horizon", "never") for error in ("", "_mcse")]
_answer: Reader = record(
    made.Answer,
    {
        "question": read_question,
        **dict.fromkeys(_MASSES, number),
        "cdf": record(made.Cdf, {"decimal_year": listed(number), "probability": listed(number)}),
        "posterior": _gate,
        "choices": listed(record(parts.Choice, dict.fromkeys(("name", "value", "words"), text))),
        "data_notice": text,
        "provenance": _provenance,
    },
    {
        "quantiles": listed(_quantile),
        "never_reasons": listed(_reason),
        "p_by_year": listed(_by_year),
        "binding_limits": listed(_limit),
        "components": listed(_component),
        "notices": listed(text),
    },
    missing=(),
)
