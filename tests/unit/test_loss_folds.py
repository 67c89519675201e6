"""What is held out of the losses, and the two forms of the law that forecast it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.evaluation.quantities import MODEL, POWER_LAW
from forecast.experiments import loss_folds, power_law
from forecast.experiments.backtest import Backtest, Task
from forecast.experiments.baselines import Line
from forecast.experiments.loss_targets import KAPLAN_SLOPE, loss_outcomes
from forecast.inference.runs import Run
from forecast.inference.sampling import SamplerSettings
from forecast.models import loss
from forecast.models.loss import LossData
from forecast.priors import DEFAULT

TOY = SamplerSettings(draws=60, tune=100, chains=2, cores=1)
RNG = np.random.default_rng(17)


def test_folds_hold_out_tails_and_whole_studies() -> None:
    points = loss_folds.Points.load()
    folds = {fold.name: fold for fold in points.folds()}
    for fold in folds.values():
        assert len(fold.fitted.log_loss) + fold.held.sum() == len(points.data.log_loss)
    assert {"last 1 decade", "last 2 decades"} <= set(folds)
    assert set(points.studies) <= set(folds)
    tail = folds["last 1 decade"]
    for g in np.unique(points.data.group[tail.held]):
        lowest = points.data.log10_flop[tail.held & (points.data.group == g)].min()
        assert tail.fitted.log10_c_max[g] < lowest
    assert not any(name.startswith("gadre") for name in folds["gadre"].fitted.groups)


def test_the_two_large_runs_of_olmo_are_held_out_of_their_group_alone() -> None:
    points = loss_folds.Points.load()
    (fold,) = [fold for fold in points.folds() if fold.quantity == "loss_olmo"]
    assert {points.data.groups[g] for g in points.data.group[fold.held]} == {"olmo-10xc-c4"}
    assert sorted(round(p / 1e9) for p in points.parameters[fold.held]) == [7, 13]
    assert fold.fitted.groups == points.data.groups


def test_a_form_without_a_floor_forecasts_tails_but_no_new_studies() -> None:
    for fold in loss_folds.Points.load().folds():
        whose = [form.forecaster for form in fold.forms]
        assert whose == ([MODEL] if fold.quantity == "loss_new_study" else [MODEL, POWER_LAW])


def test_folds_of_one_shape_have_as_many_groups() -> None:
    for groups, folds in loss_folds.shapes(loss_folds.Points.load()).items():
        assert {len(fold.fitted.groups) for fold in folds} == {groups}


def test_a_shape_is_compiled_for_its_first_fold_whichever_was_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chains start from the data that the model was built with, so a resumed backtest builds as a whole one does."""
    first, second = loss_folds.shapes(loss_folds.Points.load())[13][:2]
    built = []

    def build(data: LossData, priors: object) -> None:
        built.append(data)
        raise InterruptedError

    form = replace(loss_folds.SHIPPED, build=build)
    missing = loss_folds._Sampler(form, first.fitted, DEFAULT.loss, TOY, 0).identity(second)
    monkeypatch.setattr(loss_folds, "SHIPPED", form)
    monkeypatch.setattr(loss_folds, "resume", lambda _, identity, make: make() if identity == missing else None)
    with pytest.raises(InterruptedError):
        list(loss_folds.fit_folds([first, second], tmp_path, DEFAULT.loss, TOY, 0))
    assert [data is first.fitted for data in built] == [True]


def log_t4(value: float, centre: float, scale: float) -> float:
    """Log density of Student's t with 4 degrees of freedom, up to a constant."""
    z = (value - centre) / scale
    return -math.log(scale) - 2.5 * math.log1p(z * z / 4)


def two_groups() -> LossData:
    flop = np.array([1e18, 1e19, 1e20, 3e18, 3e19, 3e20])
    return LossData.from_points(["a"] * 3 + ["b"] * 3, flop, [3.2, 2.8, 2.5, 3.6, 3.2, 2.9])


