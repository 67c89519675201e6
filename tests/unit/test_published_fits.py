"""Published results come out of our own tables, by the simple fits with which they were published."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from forecast.data import selections, tables
from forecast.data.laws import BESIROGLU, HOFFMANN

Array = NDArray[np.float64]
HUBER_DELTA = 1e-3
STARTS = list(product((0.0, 10.0), (0.0, 10.0), (-0.5, 0.5), (0.2, 0.5)))


def slope(x: Array, y: Array) -> tuple[float, float, float]:
    """Slope of an ordinary least-squares line, and its 95 % interval by the normal approximation."""
    centred = x - x.mean()
    estimate = float(centred @ y / (centred @ centred))
    residual = y - y.mean() - estimate * centred
    error = float(np.sqrt(residual @ residual / (len(x) - 2) / (centred @ centred)))
    return estimate, estimate - 1.96 * error, estimate + 1.96 * error


def growth(x: Array, log10_y: Array) -> list[float]:
    """Yearly growth factor and its interval."""
    return [10**value for value in slope(x, log10_y)]


def doubling_years(x: Array, log10_usd_per_unit: Array) -> list[float]:
    """Years in which a dollar buys twice as much, and the interval, low end first."""
    middle, low, high = slope(x, -log10_usd_per_unit)
    return [float(np.log10(2)) / rate for rate in (middle, high, low)]


def column(frame: pd.DataFrame, name: str) -> Array:
    return np.asarray(frame[name], dtype=np.float64)


def test_compute_of_notable_models_since_2010_grows_4_35x_a_year() -> None:
    runs = tables.load("training_runs")
    runs = runs[runs["published_on"] >= "2010"]
    found = growth(selections.decimal_years(runs["published_on"]), np.log10(column(runs, "training_flop")))
    assert found == pytest.approx([4.35, 3.95, 4.80], abs=0.005)


def test_frontier_compute_to_april_2024_grows_4_84x_a_year() -> None:
    frontier = selections.frontier_runs(tables.load("training_runs"), until=date(2024, 4, 30))
    found = growth(column(frontier, "decimal_year"), column(frontier, "log10_flop"))
    assert found == pytest.approx([4.84, 4.55, 5.15], abs=0.005)


def test_training_cost_of_frontier_models_grows_2_56x_a_year() -> None:
    frontier = selections.frontier_runs(tables.load("training_runs"), until=date(2024, 4, 30), since=date(2016, 1, 1))
    costs = selections.realised_price_rows(tables.load("spend"), since=date(2016, 1, 1))
    costs = costs[costs["run_id"].isin(frontier["run_id"])]
    found = growth(column(costs, "decimal_year"), column(costs, "log10_usd"))
    assert found == pytest.approx([2.56, 2.07, 3.16], abs=0.005)


def test_fp32_per_dollar_doubles_every_2_49_years_on_413_gpus() -> None:
    rows = selections.accelerator_rows(tables.load("accelerators"), "historical_fp32")
    assert len(rows) == 413
    found = doubling_years(column(rows, "decimal_year"), column(rows, "log10_usd_per_flop_per_s"))
    assert found == pytest.approx([2.49, 2.24, 2.79], abs=0.006)


def test_realised_flop_per_dollar_doubles_about_every_2_years() -> None:
    rows = selections.realised_price_rows(tables.load("spend"))
    assert len(rows) == 178
    found, low, high = doubling_years(column(rows, "decimal_year"), column(rows, "log10_usd_per_flop"))
    assert found == pytest.approx(2.0, abs=0.05)
    assert low < 2.0 < high


@pytest.mark.parametrize(("chip", "yearly"), [("NVIDIA A100 SXM4 80 GB", 0.96), ("NVIDIA H100 SXM5 80GB", 1.05)])
def test_the_rent_of_one_chip_barely_falls_in_dollars_of_the_day(chip: str, yearly: float) -> None:
    rows = selections.rental_rows(tables.load("rental_prices"))
    rows = rows[(rows["chip"] == chip) & (rows["vendor_set"] == "2017-2025")]
    usd_2023 = tables.load("macro").set_index("year")["usd_2023_per_usd"]
    of_the_day = column(rows, "log10_usd_per_flop") - np.log10(usd_2023[rows["published_on"].dt.year].to_numpy())
    assert growth(column(rows, "decimal_year"), of_the_day)[0] == pytest.approx(yearly, abs=0.005)


def huber_of_log_loss(theta: Array, log_n: Array, log_d: Array, log_loss: Array) -> tuple[float, Array]:
    """Huber loss of ln L against logsumexp(a - alpha ln N, b - beta ln D, e), and its gradient."""
    a, b, e, alpha, beta = theta
    terms = np.stack([a - alpha * log_n, b - beta * log_d, np.full_like(log_n, e)])
    top = terms.max(axis=0)
    weights = np.exp(terms - top)
    residual = top + np.log(weights.sum(axis=0)) - log_loss
    weights /= weights.sum(axis=0)
    clipped = np.clip(residual, -HUBER_DELTA, HUBER_DELTA)
    value = float(np.sum(clipped * (residual - clipped / 2)))
    pull = clipped * weights
    gradient = [pull[0].sum(), pull[1].sum(), pull[2].sum(), -(pull[0] @ log_n), -(pull[1] @ log_d)]
    return value, np.array(gradient)


def test_the_gradient_of_the_huber_loss_is_right() -> None:
    rng = np.random.default_rng(1)
    data = (rng.normal(20, 1, 30), rng.normal(22, 1, 30), rng.normal(1, 0.1, 30))
    theta = np.array([6.0, 7.0, 0.6, 0.35, 0.36])
    _, gradient = huber_of_log_loss(theta, *data)
    step = 1e-6
    for at in range(5):
        move = np.eye(5)[at] * step
        rise = huber_of_log_loss(theta + move, *data)[0] - huber_of_log_loss(theta - move, *data)[0]
        assert gradient[at] == pytest.approx(rise / (2 * step), rel=1e-4, abs=1e-9)


def test_the_huber_fit_of_the_240_chinchilla_points_comes_out_to_three_decimals() -> None:
    points = tables.load("loss_runs")
    points = points[(points["group"] == "hoffmann-massivetext")]
    assert len(points) == 245
    points = points[points["left_out_because"] == ""]
    assert len(points) == 240
    data = tuple(np.log(column(points, name)) for name in ("parameters", "tokens", "loss_nats_per_token"))
    tight = {"maxiter": 5000, "maxfun": 5000, "ftol": 1e-15, "gtol": 1e-10}
    fits = [
        minimize(huber_of_log_loss, [a, b, e, rate, rate], args=data, jac=True, method="L-BFGS-B", options=tight)
        for a, b, e, rate in STARTS
    ]
    a, b, e, alpha, beta = min(fits, key=lambda fit: fit.fun).x
    assert [np.exp(e), alpha, beta] == pytest.approx([1.8172, 0.3473, 0.3672], abs=5e-4)
    assert [np.exp(a), np.exp(b)] == pytest.approx([477.8, 2143.0], rel=1e-3)


@pytest.mark.parametrize("law", [HOFFMANN, BESIROGLU], ids=["hoffmann", "besiroglu"])
@pytest.mark.parametrize("flop", [1e19, 1e21, 5.76e23])
def test_a_derived_frontier_is_the_best_split_of_its_compute(law: object, flop: float) -> None:
    log_n = np.linspace(np.log(1e7), np.log(1e12), 200_001)
    n = np.exp(log_n)
    d = flop / (6 * n)
    best = float(np.min(law.floor + law.a * n**-law.alpha + law.b * d**-law.beta))  # type: ignore[attr-defined]
    name = "hoffmann" if law is HOFFMANN else "besiroglu"
    row = tables.load("laws").set_index("name").loc[name]
    frontier = row["floor_nats"] + row["coefficient_nats"] * (flop / row["flop_unit"]) ** -row["exponent"]
    assert frontier == pytest.approx(best, rel=1e-7)


def test_kaplans_law_gives_the_compute_of_the_checks() -> None:
    row = tables.load("laws").set_index("name").loc["kaplan"]
    for loss, flop in ((0.86, 6.941e29), (1.24, 3.392e26)):
        needed = row["flop_unit"] * (row["coefficient_nats"] / loss) ** (1 / row["exponent"])
        assert needed == pytest.approx(flop, rel=5e-4)
