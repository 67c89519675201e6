"""Whatever is asked: more money is never later, masses add up, and a plain loop gives the same answer."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from forecast.engine import laws, settle
from forecast.engine.arrival import ArrivalDistribution, distribution, first_passage
from forecast.engine.envelope import halving_months
from forecast.engine.paths import run_residual
from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.engine.scaling import LossLaw
from forecast.engine.solver import Solver
from forecast.posterior.artefact import Posterior
from forecast.priors import LogNormal
from tests import oracle
from tests.synthetic import synthetic_posterior

DRAWS = 120
SCALES = ("kaplan-webtext2", "hoffmann-massivetext", "chinchilla-massivetext", "gadre-c4-c4val")

slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def solver() -> Solver:
    """One posterior with a few stalled draws: prices that rise for ever, and spend that falls."""
    made = synthetic_posterior(DRAWS, seed=5)
    growth, fall = made.blocks["compute"]["g_spend"].copy(), made.blocks["compute"]["r_realised"].copy()
    growth[:6], fall[:12] = -0.05, -0.02
    compute = {"g_spend": growth, "r_realised": fall, "tau_price": 0.001}
    return Solver(synthetic_posterior(DRAWS, seed=5, blocks={"compute": compute}))


budgets = st.floats(4, 14).map(lambda x: 10.0**x)
losses = st.floats(0.5, 3.5)
priors = st.builds(LogNormal, st.floats(2, 60), st.floats(0.05, 1.5))
progress = st.one_of(
    st.just(Algorithms("off")),
    st.builds(Algorithms, st.sampled_from(["8mo", "16mo"]), st.none(), st.none() | st.floats(0.5, 12)),
    st.builds(Algorithms, st.just("prior"), priors, st.none() | st.floats(0.5, 12)),
)
loss_targets = st.builds(Target.loss, losses, st.sampled_from(SCALES))
run_targets = st.one_of(
    st.floats(22, 34).map(lambda x: Target.training_flop(10.0**x)),
    st.floats(0, 9).map(lambda x: Target.gpt3_multiple(10.0**x)),
)
horizons = st.integers(2027, 2075).map(lambda year: f"{year}-12")


@st.composite
def questions(draw: st.DrawFn, payers: tuple[str, ...] = ("fixed", "frontier", "trend")) -> Question:
    target = draw(st.one_of(loss_targets, run_targets))
    payer = draw(st.sampled_from(payers))
    basis = "realised" if payer == "trend" else draw(st.sampled_from(["realised", "list_rental", "amortized_purchase"]))
    law = draw(st.sampled_from([None, Law("mixture")])) if target.kind == "loss" else None
    if target.scale == "kaplan-webtext2" and draw(st.booleans()):
        law = Law.published("kaplan")
    return Question(
        target,
        payer=Payer.fixed(draw(budgets)) if payer == "fixed" else Payer(),
        criterion="on_trend" if payer == "trend" else "affordable",
        price_basis=basis,  # type: ignore[arg-type]
        law=law,
        algorithms=draw(progress),
        horizon=draw(horizons),
        seed=draw(st.integers(0, 3)),
    )


def arrivals(question: Question) -> ArrivalDistribution:
    return solver().arrivals(question)


def assert_no_later(sooner: ArrivalDistribution, later: ArrivalDistribution) -> None:
    assert (sooner.index <= later.index).all()
    assert (sooner.classes <= later.classes).all()
    assert np.greater_equal(sooner.cdf, later.cdf).all()


@slow
@given(questions(payers=("fixed",)), st.floats(1, 1000))
def test_a_larger_budget_is_never_later(question: Question, factor: float) -> None:
    richer = replace(question, payer=Payer.fixed(min(question.payer.usd_2023 * factor, 1e20)))
    assert_no_later(arrivals(richer), arrivals(question))


@slow
@given(questions(), st.floats(0.3, 1.0))
def test_a_lower_loss_or_a_larger_run_is_never_earlier(question: Question, factor: float) -> None:
    value = question.target.value
    harder = value * factor if question.target.kind == "loss" else value / factor
    assert_no_later(arrivals(question), arrivals(replace(question, target=replace(question.target, value=harder))))


@slow
@given(questions())
def test_more_algorithmic_progress_is_never_later(question: Question) -> None:
    assert_no_later(arrivals(question), arrivals(replace(question, algorithms=Algorithms("off"))))


@slow
@given(questions(), st.lists(st.floats(0.001, 0.999), min_size=2, max_size=20, unique=True))
def test_quantiles_never_fall(question: Question, probabilities: list[float]) -> None:
    answer = solver().ask(replace(question, quantiles=tuple(probabilities)))
    order = ["already", "within_horizon", "beyond_horizon", "never"]
    ranks = [(order.index(q.position), q.decimal_year or math.inf) for q in answer.quantiles]
    assert ranks == sorted(ranks)
    assert all(q.mcse_years is None or q.mcse_years >= 0 for q in answer.quantiles)


@slow
@given(questions())
def test_masses_sum_to_one(question: Question) -> None:
    answer = solver().ask(question)
    within = answer.cdf.probability[-1] - answer.cdf.probability[0]
    assert answer.p_already + within + answer.p_beyond_horizon + answer.p_never == pytest.approx(1, abs=1e-12)
    assert sum(reason.probability for reason in answer.never_reasons) == pytest.approx(answer.p_never, abs=1e-12)
    assert answer.cdf.probability[0] == answer.p_already


@slow
@given(questions())
def test_p_by_year_never_falls_and_is_the_distribution(question: Question) -> None:
    answer = solver().ask(question)
    probabilities = [p.probability for p in answer.p_by_year]
    assert probabilities == sorted(probabilities)
    assert all(p.probability == answer.p_by(p.year) for p in answer.p_by_year)


@slow
@given(questions(), horizons)
def test_p_never_does_not_know_the_horizon_and_p_beyond_falls_with_it(question: Question, other: str) -> None:
    near, far = sorted((question.horizon, other))
    first, second = (arrivals(replace(question, horizon=horizon)) for horizon in (near, far))
    assert first.p_never == second.p_never
    assert first.p_beyond >= second.p_beyond
    assert first.cdf == second.cdf[: first.within]


@slow
@given(questions())
def test_the_same_question_gives_the_same_bytes(question: Question) -> None:
    assert Solver(solver().posterior).ask(question).to_json() == solver().ask(question).to_json()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(questions())
def test_a_plain_loop_from_the_equations_agrees_exactly(question: Question) -> None:
    assume(question.law is None or question.law.kind != "mixture")
    answer, told = solver().ask(question), oracle_of(question)
    assert [told.mass(name) for name in ("already", "beyond_horizon", "never")] == [
        answer.p_already,
        answer.p_beyond_horizon,
        answer.p_never,
    ]
    assert [(q.position, q.decimal_year) for q in answer.quantiles] == [
        told.quantile(q.probability) for q in answer.quantiles
    ]
    assert [p.probability for p in answer.p_by_year] == [told.p_by_end_of(p.year) for p in answer.p_by_year]


def oracle_of(question: Question) -> oracle.Told:
    """Hand the oracle its chance inputs and the numbers of the posterior."""
    settled = settle.settle(question, solver().posterior)
    simulation, loss = solver().simulation(settled), question.target.kind == "loss"
    asked = oracle.Asked(
        loss=question.target.value if loss else None,
        flop=question.target.value * (3.14e23 if question.target.kind == "gpt3_multiple" else 1.0),
        budget=question.payer.usd_2023,
        on_trend=question.criterion == "on_trend",
        t_ref=reference_year(settled),
        ceiling_oom=settled.algorithms.ceiling_oom if settled.algorithms else None,
        months_within=(int(question.horizon[:4]) - 2026) * 12 + 2,
    )
    return oracle.tell(oracle_draws(settled), asked, simulation.years.tolist())


def reference_year(settled: Question) -> float:
    if settled.target.kind != "loss":
        return 2026 + 10.5 / 12
    dates = {"kaplan-webtext2": 2020 + 148 / 365.25, "hoffmann-massivetext": 2022 + 87 / 365.25}
    return dates.get(str(settled.target.scale), 2024.2)


def oracle_draws(settled: Question) -> list[oracle.Draw]:
    simulation, posterior = solver().simulation(settled), solver().posterior
    compute = posterior.blocks["compute"]
    halving = None
    if settled.algorithms and settled.algorithms.kind != "off":
        halving = halving_months(settled.algorithms, DRAWS, settled.seed)
    law = laws.resolve(posterior, str(settled.target.scale), settled.law, settled.seed) if settled.law else None
    falls = {
        "realised": compute["r_realised"],
        "list_rental": posterior.blocks["price"]["r_rental"],
        "amortized_purchase": posterior.blocks["price"]["r"][:, 2],
    }
    residual = run_residual(posterior, settled.seed)
    price = prices(posterior, settled).tolist()
    draws = []
    for i in range(DRAWS):
        numbers = {} if law is None else law_numbers(law, i)
        draws.append(
            oracle.Draw(
                price=price[i],
                spend=simulation.frontier.log10_spend[i].tolist(),
                flop=simulation.frontier.log10_flop[i].tolist(),
                residual=float(residual[i]),
                halving_months=None if halving is None else float(halving[i]),
                price_fall=float(falls[settled.price_basis][i]),
                spend_growth=float(compute["g_spend"][i]),
                **numbers,
            )
        )
    return draws


def law_numbers(law: LossLaw, i: int) -> dict[str, float]:
    return {
        "log_l0": float(law.log_l0[i]),
        "log10_c0": law.log10_c0,
        "exponent": float(law.b[i]),
        "floor": float(law.floor_nats[i]),
        "log10_c_max": law.log10_c_max,
        "omega_z": float(law.omega_z[i]),
    }


def prices(posterior: Posterior, settled: Question) -> np.ndarray:
    """Price per FLOP: the simulated path where it is realised, the stated formulas elsewhere."""
    simulation, block = solver().simulation(settled), posterior.blocks["price"]
    if settled.price_basis == "realised":
        return simulation.latent.log10_price[:, simulation.latent.lead :]
    years = simulation.years
    if settled.price_basis == "list_rental":
        rented = block["a_rental"][:, None] - np.outer(block["r_rental"], years - 2.5 - 2021.5)
        return rented - math.log10(0.35)
    bought = block["a"][:, [2]] + block["ten"][:, None] - np.outer(block["r"][:, 2], years - 2020)
    return bought - math.log10(4 * 365.25 * 86400 * 0.9 * 0.35 / 1.6)


@slow
@given(st.integers(1, 60), st.integers(1, 80), st.integers(0, 2**31))
def test_first_passage_counts_the_months_under_the_requirement(draws: int, months: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    paths = np.maximum.accumulate(rng.integers(0, 12, (draws, months)).astype(float), axis=1)
    goal = rng.integers(-1, 14, draws).astype(float)
    found = first_passage(paths, goal)
    assert found.tolist() == (paths < goal[:, None]).sum(axis=1).tolist()
    assert distribution(np.arange(months, dtype=float), found, True, months).draws == draws
