"""Hands the oracle its chance: simulated paths, drawn inputs and each draw's law, as plain numbers of the engine."""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from forecast.engine.plan import Plan
from forecast.engine.progress import halving_months
from forecast.engine.question import Payer, Question
from forecast.engine.solver import Solver
from forecast.engine.streams import stream
from forecast.inputs import INPUTS
from tests.oracle import LIMITS, Asked, Draw
from tests.oracle_answer import Event, Told, tell
from tests.oracle_law import PointLaw

LAW_DATES = {"kaplan-webtext2": 2020 + 148 / 365.25, "hoffmann-massivetext": 2022 + 87 / 365.25}
POOLED_DATE = 2024.2
FIRST_MONTH = 2026 + 10.5 / 12
PER_LOSS = {"scaling_break", "context_length"}
OFF_BY_DEFAULT = (*sorted(PER_LOSS), "commoditization", "algorithmic_jump")


def told(solver: Solver, question: Question) -> Told:
    """What the oracle says of a question to a synthetic posterior of today."""
    plan = solver.plan(question)
    years = solver.simulation(plan).years.tolist()
    return tell(draws(solver, plan), asked_of(solver, question), years, event_of(question))


def asked_of(solver: Solver, question: Question) -> Asked:
    """The question in plain numbers, its defaults filled in once more."""
    settled, target, payer = solver.plan(question).settled, question.target, question.payer
    year, month = (int(part) for part in question.horizon.split("-"))
    counts = solver.posterior.observed
    t_ref = LAW_DATES.get(str(target.scale), POOLED_DATE) if target.is_loss else FIRST_MONTH
    return Asked(
        target.kind,
        target.value,
        switched_on(question),
        question.criterion,
        payer.kind,
        months_within=(year - 2026) * 12 + month - 10,
        t_ref=t_ref,
        ceiling_oom=settled.algorithms.ceiling_oom if settled.algorithms else None,
        usd=payer.usd_2023,
        usd_from=decimal(payer.from_date),
        usd_ceiling=payer.ceiling_usd_2023,
        cost_scope=question.cost_scope,
        bound=question.inference_usd_per_100_pages or 1.0,
        characters_per_token=target.characters_per_token or 0.0,
        confidence=target.judge_confidence or 0.0,
        stock=(float(counts["chips_year"][-1]), float(counts["chips_log10_h100e"][-1])),
    )


def switched_on(question: Question) -> frozenset[str]:
    """Money and the physical limits are on unless switched off, the changes only where they are switched on."""
    said = dict(question.scenario.switches)
    on = {name for name in OFF_BY_DEFAULT if said.get(name, False)}
    if question.criterion == "affordable":
        on |= {name for name in LIMITS if said.get(name, True)}
    else:
        on -= {"commoditization"}
    if question.payer.kind == "unlimited":
        on -= {"money"}
    return frozenset(on if question.target.is_loss else on - PER_LOSS)


def event_of(question: Question) -> Event | None:
    """The question's condition in plain numbers."""
    said = question.condition
    if said is None:
        return None
    return Event(said.driver, said.comparison, said.value, (said.by.year - 2026) * 12 + said.by.month - 11)


def decimal(day: date | None) -> float:
    """A day as a decimal year."""
    return 0.0 if day is None else day.year + (day - date(day.year, 1, 1)).days / 365.25


def draws(solver: Solver, plan: Plan) -> list[Draw]:
    """Every draw's numbers."""
    settled, simulation, assumed = plan.settled, solver.simulation(plan), solver.assumed(plan)
    count, blocks = solver.draws(settled), simulation.posterior.blocks
    priors = {"judge.slowdown": settled.target.slowdown, "brain.flop_per_s": settled.target.flop_per_s}
    inputs = {name: assumed(name, priors.get(name)).tolist() for name in INPUTS}
    if settled.target.kind == "brain_anchor" and assumed.says("brain.training_seconds") is None:
        inputs["brain.training_seconds"] = [settled.target.value] * count
    halving = None
    if settled.algorithms is not None and settled.algorithms.kind != "off":
        said = assumed.says("algorithms.halving_months")
        halving = halving_months(settled.algorithms, count, settled.seed, said).tolist()
    falls = {
        "realised": blocks["compute"]["r_realised"],
        "list_rental": blocks["price"]["r_rental"],
        "amortized_purchase": blocks["price"]["r"][:, 2],
    }
    prices, spend, flop = prices_of(solver, plan).tolist(), simulation.largest("spend"), simulation.largest("flop")
    residuals, grows = simulation.run_residual.tolist(), growths(settled.payer, count, settled.seed)
    laws = laws_of(solver, plan)
    return [
        Draw(
            price=prices[i],
            spend=spend[i].tolist(),
            flop=flop[i].tolist(),
            residual=residuals[i],
            inputs={name: values[i] for name, values in inputs.items()},
            halving_months=None if halving is None else halving[i],
            price_fall=float(falls[settled.price_basis][i]),
            spend_growth=float(blocks["compute"]["g_spend"][i]),
            budget_growth=grows[i],
            law=None if laws is None else laws[i],
        )
        for i in range(count)
    ]


def growths(payer: Payer, count: int, seed: int) -> list[float]:
    """Growth of a growing budget, oom per year."""
    if payer.growth is None:
        return [0.0] * count
    return payer.growth.sample(stream(seed, "payer growth"), count).tolist()


def laws_of(solver: Solver, plan: Plan) -> list[PointLaw] | None:
    """Each draw's law, where the target is a loss."""
    law = solver.law(plan)
    if law is None:
        return None
    rows = zip(law.log_l0.tolist(), law.b.tolist(), law.floor_nats.tolist(), law.omega_z.tolist(), strict=True)
    return [PointLaw(l0, float(law.log10_c0), b, floor, float(law.log10_c_max), w) for l0, b, floor, w in rows]


def prices_of(solver: Solver, plan: Plan) -> np.ndarray:
    """Price per FLOP: the simulated path where it is realised, the stated formulas elsewhere."""
    simulation = solver.simulation(plan)
    block, basis = simulation.posterior.blocks["price"], plan.settled.price_basis
    if basis == "realised":
        return simulation.latent.log10_price[:, simulation.latent.lead :]
    years = simulation.years
    if basis == "list_rental":
        rented = block["a_rental"][:, None] - np.outer(block["r_rental"], years - 2.5 - 2021.5)
        return rented - math.log10(0.35)
    bought = block["a"][:, [2]] + block["ten"][:, None] - np.outer(block["r"][:, 2], years - 2020)
    return bought - math.log10(4 * 365.25 * 86400 * 0.9 * 0.35 / 1.6)
