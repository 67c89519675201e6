"""The rules by which the files of scaling studies become losses at a compute, each with its test."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.data import rules
from forecast.data.loss_points import isoflop_minima, lowest_at_compute, minimum
from forecast.data.loss_studies import OLMO_TARGETS, is_tuned_standard, olmo_reason
from forecast.data.raw import RawRow

positive = st.floats(1e-3, 1e30)


def test_the_five_artefacts_of_the_digitised_points_have_under_041_tokens_a_parameter() -> None:
    assert rules.is_artefact(1e9, 0.4e9)
    assert not rules.is_artefact(1e9, 0.41e9)


@pytest.mark.parametrize(
    ("name", "near", "sizes"),
    [
        ("2b855b14b", (2.81e9, 55e9), (2.8e9, 55e9, 14e9)),
        ("2b84b4b", (2.81e9, 4e9), (2.8e9, 4e9, 4e9)),
        ("2b855b1b25", (2.81e9, 55.1e9), (2.8e9, 55e9, 1.25e9)),
        ("146m14b14b", (0.146e9, 14e9), (146e6, 14e9, 14e9)),
        ("14m1b5100m", (14.1e6, 1.5e9), (14e6, 1.5e9, 100e6)),
        ("1b1100m100m", (1.1e9, 1e8), (1.1e9, 100e6, 100e6)),
    ],
)
def test_sizes_are_rebuilt_from_the_name_of_a_run(
    name: str, near: tuple[float, float], sizes: tuple[float, float, float]
) -> None:
    assert rules.from_name(name, *near) == pytest.approx(sizes)


def test_a_name_without_three_sizes_is_refused() -> None:
    with pytest.raises(ValueError, match="not three sizes"):
        rules.from_name("baseline", 1e9, 1e9)


def test_data_are_repeated_at_most_four_times() -> None:
    assert rules.epochs_within_four(56e9, 14e9)
    assert not rules.epochs_within_four(57e9, 14e9)


def test_log10_columns_are_taken_out_of_the_logarithm() -> None:
    assert rules.from_log10("9.0") == pytest.approx(1e9)


def test_the_best_learning_rate_of_each_cell_is_kept() -> None:
    rows = [("a", 3.1), ("b", 2.0), ("a", 3.0), ("b", 2.5)]
    assert rules.best_per_cell(rows, lambda row: row[0], lambda row: row[1]) == [("a", 3.0), ("b", 2.0)]


def test_one_accounting_of_porians_runs_is_used() -> None:
    used = {"hparams": "tuned", "param_count": "standard", "val": "val"}
    assert is_tuned_standard(RawRow(2, used))
    for column, other in (("hparams", "base"), ("param_count", "kaplan"), ("val", "train")):
        assert not is_tuned_standard(RawRow(2, {**used, column: other}))


def test_of_the_olmo_ladder_one_run_of_each_size_at_1x_and_10x_and_the_two_large_runs_are_used() -> None:
    for file in ("190M-1xC.csv", "3B-10xC.csv", *OLMO_TARGETS):
        assert olmo_reason(file) == ""
    for file in ("190M-1xC-rerun.csv", "190M-5xC.csv", "peteish7_medlr_eval_full.csv", "peteish13_eval_final.csv"):
        assert olmo_reason(file)


# isoFLOP minima
@given(st.floats(17, 23), st.floats(0.01, 0.3), st.floats(2, 4))
def test_the_minimum_of_an_exact_parabola_is_found(centre: float, curvature: float, level: float) -> None:
    sizes = [math.exp(centre + step) for step in (-1.0, -0.6, -0.2, 0.2, 0.6, 1.0, 1.4)]
    losses = [level + curvature * (math.log(size) - centre) ** 2 for size in sizes]
    found = minimum(sizes, losses)
    assert not isinstance(found, str)
    assert found == pytest.approx((math.exp(centre), level), rel=1e-5)


def test_a_budget_without_a_minimum_says_why() -> None:
    sizes = [1e8, 2e8, 4e8, 8e8, 16e8]
    assert minimum(sizes[:4], [3.0, 2.9, 2.9, 3.0]) == "only 4 sizes"
    assert minimum(sizes, [3.0, 3.3, 3.4, 3.3, 3.0]) == "not convex"
    assert minimum(sizes, [(i - 9) ** 2 / 50 + 3 for i in range(5)]) == "its minimum is outside the sizes"


def test_a_group_needs_four_budgets_and_refuses_by_name() -> None:
    def run(budget: float, step: float) -> dict[str, object]:
        size = math.sqrt(budget) * math.exp(step) / 100
        return {
            "group": "g",
            "source": "s",
            "budget_flop": budget,
            "training_flop": budget,
            "parameters": size,
            "tokens": budget / 6 / size,
            "loss_nats_per_token": 3 - math.log10(budget) / 10 + 0.1 * step**2,
        }

    def runs(budgets: list[float]) -> list[dict[str, object]]:
        return [run(budget, step) for budget in budgets for step in (-1.0, -0.5, 0.0, 0.5, 1.0)]

    enough = isoflop_minima(runs([1e18, 1e19, 1e20, 1e21]))
    assert [row["training_flop"] for row in enough.rows] == [1e18, 1e19, 1e20, 1e21]
    assert not enough.refused
    few = isoflop_minima(runs([1e18, 1e19, 1e20]))
    assert not few.rows
    assert {refusal.reason for refusal in few.refused} == {"under four budgets"}


def test_the_lowest_loss_at_each_compute_is_kept() -> None:
    rows = [{"training_flop": 1e18, "loss_nats_per_token": loss} for loss in (3.0, 2.9)]
    assert [row["loss_nats_per_token"] for row in lowest_at_compute(rows)] == [2.9]
