"""JSON values -> question and answer: the inverse of `forecast.engine.encode`, to the letter.

What protobuf's JSON leaves out (empty lists, what was never set, zeros that have no presence) may be missing or there;
everything else must be there, and nothing unknown may be. Errors are `InputError` with the path, as in
`quantiles[0].position`. Only the source of an asker's own prior is not told in JSON, and so is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from forecast.engine import answer as made
from forecast.engine import question as asked
from forecast.engine.arrival import Position
from forecast.engine.fields import (
    NOTHING,
    Reader,
    Readers,
    day,
    enum,
    integer,
    listed,
    number,
    one_of,
    read_object,
    record,
    text,
    the_one,
)
from forecast.priors import LogNormal


def question_from_dict(mapping: Mapping[str, Any]) -> asked.Question:
    """The question that a JSON object tells; what it leaves out takes its default.

    Parameters
    ----------
    mapping : mapping
        As `forecast.engine.encode.question_dict` makes it.

    Raises
    ------
    InputError
        When a key is unknown or missing, or a value is wrong; with the path.
    """
    return _question(mapping, "")


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


def _question(value: Any, path: str) -> asked.Question:
    return asked.Question(**read_object(value, path, {"target": _target}, _QUESTION))


def _target(value: Any, path: str) -> asked.Target:
    kind, said = one_of(value, path, {"loss": _loss, "training_flop": number, "gpt3_multiple": number})
    return said if kind == "loss" else asked.Target(kind, said)  # type: ignore[arg-type]


def _loss(value: Any, path: str) -> asked.Target:
    return asked.Target.loss(**read_object(value, path, {"nats_per_token": number, "scale": text}))


def _payer(value: Any, path: str) -> asked.Payer:
    kind, said = one_of(value, path, {"fixed_usd_2023": number, "frontier_spend": _empty})
    return asked.Payer.fixed(said) if kind == "fixed_usd_2023" else asked.Payer()


def _empty(value: Any, path: str) -> dict[str, Any]:
    return read_object(value, path, NOTHING)


def _law(value: Any, path: str) -> asked.Law:
    kind, said = one_of(value, path, {"pooled": _noise, "mixture": _noise, "published": _name})
    return asked.Law(kind, **said)  # type: ignore[arg-type]


def _noise(value: Any, path: str) -> dict[str, Any]:
    return read_object(value, path, NOTHING, {"relative_noise": number})


def _name(value: Any, path: str) -> dict[str, Any]:
    return read_object(value, path, {"name": text})


def _algorithms(value: Any, path: str) -> asked.Algorithms:
    kinds = {"preset": _preset, "prior": _prior}
    found = read_object(value, path, NOTHING, {**kinds, "ceiling_oom": number})
    ceiling = found.pop("ceiling_oom", None)
    kind, said = the_one(found, path, kinds)
    return asked.Algorithms("prior", said, ceiling) if kind == "prior" else asked.Algorithms(said, None, ceiling)


def _prior(value: Any, path: str) -> LogNormal:
    prior: LogNormal = read_object(value, path, {"halving_months": _log_normal})["halving_months"]
    return prior


_preset = enum("ALGORITHMS_PRESET", [kind for kind in get_args(asked.AlgorithmsKind) if kind != "prior"])
_log_normal = record(LogNormal, {"median": number, "sd_ln": number})

_QUESTION: Readers = {
    "payer": _payer,
    "criterion": enum("CRITERION", get_args(asked.Criterion)),
    "price_basis": enum("PRICE_BASIS", get_args(asked.PriceBasis)),
    "law": _law,
    "algorithms": _algorithms,
    "posterior": text,
    "as_of": day,
    "horizon": text,
    "quantiles": listed(number),
    "by_years": listed(integer),
    "seed": integer,
    "max_draws": integer,
}

_quantile = record(
    made.Quantile,
    {"probability": number, "position": enum("POSITION", get_args(Position))},
    {"decimal_year": number, "date": text, "mcse_years": number},
)
_nowcast = record(
    made.Nowcast,
    {"inside_80": number, "reach": number},
    {"window_start": number, "window_end": number, "rows": integer},
    missing=0,
)
_gate_fields = {"name": text, "status": enum("POSTERIOR_STATUS", ("PASSED", "FLAGGED", "REFUSED"))}


def _gate(value: Any, path: str) -> made.PosteriorStatus:
    found = read_object(value, path, _gate_fields, {"reasons": listed(text), "nowcast": _nowcast})
    return made.PosteriorStatus(**{"reasons": (), "nowcast": None} | found)


_provenance = record(
    made.Provenance,
    {
        **dict.fromkeys(("posterior", "data_digest", "as_of", "data_cutoff", "code_version", "scenario_hash"), text),
        "seed": integer,
        "draws": integer,
    },
    {"hindsight_rows": listed(record(made.HindsightRows, {"table": text, "rows": integer}))},
    missing=(),
)
_reason = record(made.NeverReason, {"reason": text, "probability": number})
_by_year = record(made.YearProbability, {"year": integer, "probability": number, "mcse": number})
_limit = record(
    made.BindingLimit,
    {"limit": enum("LIMIT", ("money",)), "share_of_arrivals": number, "share_at_horizon": number},
)
_MASSES = [f"p_{name}{error}" for name in ("already", "beyond_horizon", "never") for error in ("", "_mcse")]
_answer: Reader = record(
    made.Answer,
    {
        "question": _question,
        **dict.fromkeys(_MASSES, number),
        "cdf": record(made.Cdf, {"decimal_year": listed(number), "probability": listed(number)}),
        "posterior": _gate,
        "choices": listed(record(made.Choice, dict.fromkeys(("name", "value", "words"), text))),
        "data_notice": text,
        "provenance": _provenance,
    },
    {
        "quantiles": listed(_quantile),
        "never_reasons": listed(_reason),
        "p_by_year": listed(_by_year),
        "binding_limits": listed(_limit),
    },
    missing=(),
)
