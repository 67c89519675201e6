"""Hypothesis strategies: questions under scenarios of any kind, all of which a synthetic posterior of today answers."""

from __future__ import annotations

from datetime import date
from functools import cache

from hypothesis import strategies as st

from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.engine.scenario import PHYSICAL_LIMITS, SWITCHES, Override, Scenario
from forecast.engine.solver import Solver
from forecast.families import Distribution, LogNormal, LogUniform, Normal, Point, Uniform
from forecast.inputs import INPUTS
from tests.synthetic import synthetic_posterior

SCALES = ("kaplan-webtext2", "hoffmann-massivetext", "chinchilla-massivetext", "gadre-c4-c4val")
LAW_OF = {"kaplan-webtext2": "kaplan", "hoffmann-massivetext": "hoffmann"}
ABOVE_FLOOR = ("reducible_loss", "indistinguishable_tokens")

FITTED = {
    "compute.g_spend": (-0.05, 0.9),
    "compute.r_realised": (-0.02, 0.25),
    "compute.sigma_cost": (0.05, 0.5),
    "compute.log10_gdp_share": (-4.0, -2.0),
}
"""Some inputs that were fitted, with bounds to set them in."""


def powers(low: float, high: float) -> st.SearchStrategy[float]:
    """10^x with x between two bounds."""
    return st.floats(low, high).map(lambda x: 10.0**x)


on_scale = st.sampled_from(SCALES)
speeds = st.none() | st.just(LogUniform(1e13, 1e17)) | st.just(Point(1e15)) | st.just(LogNormal(1e15, 2.0))
slowdowns = st.none() | st.just(Uniform(1.0, 50.0)) | st.just(LogNormal(53.0, 1.0))
loss_targets = st.one_of(
    st.builds(Target.loss, st.floats(0.5, 2.5), on_scale),
    st.builds(Target.reducible_loss, powers(-2.5, 0), on_scale),
    st.builds(Target.bits_per_character, st.floats(0.4, 0.8), on_scale, st.floats(2.5, 5.0)),
    st.builds(Target.indistinguishable_tokens, powers(3, 9), on_scale, st.none() | st.floats(0.6, 0.99), slowdowns),
)
run_targets = st.one_of(
    st.builds(Target.training_flop, powers(26, 36)),
    st.builds(Target.gpt3_multiple, powers(3, 11)),
    st.builds(Target.brain_anchor, powers(11, 14), speeds),
)
targets = st.one_of(loss_targets, run_targets)

halvings = st.builds(LogNormal, st.floats(2, 60), st.floats(0.05, 1.5))
ceilings = st.none() | st.floats(0.5, 12)
progress = st.one_of(
    st.none(),
    st.just(Algorithms("off")),
    st.builds(Algorithms, st.sampled_from(["8mo", "16mo"]), st.none(), ceilings),
    st.builds(Algorithms, st.just("prior"), halvings, ceilings),
)
growths = st.one_of(
    st.builds(Normal, st.floats(-0.1, 0.5), st.floats(0.01, 0.2)),
    st.builds(Point, st.floats(-0.1, 0.5)),
    st.builds(lambda low, more: Uniform(low, low + more), st.floats(-0.1, 0.3), st.floats(0.01, 0.4)),
)
budgets = powers(5, 12)
horizons = st.builds("{}-{:02d}".format, st.integers(2027, 2075), st.integers(1, 12))
quantiles = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=9, unique=True).map(tuple)


@st.composite
def spend_paths(draw: st.DrawFn) -> Payer:
    """A budget that grows or shrinks, perhaps up to a ceiling."""
    usd, day = draw(budgets), draw(st.dates(date(2015, 1, 1), date(2040, 12, 31)))
    return Payer.spend_path(usd, day, draw(growths), draw(st.none() | st.floats(1, 1e4).map(lambda x: usd * x)))