def test_the_power_law_has_the_density_that_its_docstring_states() -> None:
    """Differences between two points of parameter space, term by term, in plain arithmetic."""
    data, priors = two_groups(), DEFAULT.loss
    model = power_law.build(data, priors)
    density = model.compile_logp()

    def point(
        mu_b: float, tau_b: float, b: tuple[float, float], s: float, l0: tuple[float, float]
    ) -> dict[str, object]:
        found = {
            "log_l0": np.array(l0),
            "mu_b": mu_b,
            "tau_b_log__": math.log(tau_b),
            "ln_b": np.log(b),
            "ln_s_innovations": np.zeros(2),
            "mu_s": math.log(s),
            "tau_s_log__": math.log(0.6),
        }
        return {name: np.asarray(value, float) for name, value in found.items()}

    def by_hand(mu_b: float, tau_b: float, b: tuple[float, float], s: float, l0: tuple[float, float]) -> float:
        total = -0.5 * ((mu_b - math.log(0.1)) / 0.5) ** 2 - 0.5 * ((math.log(tau_b) - math.log(0.3)) / 0.5) ** 2
        total += -0.5 * ((math.log(s) - math.log(0.004)) / 0.7) ** 2
        for g in range(2):
            total += log_t4(math.log(b[g]), mu_b, tau_b)
            total += -0.5 * ((l0[g] - data.log_l0_guess[g]) / 0.1) ** 2
        for i in range(6):
            g = data.group[i]
            centre = l0[g] - b[g] * math.log(10) * (data.log10_flop[i] - data.log10_c0[g])
            total += log_t4(data.log_loss[i], centre, math.hypot(0.003, s))
        return total

    guess = (float(data.log_l0_guess[0]), float(data.log_l0_guess[1]))
    one = (-2.9, 0.3, (0.05, 0.06), 0.005, guess)
    other = (-2.5, 0.5, (0.055, 0.045), 0.01, (guess[0] + 0.01, guess[1] - 0.02))
    assert density(point(*other)) - density(point(*one)) == pytest.approx(by_hand(*other) - by_hand(*one), abs=1e-6)


def test_a_law_without_a_floor_forecasts_a_straight_line() -> None:
    data, draws = two_groups(), 4000
    block = {
        "b": np.full((draws, 2), 0.05),
        "s": np.full((draws, 2), 1e-6),
        "log_l0": np.tile(data.log_l0_guess, (draws, 1)),
    }
    x = np.array([19.0, 20.0])
    said = loss.predictive(power_law.as_model_block(block), data, np.array([0, 0]), x, RNG, DEFAULT.loss)
    expected = data.log_l0_guess[0] - 0.05 * math.log(10) * (x - data.log10_c0[0])
    assert np.median(said, axis=0) == pytest.approx(expected, abs=5e-4)


def test_every_form_and_baseline_forecasts_every_held_out_tail() -> None:
    points = loss_folds.Points.load()
    fold = next(fold for fold in points.folds() if fold.quantity == "loss_two_decades")
    groups, draws = len(fold.fitted.groups), 200
    shipped = loss.prior_draws(fold.fitted, DEFAULT.loss, draws, RNG)
    without = {"b": np.full((draws, groups), 0.05), "s": np.full((draws, groups), 0.004), "log_l0": shipped["log_l0"]}
    runs = {
        loss_folds.SHIPPED: Run({"loss": shipped}, "x", "v", {}),
        loss_folds.NO_FLOOR: Run({"loss": without}, "y", "v", {}),
    }
    outcomes = list(loss_outcomes(points, fold, runs, DEFAULT.loss, 0))
    assert len(outcomes) == fold.held.sum()
    assert {name for o in outcomes for name in o.said} == {MODEL, POWER_LAW, "line", "last_law"}
    first = outcomes[0]
    g = fold.fitted.groups.index(first.part)
    x, y = (column[fold.fitted.group == g] for column in (fold.fitted.log10_flop, fold.fitted.log_loss))
    at = float(first.target.removeprefix("1e").removesuffix(" FLOP"))
    line = Line.fit(x, y)
    assert np.median(first.said["line"]) == pytest.approx(line.level + line.slope * (at - line.centre), abs=0.01)
    start = int(x.argmax())
    assert np.median(first.said["last_law"]) == pytest.approx(y[start] + KAPLAN_SLOPE * (at - x[start]), abs=0.01)


@pytest.mark.long
def test_held_out_losses_are_refitted_with_data_swapped(tmp_path: Path) -> None:
    toy = Backtest(tmp_path, (), settings=TOY)
    done = toy.perform(Task(groups=11), tmp_path)
    assert {fit["fit"] for fit in done.fits} == {"without olmo", "without porian"}
    assert done.cpu_seconds > 0
    mine = [row for row in done.scores if row["forecaster"] == MODEL]
    assert math.sqrt(np.mean([(row["q50"] - row["observed"]) ** 2 for row in mine])) < 0.15
