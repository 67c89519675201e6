"""Hypothesis strategies: every question that the engine accepts, whatever the posterior."""

from __future__ import annotations

from datetime import date
from typing import get_args

from hypothesis import strategies as st

from forecast.engine.question import (
    MAX_SEED,
    Algorithms,
    Criterion,
    Law,
    Payer,
    PriceBasis,
    Question,
    Target,
)
from forecast.priors import LogNormal

names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)
noises = st.floats(0.0005, 0.2)
targets = st.one_of(
    st.builds(Target.loss, st.floats(1e-6, 100), names),
    st.builds(Target.training_flop, st.floats(1, 1e60)),
    st.builds(Target.gpt3_multiple, st.floats(1e-20, 1e36)),
)
payers = st.one_of(st.just(Payer()), st.builds(Payer.fixed, st.floats(1, 1e20)))
laws = st.one_of(
    st.builds(Law, st.sampled_from(["pooled", "mixture"]), relative_noise=noises),
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


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question of any kind; one that contradicts itself is mended, not dropped."""
    target = draw(targets)
    on_trend = draw(st.sampled_from(get_args(Criterion))) == "on_trend"
    return Question(
        target=target,
        payer=Payer() if on_trend else draw(payers),
        criterion="on_trend" if on_trend else "affordable",
        price_basis="realised" if on_trend else draw(st.sampled_from(get_args(PriceBasis))),
        law=draw(st.none() | laws) if target.kind == "loss" else None,
        algorithms=draw(st.none() | algorithms),
        as_of=draw(st.none() | st.dates(date(2010, 1, 1), date(2100, 12, 31))),
        posterior=draw(st.none() | names.filter(lambda name: not name.startswith("posteriors/"))),
        horizon=f"{draw(st.integers(2010, 2200)):04d}-{draw(st.integers(1, 12)):02d}",
        quantiles=tuple(draw(st.lists(probabilities, min_size=1, max_size=50))),
        by_years=draw(st.none() | st.lists(st.integers(2010, 2200), min_size=1, max_size=50).map(tuple)),
        seed=draw(st.integers(0, MAX_SEED)),
        max_draws=draw(st.integers(100, 100_000)),
    )