@st.composite
def input_priors(draw: st.DrawFn, name: str) -> Distribution:
    """A belief about an unfitted input that lies near its default."""
    low, middle, high = (float(x) for x in INPUTS[name].prior.ppf([0.1, 0.5, 0.9]))
    if high <= low:
        return Point(middle)
    return draw(st.sampled_from([Uniform(low, high), Normal(middle, (high - low) / 3), Uniform(middle, high)]))


@st.composite
def overrides(draw: st.DrawFn) -> tuple[Override, ...]:
    """Up to five inputs set or given another prior; of what was fitted, only set."""
    made = []
    for name in draw(st.lists(st.sampled_from([*INPUTS, *FITTED]), max_size=5, unique=True)):
        if name in FITTED:
            made.append(Override(name, draw(st.floats(*FITTED[name]))))
        elif draw(st.booleans()):
            made.append(Override(name, float(INPUTS[name].prior.ppf(draw(st.floats(0.05, 0.95))))))
        else:
            made.append(Override(name, prior=draw(input_priors(name))))
    return tuple(made)


@st.composite
def scenarios(draw: st.DrawFn, unlimited: bool = False) -> Scenario:
    """Any switches with any overrides; with an unlimited payer at least one physical limit stays on."""
    switches = draw(st.dictionaries(st.sampled_from(SWITCHES), st.booleans(), max_size=len(SWITCHES)))
    if unlimited and not any(switches.get(limit, True) for limit in PHYSICAL_LIMITS):
        switches["power"] = True
    return Scenario("random", draw(overrides()), tuple(switches.items()))


def laws_of(target: Target) -> st.SearchStrategy[Law | None]:
    """The laws that a target can have."""
    if not target.is_loss:
        return st.none()
    named = LAW_OF.get(str(target.scale))
    known = st.just(Law.published(named)) if named else st.none()
    if target.kind in ABOVE_FLOOR:
        return st.sampled_from([None, Law()]) | (known if named == "hoffmann" else st.none())
    mixtures = st.builds(lambda weight: Law("mixture", power_law_weight=weight), st.none() | st.floats(0.01, 0.5))
    return st.one_of(st.sampled_from([None, Law(), Law("power_law")]), mixtures, known)


@st.composite
def questions(draw: st.DrawFn, payers: tuple[str, ...] = (), kinds: st.SearchStrategy[Target] = targets) -> Question:
    """A question that a posterior of today answers: of some payers only, where they are named."""
    payer = draw(st.sampled_from(payers or ("fixed", "frontier", "path", "unlimited", "on_trend", "inference")))
    target, on_trend, inference = draw(kinds), payer == "on_trend", payer == "inference"
    pays = {"fixed": st.builds(Payer.fixed, budgets), "path": spend_paths(), "unlimited": st.just(Payer.unlimited())}
    scopes = ["final_run", "with_staff", "development"] if payer in ("fixed", "path") else ["final_run"]
    return Question(
        target,
        payer=draw(pays.get(payer, st.just(Payer()))),
        criterion="on_trend" if on_trend else "inference_affordable" if inference else "affordable",
        price_basis="realised"
        if on_trend
        else draw(st.sampled_from(["realised", "list_rental", "amortized_purchase"])),
        law=draw(laws_of(target)),
        algorithms=draw(progress),
        horizon=draw(horizons),
        quantiles=draw(quantiles),
        seed=draw(st.integers(0, 3)),
        max_draws=100,
        cost_scope=draw(st.sampled_from(scopes)),
        scenario=draw(scenarios(payer == "unlimited")),
        inference_usd_per_100_pages=draw(powers(-4, 1)) if inference else None,
    )


@cache
def stalling_solver(draws: int, seed: int = 5) -> Solver:
    """On a posterior with a few stalled draws: prices that rise for ever, and spend that falls."""
    made = synthetic_posterior(draws, seed=seed).blocks["compute"]
    growth, fall = made["g_spend"].copy(), made["r_realised"].copy()
    growth[:6], fall[:12] = -0.05, -0.02
    compute = {"g_spend": growth, "r_realised": fall, "tau_price": 0.001}
    return Solver(synthetic_posterior(draws, seed=seed, blocks={"compute": compute}))
