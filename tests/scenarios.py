"""Hypothesis strategies: every scenario that a file can hold."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

from hypothesis import strategies as st

from forecast.engine.overrides import SET_INSTEAD, fitted_names
from forecast.engine.payers import CostScope, Payer, Stated
from forecast.engine.question import Algorithms, Law, Target
from forecast.engine.scenario import SWITCHES, Criterion, Override, PriceBasis, Scenario
from forecast.families import Beta, LogNormal, LogUniform, Normal, Point, Tabulated, Uniform
from forecast.inputs import INPUTS

texts = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20) | st.sampled_from(
    ["off", "1e9", "null", "~", "- a", "a: b", "#", "8mo", "0x1", "'", '"', "{", "a\\n"]
)
names = st.from_regex(r"\A[a-z][a-z0-9-]{2,62}\Z")
numbers = st.floats(-1e30, 1e30)
positive = st.floats(1e-30, 1e30)
ends = st.tuples(positive, st.floats(1.01, 100)).map(lambda pair: (pair[0], pair[0] * pair[1]))


@st.composite
def tables(draw: st.DrawFn) -> Tabulated:
    """A distribution function with mass on its values."""
    values = sorted(draw(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=30, unique=True)))
    rising = sorted(draw(st.lists(st.floats(0, 1), min_size=len(values), max_size=len(values))))
    rising[0], rising[-1] = 0.0, 1.0
    return Tabulated([float(value) for value in values], rising)  # type: ignore[arg-type]


distributions = st.one_of(
    st.builds(Normal, numbers, positive, texts),
    st.builds(LogNormal, positive, positive, texts),
    st.builds(Beta, positive, positive),
    st.builds(lambda pair, source: Uniform(*pair, source), ends, texts),
    st.builds(lambda pair: LogUniform(*pair), ends),
    st.builds(Point, numbers, texts),
    tables(),
)
scales = texts.filter(bool)
targets = st.one_of(
    st.builds(Target.loss, st.floats(1e-6, 100), scales),
    st.builds(Target.reducible_loss, st.floats(1e-9, 100), scales),
    st.builds(Target.training_flop, st.floats(1, 1e60)),
    st.builds(Target.gpt3_multiple, st.floats(1e-20, 1e36)),
    st.builds(Target.bits_per_character, st.floats(1e-6, 100), scales, st.none() | st.floats(0.5, 20)),
    st.builds(
        Target.indistinguishable_tokens,
        st.floats(1, 1e15),
        scales,
        st.none() | st.floats(0.51, 0.999),
        st.none() | distributions,
    ),
    st.builds(Target.brain_anchor, st.floats(1, 1e15), st.none() | distributions),
)
usd = st.floats(1, 1e19)
payers = st.one_of(
    st.just(Payer()),
    st.just(Payer.unlimited()),
    st.builds(Payer.fixed, usd),
    st.builds(
        Payer.spend_path, usd, st.dates(date(2010, 1, 1), date(2100, 1, 1)), distributions, st.none() | st.just(1e20)
    ),
    st.builds(lambda sum_, year: Payer("stated", stated=Stated(sum_, year)), usd, st.integers(1913, 2100)),
    st.builds(Payer.nominal, usd, st.floats(-0.05, 0.5)),
)
noises = st.floats(0.0005, 0.2)
laws = st.one_of(
    st.builds(Law, st.sampled_from(["pooled", "power_law"]), relative_noise=noises),
    st.builds(Law, st.just("mixture"), relative_noise=noises, power_law_weight=st.none() | st.floats(0.001, 0.999)),
    st.builds(Law.published, scales),
)
ceilings = st.none() | st.floats(0.01, 60)
algorithms = st.one_of(
    st.just(Algorithms("off")),
    st.builds(Algorithms, st.sampled_from(["8mo", "16mo"]), st.none(), ceilings),
    st.builds(
        Algorithms, st.just("prior"), st.builds(LogNormal, st.floats(0.1, 1200), st.floats(0.001, 3), texts), ceilings
    ),
)


def _value(name: str) -> st.SearchStrategy[float]:
    known = INPUTS.get(name)
    return st.floats(1e-9, 100) if known is None else st.floats(known.low, known.high)


@st.composite
def overrides(draw: st.DrawFn) -> tuple[Override, ...]:
    """Some inputs, set or given a prior."""
    every = sorted((*INPUTS, *fitted_names()))
    chosen = draw(st.lists(st.sampled_from(every), max_size=6, unique=True))
    return tuple(
        Override(name, draw(_value(name)))
        if draw(st.booleans()) and name not in SET_INSTEAD
        else Override(name, prior=draw(distributions))
        for name in chosen
    )


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


scenarios = st.builds(
    Scenario,
    name=names.filter(lambda name: name not in ("baseline", "inline")),
    overrides=overrides(),
    switches=st.dictionaries(st.sampled_from(SWITCHES), st.booleans()).map(lambda found: tuple(found.items())),
    target=_maybe(targets),
    payer=_maybe(payers),
    criterion=_maybe(st.sampled_from(get_args(Criterion))),
    law=_maybe(laws),
    algorithms=_maybe(algorithms),
    price_basis=_maybe(st.sampled_from(get_args(PriceBasis))),
    cost_scope=_maybe(st.sampled_from(get_args(CostScope))),
    inference_usd_per_100_pages=_maybe(st.floats(1e-12, 1e12)),
    about=st.lists(texts.filter(bool), max_size=40).map(" ".join),
    source=texts,
    published_on=st.just("") | st.dates(date(2010, 1, 1), date(2100, 12, 31)).map(date.isoformat),
)
