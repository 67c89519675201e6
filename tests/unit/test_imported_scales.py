"""Questions on an imported scale: the grid's law, honest dates, a memory that knows content from names."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.engine import laws
from forecast.engine.imported import ImportedScale
from forecast.engine.question import DEFAULT_SEED, Algorithms, Law, Payer, Question, Target
from forecast.engine.scaling import LossLaw
from forecast.engine.simulation import Simulation
from forecast.engine.solver import Solver
from forecast.engine.study import PUBLISHED_LOG10_FLOP, PUBLISHED_POINTS, Population, fit_study
from forecast.errors import InputError, StoppedError, UnansweredError, UnknownNameError
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior
from tests.studies import imported, points
from tests.synthetic import LAWS, synthetic_posterior

POSTERIOR = synthetic_posterior(300)
SCALE = imported()
NAMES = tuple(field.name for field in fields(LossLaw))


def on(scale: str = "my-study", loss: float = 2.05, **changes: Any) -> Question:
    return Question(Target.loss(loss, scale), Payer.fixed(1e8), **changes)


def solver(*scales: ImportedScale, posterior: Posterior = POSTERIOR) -> Solver:
    return Solver(posterior, {scale.name: scale for scale in scales or (SCALE,)})


def test_the_law_is_the_grids_on_the_posteriors_population() -> None:
    asked = solver()
    found = asked.law(asked.plan(on()))
    population = Population.of(POSTERIOR.blocks["loss"])
    expected = fit_study(SCALE.study, population, 300, DEFAULT_SEED).law(0.01, DEFAULT_SEED)
    assert found is not None
    assert same(found, expected)


def same(one: LossLaw, other: LossLaw) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in NAMES)


def test_points_on_a_published_law_give_the_law_of_its_own_scale_to_rounding() -> None:
    """Ten points on Kaplan's law with the noise that the question would state."""
    kaplan = LAWS[0]
    log10_flop = np.linspace(*PUBLISHED_LOG10_FLOP, PUBLISHED_POINTS)
    losses = 2.57 * (10**log10_flop / kaplan["flop_unit"]) ** -0.048
    rows = tuple(zip((10**log10_flop).tolist(), losses.tolist(), strict=True))
    twin = imported("kaplans-twin", points=rows, relative_noise=0.02, published_on=date(2020, 5, 28))
    asked = solver(twin)
    asks_theirs, asks_ours = on("kaplan-webtext2", 1.6, law=Law(relative_noise=0.02)), on("kaplans-twin", 1.6)
    theirs, ours = asked.ask(asks_theirs), asked.ask(asks_ours)
    assert np.array_equal(ours.cdf, theirs.cdf) and ours.p_never == theirs.p_never
    law, built_in = (asked.law(asked.plan(one)) for one in (asks_ours, asks_theirs))
    assert law is not None and built_in is not None
    for name in NAMES:
        assert getattr(law, name) == pytest.approx(getattr(built_in, name), rel=1e-9, abs=1e-12), name


def test_the_points_of_a_fitted_group_give_nearly_the_groups_own_law() -> None:
    """The group is in the population that serves as prior, so the two are close and not equal."""
    from forecast.data.stored import read_rows

    posterior = selection.find()
    rows = [(r["training_flop"], r["loss_nats_per_token"]) for r in read_rows("loss_points") if r["group"] == GROUP]
    again = imported("the-same-again", points=tuple(rows), published_on=date(2024, 6, 27))
    asked = solver(again, posterior=posterior)
    ours, theirs = (asked.law(asked.plan(on(name, 2.9))) for name in ("the-same-again", GROUP))
    assert ours is not None and theirs is not None
    assert (ours.log10_c0, ours.log10_c_max) == pytest.approx((theirs.log10_c0, theirs.log10_c_max), abs=1e-9)
    for name in ("b", "floor_nats", "log_l0"):
        found, expected = getattr(ours, name), getattr(theirs, name)
        assert abs(np.median(found) - np.median(expected)) < 0.25 * expected.std(), name
        assert found.std() == pytest.approx(expected.std(), rel=0.3), name


GROUP = "porian-refinedweb"


def test_progress_of_algorithms_counts_from_the_studys_publication() -> None:
    answer = solver().ask(on(algorithms=Algorithms("16mo")))
    assert "counted from March 2025" in answer.choices[0].words


def test_the_answer_says_whose_law_it_is() -> None:
    learned, stated = SCALE, imported(relative_noise=0.01)
    words = [solver(scale).ask(on(law=Law("mixture"))).choices[1].words for scale in (learned, stated)]
    begin = "your study my-study, 8 points from 1e18 to 3.16e21 FLOP at {}, published 2025-03-01, pooled with other"
    assert words[0].startswith(begin.format("learned noise"))
    assert words[1].startswith(begin.format("stated 1 % noise"))
    assert words[0].endswith("with weight 0.06 a pure power law without floor")


