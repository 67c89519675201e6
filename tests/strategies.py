"""Hypothesis strategies: every question that the engine accepts, whatever the posterior."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

from hypothesis import strategies as st

from forecast.engine.condition import Comparison, Condition, Driver
from forecast.engine.payers import CostScope, Stated
from forecast.engine.question import (
    BASELINE,
    MAX_SEED,
    Algorithms,
    Criterion,
    Law,
    Payer,
    PriceBasis,
    Question,
    Target,
)
from forecast.engine.scenario import SWITCHES, Override, Scenario
from forecast.families import Beta, LogNormal, LogUniform, Normal, Point, Tabulated, Uniform

names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
noises = st.floats(0.0005, 0.2)
days = st.dates(date(2010, 1, 1), date(2100, 12, 31))
numbers = st.floats(-1e12, 1e12)
positive = st.floats(1e-12, 1e12)
bounds = st.lists(st.floats(1e-6, 1e12), min_size=2, max_size=2, unique=True).map(sorted)


@st.composite
def tables(draw: st.DrawFn) -> Tabulated:
    """A distribution function of any length up to twenty."""
    values = sorted(draw(st.lists(numbers, min_size=2, max_size=20, unique=True)))
    shares = sorted(draw(st.lists(st.floats(0, 1), min_size=len(values), max_size=len(values))))
    return Tabulated(tuple(values), tuple(shares))


distributions = st.one_of(
    st.builds(Normal, numbers, positive),
    st.builds(LogNormal, positive, positive),
    st.builds(Beta, positive, positive),
    st.builds(Point, numbers),
    bounds.map(lambda ends: Uniform(*ends)),
    bounds.map(lambda ends: LogUniform(*ends)),
    tables(),
)
targets = st.one_of(
    st.builds(Target.loss, st.floats(1e-6, 100), names),
    st.builds(Target.reducible_loss, st.floats(1e-6, 100), names),
    st.builds(Target.bits_per_character, st.floats(1e-6, 100), names, st.none() | st.floats(0.5, 20)),
    st.builds(
        Target.indistinguishable_tokens,
        st.floats(1, 1e15),
        names,
        st.none() | st.floats(0.501, 0.999),
        st.none() | distributions,
    ),
    st.builds(Target.training_flop, st.floats(1, 1e60)),
    st.builds(Target.gpt3_multiple, st.floats(1e-20, 1e36)),
    st.builds(Target.brain_anchor, st.floats(1, 1e15), st.none() | distributions),
)
sums = st.floats(1, 1e20)
stated = st.one_of(
    st.builds(Stated, sums, st.integers(1913, 2100)),
    st.builds(Stated, sums, st.none(), st.floats(-0.05, 0.5)),
)


@st.composite
def paths(draw: st.DrawFn) -> Payer:
    """A budget that grows."""
    usd = draw(sums)
    ceiling = draw(st.none() | st.floats(usd, 1e20))
    return Payer("spend_path", usd, draw(days), draw(distributions), ceiling, draw(st.none() | stated))


payers = st.one_of(
    st.just(Payer()),
    st.builds(Payer, st.just("fixed_usd_2023"), sums, stated=st.none() | stated),
    paths(),
    st.just(Payer.unlimited()),
    st.builds(Payer, st.just("stated"), stated=stated),
)
laws = st.one_of(
    st.builds(Law, st.sampled_from(["pooled", "power_law"]), relative_noise=noises),
    st.builds(Law, st.just("mixture"), st.none(), noises, st.none() | st.floats(0.001, 0.999)),
    st.builds(Law.published, names),
)
ceilings = st.none() | st.floats(0.01, 60)
halvings = st.builds(LogNormal, st.floats(0.1, 1200), st.floats(0.001, 3))
algorithms = st.one_of(
    st.just(Algorithms("off")),
    st.builds(Algorithms, st.sampled_from(["8mo", "16mo"]), st.none(), ceilings),
    st.builds(Algorithms, st.just("prior"), halvings, ceilings),
)
probabilities = st.floats(0, 1, exclude_min=True, exclude_max=True)
conditions = st.builds(
    Condition,
    st.sampled_from(get_args(Driver)),
    st.sampled_from(get_args(Comparison)),
    st.floats(1e-40, 1e60),
    days,
)
overrides = st.one_of(st.builds(Override, names, numbers), st.builds(Override, names, st.none(), distributions))
scenarios = st.just(BASELINE) | st.builds(
    Scenario,
    names,
    st.lists(overrides, max_size=4, unique_by=lambda override: override.name).map(tuple),
    st.dictionaries(st.sampled_from(SWITCHES), st.booleans()).map(lambda switched: tuple(switched.items())),
    st.none() | targets,
    st.none() | st.just(Payer()),
    st.none() | st.just("affordable"),
    st.none() | laws,
    st.none() | algorithms,
    st.none() | st.just("realised"),
    st.none() | st.just("final_run"),
    about=texts,
    source=texts,
    published_on=texts.map(lambda text: text[:10]),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question of any kind; one that contradicts itself is mended, not dropped."""
    target, criterion = draw(targets), draw(st.sampled_from(get_args(Criterion)))
    affordable, on_trend = criterion == "affordable", criterion == "on_trend"
    payer = draw(payers) if affordable else Payer()
    bears = payer.usd_2023 is not None or payer.stated is not None
    how: dict[str, Any] = {
        "as_of": draw(st.none() | days),
        "posterior": draw(st.none() | names.filter(lambda name: not name.startswith("posteriors/"))),
        "horizon": f"{draw(st.integers(2010, 2200)):04d}-{draw(st.integers(1, 12)):02d}",
        "quantiles": tuple(draw(st.lists(probabilities, min_size=1, max_size=50))),
        "by_years": draw(st.none() | st.lists(st.integers(2010, 2200), min_size=1, max_size=50).map(tuple)),
        "seed": draw(st.integers(0, MAX_SEED)),
        "max_draws": draw(st.integers(100, 100_000)),
    }
    return Question(
        target=target,
        payer=payer,
        criterion=criterion,
        price_basis="realised" if on_trend else draw(st.sampled_from(get_args(PriceBasis))),
        law=draw(st.none() | laws) if target.is_loss else None,
        algorithms=draw(st.none() | algorithms),
        cost_scope=draw(st.sampled_from(get_args(CostScope))) if bears else "final_run",
        scenario=draw(scenarios),
        condition=draw(st.none() | conditions),
        inference_usd_per_100_pages=draw(st.floats(1e-12, 1e12)) if criterion == "inference_affordable" else None,
        limit_effects=draw(st.booleans()),
        **how,
    )
