"""The parts of a scenario in a file <-> their records: distributions, target, payer, law, algorithms, switches.
Readers take a value and its path and raise `InputError` with that path; writers make the short form.

Values are as the question's JSON has them, with the short forms that people write:

    payer: frontier_spend                     a name where a kind has no settings
    algorithms: 16mo                          or {halving_months: {low: 4, high: 20}, ceiling_oom: 3}
    {low: 4e14, high: 2e16}                   the log-normal with this 90 % interval; `log: false` makes it a normal
    {mean: 0.1, sd: 0.02}  {median: 8, sd_ln: 0.7}  {uniform: [2027, 2042]}  {log_uniform: [1e13, 1e17]}  {a: 4, b: 4}
    {values: [1, 2, 5], probabilities: [0, 0.5, 1]}  {point: 3}  or a plain number
    9.84 to 290  {percentiles: {10: 2028, 50: 2033, 90: 2050}}   or any other form of `forecast.engine.beliefs`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forecast.engine.assumptions import DEFAULT_RELATIVE_NOISE, Algorithms, Law
from forecast.engine.beliefs import read_belief
from forecast.engine.decode_question import target_kinds
from forecast.engine.fields import NOTHING, Readers, day, integer, listed, number, one_of, read_object, text
from forecast.engine.payers import Payer, Stated
from forecast.engine.targets import Target
from forecast.errors import InputError
from forecast.families import Beta, Distribution, LogNormal, LogUniform, Normal, Point, Tabulated, Uniform, interval
from forecast.families.checks import placed


def distribution(value: Any, path: str) -> Distribution:
    """A distribution in one of the forms above, checked; `source` may stand beside any of them."""
    if not isinstance(value, Mapping):
        return read_belief(value, path) if isinstance(value, str) else Point(number(value, path))
    for needed, may, make in () if "percentiles" in value else _FORMS:
        if needed.keys() <= value.keys() and not isinstance(value[next(iter(needed))], Mapping):
            said = read_object(value, path, needed, {**may, "source": text})
            with placed(path):
                found = make(**said)
            found.check(path)
            return found
    if value and value.keys() <= _SHORT_NAMES and not any(isinstance(said, Mapping) for said in value.values()):
        known = "; ".join(", ".join(needed) for needed, *_ in _FORMS)
        raise InputError(f"{path} is no distribution; give one of: {known}", field=path)
    source = text(value.get("source", ""), f"{path}.source")
    return read_belief({name: said for name, said in value.items() if name != "source"}, path, source)


def _bounds(value: Any, path: str) -> tuple[float, float]:
    ends = listed(number)(value, path)
    if len(ends) != 2:
        raise InputError(f"{path} has {len(ends)} numbers; give two, the lowest and the highest", field=path)
    return ends[0], ends[1]


def _uniform(uniform: tuple[float, float], source: str = "") -> Uniform:
    return Uniform(*uniform, source=source)


def _log_uniform(log_uniform: tuple[float, float], source: str = "") -> LogUniform:
    return LogUniform(*log_uniform, source=source)


def _point(point: float, source: str = "") -> Point:
    return Point(point, source)


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{path} is {value!r:.40}; give true or false", field=path)
    return value


_FORMS: tuple[tuple[Readers, Readers, Callable[..., Distribution]], ...] = (
    ({"low": number, "high": number}, {"log": _flag}, interval),
    ({"mean": number, "sd": number}, NOTHING, Normal),
    ({"median": number, "sd_ln": number}, NOTHING, LogNormal),
    ({"a": number, "b": number}, NOTHING, Beta),
    ({"uniform": _bounds}, NOTHING, _uniform),
    ({"log_uniform": _bounds}, NOTHING, _log_uniform),
    ({"point": number}, NOTHING, _point),
    ({"values": listed(number), "probabilities": listed(number)}, NOTHING, Tabulated),
)


_SHORT_NAMES = {"source", "log"}.union(*(needed for needed, *_ in _FORMS))


def distribution_form(one: Distribution) -> dict[str, Any]:
    """The short form of a distribution, which `distribution` reads back to the last digit."""
    match one:
        case Normal(mean, sd):
            said: dict[str, Any] = {"mean": mean, "sd": sd}
        case LogNormal(median, sd_ln):
            said = {"median": median, "sd_ln": sd_ln}
        case Beta(a, b):
            said = {"a": a, "b": b}
        case Uniform(low, high):
            said = {"uniform": [low, high]}
        case LogUniform(low, high):
            said = {"log_uniform": [low, high]}
        case Point(value):
            said = {"point": value}
        case Tabulated(values, probabilities):
            said = {"values": list(values), "probabilities": list(probabilities)}
    return said | ({"source": one.source} if one.source else {})


_TARGETS = target_kinds(distribution)
_PLAIN: Mapping[str, Callable[[float], Target]] = {
    "training_flop": Target.training_flop,
    "gpt3_multiple": Target.gpt3_multiple,
}
_VALUES = {"bits_per_character": "value", "indistinguishable_tokens": "tokens", "brain_anchor": "training_seconds"}


def target(value: Any, path: str) -> Target:
    """What is to become affordable."""
    kind, said = one_of(value, path, dict.fromkeys(_PLAIN, number) | dict.fromkeys(_TARGETS, _as_it_is))
    if kind in _PLAIN:
        return _PLAIN[kind](said)
    make, needed, may = _TARGETS[kind]
    return make(**read_object({} if said is None else said, f"{path}.{kind}", needed, may))


def target_form(one: Target) -> dict[str, Any]:
    """The form of a target that `target` reads back."""
    if one.kind in _PLAIN:
        return {one.kind: one.value}
    said: dict[str, Any] = {_VALUES.get(one.kind, "nats_per_token"): one.value, "scale": one.scale}
    said |= {name: getattr(one, name) for name in ("characters_per_token", "judge_confidence")}
    for name in ("slowdown", "flop_per_s"):
        belief: Distribution | None = getattr(one, name)
        said[name] = None if belief is None else distribution_form(belief)
    return {one.kind: _there(said)}


def payer(value: Any, path: str) -> Payer:
    """Who pays."""
    if value in ("frontier_spend", "unlimited"):
        return Payer(value)
    kind, said = one_of(value, path, {"fixed_usd_2023": number, **dict.fromkeys(("spend_path", "stated"), _as_it_is)})
    if kind == "fixed_usd_2023":
        return Payer.fixed(said)
    inside = f"{path}.{kind}"
    if kind == "stated":
        dollars = read_object(said, inside, {"usd": number}, {"currency_year": integer, "nominal_inflation": number})
        return Payer("stated", stated=Stated(**dollars))
    grown = read_object(said, inside, _GROWN, {"ceiling_usd_2023": number})
    return Payer.spend_path(growth=grown.pop("growth_oom_per_year"), **grown)


_GROWN: Readers = {"usd_2023": number, "from_date": day, "growth_oom_per_year": distribution}


def payer_form(one: Payer) -> str | dict[str, Any]:
    """The form of a payer that `payer` reads back."""
    if one.kind == "stated":
        names = ("usd", "currency_year", "nominal_inflation")
        return {"stated": _there({name: getattr(one.stated, name) for name in names})}
    if one.growth is None or one.from_date is None:
        return one.kind if one.usd_2023 is None else {one.kind: one.usd_2023}
    said = {
        "usd_2023": one.usd_2023,
        "from_date": one.from_date.isoformat(),
        "growth_oom_per_year": distribution_form(one.growth),
        "ceiling_usd_2023": one.ceiling_usd_2023,
    }
    return {one.kind: _there(said)}


_LAWS = ("pooled", "mixture", "power_law")


def law(value: Any, path: str) -> Law:
    """Which scaling law; a published one as `{published: kaplan}`."""
    if value in _LAWS:
        return Law(value)
    kind, said = one_of(value, path, {"published": text, **dict.fromkeys(_LAWS, _as_it_is)})
    if kind == "published":
        return Law.published(said)
    may = {"relative_noise": number} | ({"power_law_weight": number} if kind == "mixture" else {})
    return Law(kind, **read_object({} if said is None else said, f"{path}.{kind}", NOTHING, may))  # type: ignore[arg-type]


def law_form(one: Law) -> str | dict[str, Any]:
    """The form of a law that `law` reads back."""
    if one.kind == "published":
        return {"published": one.name}
    noise = None if one.relative_noise == DEFAULT_RELATIVE_NOISE else one.relative_noise
    weight = None if one.power_law_weight == Law("mixture").power_law_weight else one.power_law_weight
    said = _there({"relative_noise": noise, "power_law_weight": weight})
    return {one.kind: said} if said else one.kind


_PRESETS = ("off", "8mo", "16mo")


def algorithms(value: Any, path: str) -> Algorithms:
    """How fast algorithms lower what a loss requires."""
    if value is False or value in _PRESETS:
        return Algorithms(value or "off")
    may = {"preset": text, "halving_months": distribution, "ceiling_oom": number}
    said = read_object(value, path, NOTHING, may)
    own, preset = said.get("halving_months"), said.get("preset")
    if (own is None) == (preset is None) or (preset is not None and preset not in _PRESETS):
        message = f"{path} is no choice; give {', '.join(_PRESETS)}, or one of preset and halving_months"
        raise InputError(message, field=path)
    if own is not None and not isinstance(own, LogNormal):
        inside = f"{path}.halving_months"
        raise InputError(f"{inside} is not log-normal; give low and high, or median and sd_ln", field=inside)
    return Algorithms(preset or "prior", own, said.get("ceiling_oom"))


def algorithms_form(one: Algorithms) -> str | bool | dict[str, Any]:
    """The form of a choice of algorithms that `algorithms` reads back; False is written `off`."""
    if one.kind == "off":
        return False
    if one.halving_months is not None:
        own = distribution_form(one.halving_months)
        return {"halving_months": own} | _there({"ceiling_oom": one.ceiling_oom})
    return one.kind if one.ceiling_oom is None else {"preset": one.kind, "ceiling_oom": one.ceiling_oom}


def switch(value: Any, path: str) -> bool:
    """On or off."""
    words = {"on": True, "off": False}
    if not isinstance(value, bool) and not (isinstance(value, str) and value in words):
        raise InputError(f"{path} is {value!r:.40}; give on or off", field=path)
    return value if isinstance(value, bool) else words[value]


def _as_it_is(value: Any, path: str) -> Any:
    return value


def _there(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}