def test_the_mixture_has_draws_without_a_floor() -> None:
    asked = solver()
    law = asked.law(asked.plan(on(law=Law("mixture"))))
    assert law is not None
    assert np.mean(law.floor_nats == 0) == pytest.approx(0.06, abs=0.035)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"law": Law.published("kaplan")}, "law.published.name", "kaplan is not stated on scale my-study"),
        ({"law": Law.published("oracle")}, "law.published.name", "unknown law 'oracle'"),
        ({"law": Law(relative_noise=0.02)}, "law.pooled.relative_noise", "points of its own"),
        ({"law": Law("mixture", relative_noise=0.02)}, "law.mixture.relative_noise", "leave the noise out"),
    ],
)
def test_what_has_no_part_in_it_is_refused(changes: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        solver().ask(on(**changes))
    assert caught.value.field == field


def test_a_forecast_does_not_know_a_study_of_a_later_day() -> None:
    past = synthetic_posterior(100, as_of=date(2025, 2, 28))
    with pytest.raises(InputError) as caught:
        solver(posterior=past).ask(on())
    assert caught.value.field == "target.loss.scale"
    assert "published on 2025-03-01" in caught.value.message and "as-of date 2025-02-28" in caught.value.message
    assert "`timelines fit --as-of 2025-03-01`" in caught.value.message
    same_day = imported(published_on=past.as_of)
    assert solver(same_day, posterior=past).ask(on()).provenance.as_of == "2025-02-28"


def test_without_a_fitted_pool_nothing_is_answered() -> None:
    young = synthetic_posterior(100, prior_only=("loss",))
    for law in (None, Law("mixture")):
        with pytest.raises(UnansweredError, match="scale my-study needs it: choose a later as-of date"):
            solver(posterior=young).ask(on(law=law))


def test_an_unknown_scale_lists_the_imported_ones_too() -> None:
    with pytest.raises(UnknownNameError, match=r"kaplan-webtext2, .*my-study") as caught:
        solver().ask(on("no-such-scale"))
    assert caught.value.field == "target.loss.scale"


def test_the_posteriors_own_name_wins() -> None:
    usurper = imported("kaplan-webtext2", points=points(floor=2.0))
    ours, theirs = (asked.ask(on("kaplan-webtext2", 2.3)) for asked in (solver(usurper), Solver(POSTERIOR)))
    assert ours.to_json() == theirs.to_json()
    assert laws.known_scales(POSTERIOR, {usurper.name: usurper}).count("kaplan-webtext2") == 1


def test_a_scale_that_was_imported_anew_does_not_answer_from_the_old_law() -> None:
    scales = {"my-study": SCALE}
    asked = Solver(POSTERIOR, scales)
    old = asked.ask(on())
    scales["my-study"] = imported(points=points(floor=1.9))
    new = asked.ask(on())
    assert new.p_never > old.p_never
    assert new.provenance.scenario_hash != old.provenance.scenario_hash
    del scales["my-study"]
    with pytest.raises(UnknownNameError):
        asked.ask(on())


@pytest.mark.parametrize(
    "change", [{"published_on": date(2025, 3, 2)}, {"relative_noise": 0.01}, {"points": points(1.71)}, {"corpus": "c"}]
)
def test_the_digest_tells_the_content_and_not_the_request(change: dict[str, Any]) -> None:
    assert imported(**change).digest != SCALE.digest
    assert imported(request_id="4a0b2c1e-0000-4000-8000-00000000000a").digest == SCALE.digest


def test_fewer_draws_and_other_seeds_are_other_laws() -> None:
    asked = solver()
    found = {asked.ask(on(seed=seed, max_draws=draws)).p_never for seed in (1, 2) for draws in (100, 300)}
    assert len(found) > 2


class Stop:
    """A checkpoint that stops at its n-th call."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise StoppedError("enough")


@pytest.mark.parametrize("payer", [Payer.fixed(1e8), Payer()], ids=["law", "simulation"])
def test_work_stops_at_a_checkpoint_and_can_be_begun_again(payer: Payer) -> None:
    asked = solver()
    question = replace(on(), payer=payer)
    for at in (1, 2, 20):
        with pytest.raises(StoppedError):
            asked.ask(question, Stop(at))
    assert asked.ask(question).to_json() == solver().ask(question).to_json()


def test_checkpoints_come_often_enough() -> None:
    import time

    gaps, last = [], time.thread_time()

    def note() -> None:
        nonlocal last
        gaps.append(time.thread_time() - last)
        last = time.thread_time()

    posterior = selection.find()
    study = imported(points=points(count=150))
    Solver(posterior, {study.name: study}).ask(replace(on(), payer=Payer()), note)
    gaps.append(time.thread_time() - last)
    assert len(gaps) > 40
    assert sorted(gaps)[-3] < 0.15, "CPU seconds; two steps may be slow on a busy machine"


def test_two_threads_simulate_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    simulation = Simulation(synthetic_posterior(200), 1)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: id(simulation.largest("spend")), range(8)))
    assert len(set(made)) == 1


def test_a_forecaster_takes_any_mapping_of_scales() -> None:
    forecaster = Forecaster(POSTERIOR, imported={"my-study": SCALE})
    assert forecaster.when(loss=2.05, scale="my-study", budget_usd=1e8).to_json() == solver().ask(on()).to_json()
