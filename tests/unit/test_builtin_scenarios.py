"""The built-in scenarios: each is documented, can be put to a posterior, and moves the answer as it says."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pytest

from forecast import Forecaster
from forecast.catalogue.named import scenarios
from forecast.catalogue.named.scenario_files import dump, load
from forecast.data.stored import read_rows
from forecast.engine.answer import Answer
from forecast.engine.question import Payer, Question, Target
from forecast.engine.scenario import BASELINE, PHYSICAL_LIMITS, Scenario

NAMES = scenarios.built_in_names()
CLAIMS = [name for name in NAMES if name.rpartition("-")[2][:1] in "gjms" and name.rpartition("-")[2][1:].isdigit()]
LOSS, FLOP = Target.loss(1.0, "kaplan-webtext2"), Target.training_flop(1e29)
BILLION = Payer.fixed(1e9)


def scenario(name: str) -> Scenario:
    return scenarios.find(name).scenario


@lru_cache(maxsize=8)
def forecaster(as_of: date | None = None) -> Forecaster:
    return Forecaster.load(as_of=as_of)


@lru_cache(maxsize=256)
def ask(name: str, target: Target | None, payer: Payer | None = None, as_of: date | None = None) -> Answer:
    chosen = scenario(name)
    bound = 235.0 if chosen.criterion == "inference_affordable" else None
    return forecaster(as_of).ask(
        Question(target, payer, scenario=chosen, as_of=as_of, max_draws=500, inference_usd_per_100_pages=bound)
    )


def mean_of_cdf(answer: Answer) -> float:
    """Share of the horizon that is left when it arrives, on average: larger is earlier."""
    probabilities = answer.cdf.probability
    return sum(probabilities) / len(probabilities)


def test_those_that_must_be_there_are() -> None:
    assert NAMES[0] == "baseline" and len(NAMES) == len(set(NAMES))
    assert {
        "no-algorithmic-progress",
        "slow-price",
        "scaling-break-1e4-pfd",
        "gwern-2020-compute-trend",
        "gwern-2020-cost-halving",
        "jones-overhang",
        "manhattan-apollo-payer",
        "skeptic",
        "algorithmic-jump",
        "no-physical-limits",
        "text-only-data",
    } <= set(NAMES)
    claims = [f"gwern-g{i}" for i in range(1, 11)] + [f"jones-j{i}" for i in range(1, 13)]
    claims += ["mt-nlg-m1", "mt-nlg-m2", "mt-nlg-m4", "mt-nlg-m5", "skeptic-s2", "skeptic-s3", "skeptic-s4"]
    assert sorted(CLAIMS) == sorted(claims), "M3 is a refit, M6 a belief, S1 claims nothing that can be asked"


@pytest.mark.parametrize("name", NAMES)
def test_each_is_documented_and_comes_back_from_its_own_text(name: str) -> None:
    record = scenarios.find(name)
    told = record.scenario
    assert (record.origin, told.name) == ("built_in", name)
    assert told.about.endswith(".") and len(told.about) > 40
    assert told.source or told is BASELINE
    assert load(dump(told).encode(), f"{name}.yaml") == told
    assert load(record.text.encode(), f"{name}.yaml") == told
    assert max(map(len, record.text.splitlines())) <= 240


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_says_which_it_is_and_can_be_asked_again(name: str) -> None:
    told = scenario(name)
    assert told.about.startswith(f"Claim {name.rpartition('-')[2].upper()}")
    assert told.target is not None and told.published_on
    ask(name, None)


# The stock of chips was counted later; the spend of late 2026 is no budget of 2021.
NOT_THEN = {"jones-j9", "skeptic-s3"}


@pytest.mark.parametrize("name", sorted(set(CLAIMS) - NOT_THEN))
def test_a_claim_can_be_asked_on_its_own_day(name: str) -> None:
    then = ask(name, None, as_of=date.fromisoformat(scenario(name).published_on))
    assert then.question.scenario.name == name


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(CLAIMS)))
@pytest.mark.parametrize("target", [LOSS, FLOP], ids=["loss", "flop"])
def test_each_answers_a_question_of_ones_own(name: str, target: Target) -> None:
    assert ask(name, target).question.target == target


# What a scenario's `about` says of the direction: later or earlier than the baseline, for a target and a payer.
LATER = [
    ("no-algorithmic-progress", LOSS, None),
    ("slow-price", FLOP, BILLION),
    ("scaling-break-1e4-pfd", LOSS, None),
    ("skeptic", LOSS, None),
    ("skeptic", FLOP, None),
    ("text-only-data", FLOP, None),
]
EARLIER = [
    ("gwern-2020-compute-trend", FLOP, None),
    ("gwern-2020-cost-halving", FLOP, BILLION),
    ("jones-overhang", FLOP, None),
    ("manhattan-apollo-payer", FLOP, None),
    ("algorithmic-jump", LOSS, None),
    ("no-physical-limits", FLOP, None),
]
SAME = [
    ("no-algorithmic-progress", FLOP, None),
    ("scaling-break-1e4-pfd", FLOP, None),
]


@pytest.mark.parametrize(("name", "target", "payer"), LATER)
def test_what_says_later_is_later(name: str, target: Target, payer: Payer | None) -> None:
    there, here = ask(name, target, payer), ask("baseline", target, payer)
    assert "ater than" in scenario(name).about
    assert mean_of_cdf(there) < mean_of_cdf(here)
    assert all(a <= b + 1e-12 for a, b in zip(there.cdf.probability, here.cdf.probability, strict=True))


@pytest.mark.parametrize(("name", "target", "payer"), EARLIER)
def test_what_says_earlier_is_earlier(name: str, target: Target, payer: Payer | None) -> None:
    theirs = scenario(name).payer
    baseline = BILLION if theirs is not None and theirs.kind == "stated" else payer
    there, here = ask(name, target, payer), ask("baseline", target, baseline)
    assert "arlier than the baseline" in scenario(name).about or "Never later" in scenario(name).about
    assert mean_of_cdf(there) > mean_of_cdf(here)


@pytest.mark.parametrize(("name", "target", "payer"), SAME)
def test_what_says_the_same_is_the_same(name: str, target: Target, payer: Payer | None) -> None:
    assert "as in the baseline" in scenario(name).about
    assert ask(name, target, payer).cdf == ask("baseline", target, payer).cdf


def test_without_physical_limits_no_draw_is_later() -> None:
    there, here = ask("no-physical-limits", FLOP).cdf, ask("baseline", FLOP).cdf
    assert all(a >= b - 1e-12 for a, b in zip(there.probability, here.probability, strict=True))
    assert dict(scenario("no-physical-limits").switches) == dict.fromkeys(PHYSICAL_LIMITS, False)


def test_the_figures_in_the_files_are_those_of_their_sources() -> None:
    cpi = {row["year"]: row["usd_2023_per_usd"] for row in read_rows("macro")}
    price = {name: scenario(name).overrides[0].value for name in ("jones-j2", "jones-j3", "jones-overhang")}
    assert 10 ** price["jones-j2"] * 8.64e19 == pytest.approx(913 * cpi[2020], rel=0.01)  # type: ignore[operator]
    assert 10 ** price["jones-j3"] * 8.64e19 == pytest.approx(21.9 * cpi[2020], rel=0.01)  # type: ignore[operator]
    assert price["jones-overhang"] == price["jones-j3"]
    about = scenario("manhattan-apollo-payer").about
    assert "$2.4e11" in about and 25.8e9 * cpi[1966] == pytest.approx(2.4e11, rel=0.02)
    assert scenario("manhattan-apollo-payer").payer == Payer.fixed(0.004 * 27.7e12 // 1e9 * 1e9)
