"""The options of a question -> keywords of `Forecaster.when`, which the client's `when` shares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from forecast.cli.question_options import PRICE_BASES
from forecast.errors import InputError
from forecast.priors import LogNormal

if TYPE_CHECKING:
    from forecast.engine.scenario import Override, Scenario

_HALVING_INTERVAL = re.compile(r"(\d+\.?\d*)\.\.(\d+\.?\d*)(?:mo)?")
_AS_THEY_ARE = {
    "loss": "loss",
    "scale": "scale",
    "flop": "flop",
    "gpt3": "gpt3",
    "reducible_loss": "reducible_loss",
    "bits_per_character": "bits_per_character",
    "characters_per_token": "characters_per_token",
    "indistinguishable_tokens": "indistinguishable_tokens",
    "judge_confidence": "judge_confidence",
    "brain_seconds": "brain_seconds",
    "budget": "budget_usd",
    "currency_year": "currency_year",
    "nominal_inflation": "nominal_inflation",
    "spend": "spend_usd",
    "spend_from": "spend_from",
    "spend_ceiling": "spend_ceiling_usd",
    "inference_usd": "inference_usd_per_100_pages",
    "noise": "noise",
    "power_law_weight": "power_law_weight",
    "algorithms_ceiling": "algorithms_ceiling_oom",
    "condition": "condition",
    "as_of": "as_of",
    "posterior": "posterior",
    "horizon": "horizon",
    "seed": "seed",
    "max_draws": "max_draws",
}
_BELIEFS = ("slowdown", "brain_flop_per_s")
_DASHED = ("payer", "criterion", "cost_scope")


def keywords(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a question as keywords; what was not given is left out.

    Parameters
    ----------
    options : mapping
        What click parsed.

    Raises
    ------
    InputError
        When an option of several values, such as an interval, cannot be read.
    """
    asked = {keyword: options[name] for name, keyword in _AS_THEY_ARE.items() if options[name] is not None}
    asked |= {name: options[name].replace("-", "_") for name in _DASHED if options[name] is not None}
    if options["law"] is not None:
        asked["law"] = "power_law" if options["law"] == "power-law" else options["law"]
    if options["price"] is not None:
        asked["price"] = PRICE_BASES[options["price"]]
    if options["algorithms"] is not None:
        asked["algorithms"] = algorithms_option(options["algorithms"])
    asked |= {name: _belief(options[name], name) for name in _BELIEFS if options[name] is not None}
    if options["spend_growth"] is not None:
        asked["spend_growth"] = _number_or_belief(options["spend_growth"], "spend_growth")
    asked |= {name: options[name] for name in ("quantiles", "by_years") if options[name]}
    scenario = scenario_option(options)
    return asked if scenario is None else asked | {"scenario": scenario}


def algorithms_option(text: str | None) -> str | LogNormal | None:
    """A name as it is; `LOW..HIGH` as the log-normal with that 90 % interval of the halving time in months.

    Raises
    ------
    InputError
        When LOW is not under HIGH and above 0.
    """
    found = _HALVING_INTERVAL.fullmatch(text or "")
    if found is None:
        return text
    low, high = float(found[1]), float(found[2])
    if not 0 < low < high:
        raise InputError(
            f"--algorithms is {text!r}; give LOW..HIGH in months, 0 < LOW < HIGH", field="algorithms.prior"
        )
    return LogNormal.from_interval(low, high, "the asker's")


def scenario_option(options: Mapping[str, Any]) -> Scenario | str | None:
    """The scenario by its name or file, with what other options change in it; None where nothing is said.

    Raises
    ------
    InputError
        When an input is named twice, or an option is not of its form.
    """
    name, changes = options["scenario"], [*options["sets"], *options["priors"], *options["with_"], *options["without"]]
    if not changes:
        return str(name) if name is not None else None
    from forecast.catalogue.named.scenarios import scenario_of
    from forecast.engine.scenario import BASELINE

    base = BASELINE if name is None else scenario_of(name)
    return _changed(base, options)


def _changed(base: Scenario, options: Mapping[str, Any]) -> Scenario:
    from dataclasses import replace

    from forecast.engine.scenario import Override, Scenario
    from forecast.engine.words import scenario_words

    said = [_pair(text, "--set") for text in options["sets"]]
    overrides = [Override(name, value=_float(value, f"--set {name}")) for name, value in said]
    overrides += [_prior(*_pair(text, "--prior")) for text in options["priors"]]
    switches = [(name.replace("-", "_"), True) for name in options["with_"]]
    switches += [(name.replace("-", "_"), False) for name in options["without"]]
    kept = tuple(o for o in base.overrides if o.name not in {changed.name for changed in overrides})
    left = tuple(s for s in base.switches if s[0] not in dict(switches))
    changes = scenario_words(Scenario("inline", tuple(overrides), tuple(switches)))
    return replace(
        base,
        name="inline",
        overrides=(*kept, *overrides),
        switches=(*left, *switches),
        about="" if base.name == "baseline" else f"{base.name} with changes: {changes}",
    )


def _prior(name: str, text: str) -> Override:
    from forecast.cli.belief_files import belief_option
    from forecast.engine.beliefs import read_belief
    from forecast.engine.overrides import check_overrides
    from forecast.engine.scenario import Override

    said = belief_option(text, f"--prior {name}")
    override = Override(name, prior=read_belief(said, f"--prior {name}") if isinstance(said, str) else said)
    try:
        check_overrides((override,))
    except InputError as error:
        message = error.message.replace(f"scenario.overrides[{name}]", f"--prior {name}={text:.80}")
        raise InputError(message, field="prior") from error
    return override


def _pair(text: str, option: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise InputError(f"{option} is {text!r:.80}; write INPUT=VALUE", field=option.strip("-"))
    return name.strip(), value.strip()


def _float(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{option} is {text!r:.80}; give a number", field="set") from None


def _number_or_belief(text: str, name: str) -> float | str | dict[str, Any]:
    try:
        return float(text)
    except ValueError:
        return _belief(text, name)


def _belief(text: str, name: str) -> str | dict[str, Any]:
    """What an option says, or what the file says that it names, in a form that the library and the client take."""
    from forecast.cli.belief_files import belief_option
    from forecast.engine.distributions import distribution_dict

    said = belief_option(text, f"--{name.replace('_', '-')}")
    return said if isinstance(said, str) else distribution_dict(said)
