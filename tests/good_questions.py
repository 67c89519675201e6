"""Good question messages which, taken together, set every field that a question can have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from timelines.v1 import question_pb2 as pb

RUN = {"training_flop": 1e28}
LOSS = {"loss": {"nats_per_token": 1.24, "scale": "kaplan-webtext2"}}
REDUCIBLE = {"reducible_loss": {"nats_per_token": 0.2, "scale": "kaplan-webtext2"}}
BITS = {"bits_per_character": {"value": 0.7, "scale": "kaplan-webtext2", "characters_per_token": 4.2}}
TOKENS = {
    "tokens": 1e4,
    "scale": "kaplan-webtext2",
    "judge_confidence": 0.8,
    "slowdown": {"interval_90": {"low": 9.84, "high": 290.0, "log": True}},
}
BRAIN = {"flop_per_s": {"log_uniform": {"low": 1e13, "high": 1e17}}, "training_seconds": 1e9}
SPEND_PATH = {
    "usd_2023": 1e8,
    "from_date": "2027-01-01",
    "growth_oom_per_year": {"normal": {"mean": 0.2, "sd": 0.1}},
    "ceiling_usd_2023": 1e12,
}
PRIORS: list[dict[str, Any]] = [
    {"log_normal": {"median": 4.0, "sd_ln": 0.5}},
    {"uniform": {"low": 1.0, "high": 9.0}},
    {"point": 3.0},
    {"tabulated": {"value": [1.0, 2.0, 3.0], "probability": [0.0, 0.5, 1.0]}},
    {"beta": {"a": 2.0, "b": 3.0}},
]
SCENARIO = {
    "name": "of-ones-own",
    "about": "What it assumes.",
    "source": "A test.",
    "published_on": "2020-07-27",
    "overrides": [
        {"input": "run.months", "set": 6.0},
        *({"input": f"group.name{i}", "prior": prior, "source": "Somebody."} for i, prior in enumerate(PRIORS)),
    ],
    "switches": [{"name": "power", "on": False}, {"name": "scaling_break", "on": True}],
    "target": BITS,
    "payer": {"spend_path": SPEND_PATH},
    "criterion": "CRITERION_AFFORDABLE",
    "law": {"mixture": {"relative_noise": 0.02, "power_law_weight": 0.3}},
    "algorithms": {"preset": "ALGORITHMS_PRESET_8MO", "ceiling_oom": 3.0},
    "price_basis": "PRICE_BASIS_LIST_RENTAL",
    "cost_scope": "COST_SCOPE_WITH_STAFF",
}
CONDITION = {
    "driver": "CONDITION_DRIVER_FRONTIER_COMPUTE",
    "comparison": "COMPARISON_AT_LEAST",
    "value": 1e28,
    "by": "2028-12-31",
}
HOW = {
    "posterior": "posteriors/2020-07-27-a67844346196",
    "as_of": "2020-07-27",
    "horizon": "2050-06",
    "quantiles": [0.5, 0.9],
    "by_years": [2030, 2040],
    "seed": 0,
    "max_draws": 100,
}
GOOD: list[dict[str, Any]] = [
    {
        "target": LOSS,
        "payer": {"fixed_usd_2023": 1e9, "converted_from": {"usd": 9e8, "currency_year": 2020}},
        "criterion": "CRITERION_AFFORDABLE",
        "price_basis": "PRICE_BASIS_LIST_RENTAL",
        "law": {"published": {"name": "kaplan"}},
        "algorithms": {"prior": {"halving_months": {"median": 9.0, "sd_ln": 0.5}}, "ceiling_oom": 3.0},
        "cost_scope": "COST_SCOPE_DEVELOPMENT",
        "scenario": {"inline": SCENARIO},
        "condition": CONDITION,
        **HOW,
        "limit_effects": True,
    },
    {
        "scenario": {
            "inline": {
                "target": {"gpt3_multiple": 1e5},
                "criterion": "CRITERION_INFERENCE_AFFORDABLE",
                "inference_usd_per_100_pages": 0.5,
            }
        }
    },
    {
        "target": REDUCIBLE,
        "criterion": "CRITERION_INFERENCE_AFFORDABLE",
        "inference_usd_per_100_pages": 0.5,
        "scenario": {"name": "baseline"},
    },
    {"target": RUN, "payer": {"spend_path": SPEND_PATH, "converted_from": {"usd": 9e8, "nominal_inflation": 0.02}}},
    {"target": {"gpt3_multiple": 1e5}, "payer": {"unlimited": {}}},
    {"target": {"indistinguishable_tokens": TOKENS}, "law": {"pooled": {"relative_noise": 0.02}}},
    {"target": {"brain_anchor": BRAIN}, "payer": {"frontier_spend": {}}},
    {"target": BITS, "law": {"power_law": {"relative_noise": 0.02}}, "payer": {"stated": {"usd": 1e9}}},
]
GOOD[-1]["payer"]["stated"]["nominal_inflation"] = 0.025


def message(fields: dict[str, Any]) -> pb.Question:
    """The message of JSON values."""
    return ParseDict(fields, pb.Question())


def leaves(held: Message, path: str = "") -> Iterator[tuple[str, FieldDescriptor, Message, int | None]]:
    """Every value that a message holds, however deep: path, field, the message that holds it, and place in a list."""
    for field, value in held.ListFields():
        here = f"{path}.{field.name}" if path else field.name
        if field.message_type is None:
            for at in range(len(value)) if field.is_repeated else (None,):
                yield here if at is None else f"{here}[{at}]", field, held, at
        elif field.is_repeated:
            for at, item in enumerate(value):
                yield from leaves(item, f"{here}[{at}]")
        else:
            yield from leaves(value, here)


def every_field(kind: Descriptor, seen: set[str] | None = None) -> set[str]:
    """Full names of all fields of a message and of what it can hold."""
    seen = set() if seen is None else seen
    for field in kind.fields:
        if field.full_name not in seen:
            seen.add(field.full_name)
            if field.message_type is not None:
                every_field(field.message_type, seen)
    return seen
