"""What would have been said in July 2020 of the runs that came since, with facts from the reference posterior."""

from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner

from forecast.cli.main import main
from forecast.evaluation import scores
from forecast.evaluation.hindsight import Row
from forecast.evaluation.outcome import since_then
from forecast.evaluation.retrospective import DAY, asked_size, caveats, claimed, rows, summary, to_json
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from tests.synthetic import synthetic_posterior


@pytest.fixture(scope="module")
def told() -> dict[float, Row]:
    return {row.flop: row for row in rows()}


@pytest.mark.parametrize(
    ("flop", "median", "low", "high", "claim"),
    [
        (2e25, 2023.5, 2022.5, 2024.5, 2022.2),
        (5e25, 2024.0, 2023.0, 2025.0, 2022.6),
        (3.5e26, 2025.2, 2024.1, 2026.6, 2023.4),
        (5e26, 2025.5, 2024.2, 2026.9, 2023.5),
    ],
)
def test_the_dates_are_those_that_were_worked_out_before(
    told: dict[float, Row], flop: float, median: float, low: float, high: float, claim: float
) -> None:
    row = told[flop]
    assert row.median == pytest.approx(median, abs=0.25)
    assert (row.low, row.high) == pytest.approx((low, high), abs=0.5)
    assert row.claimed == pytest.approx(claim, abs=0.06)


def test_the_runs_are_those_that_the_reference_posterior_observed(told: dict[float, Row]) -> None:
    observed = selection.find(selection.reference().name).observed
    for row in told.values():
        if row.came is not None:
            at = list(observed["compute_name"]).index(row.system)
            assert row.training_flop == pytest.approx(10 ** observed["compute_log10_flop"][at])
            assert row.came == observed["compute_year"][at] > 2020.5
            before = observed["compute_log10_flop"][observed["compute_year"] < row.came]
            assert row.training_flop >= 1.25 * 10 ** before.max()
    assert told[2e25].system.startswith("GPT-4") and told[5e25].system.startswith("Gemini")


def test_gpt4_and_its_cost_lie_inside(told: dict[float, Row]) -> None:
    row = told[2e25]
    assert row.inside_80 and row.published_on == date(2023, 3, 15)
    cost = row.cost
    assert cost is not None and cost.inside_80
    assert (cost.low, cost.median, cost.high) == pytest.approx((8e6, 31e6, 120e6), rel=0.1)
    assert cost.recorded == pytest.approx(37e6, rel=0.02)


def test_a_row_scores_the_draws_of_its_question(told: dict[float, Row]) -> None:
    forecaster = Forecaster.load(as_of=DAY)
    for row in (told[2e25], told[5e26]):
        question = forecaster.question(flop=row.flop, criterion="on_trend")
        years = np.minimum(forecaster.draws(question).decimal_year, 2061.0)
        assert row.crps_years == pytest.approx(float(scores.crps(years[:, None], [row.came or 0.0])[0]), abs=0.02)
        assert row.at == pytest.approx(np.mean(years <= (row.came or 0) + 1 / 24), abs=0.001)


def test_it_says_of_a_run_what_a_single_question_says(told: dict[float, Row]) -> None:
    single = since_then(Forecaster.load(as_of=DAY).when(flop=2e25, criterion="on_trend"))
    assert single is not None and single.probability_by_then == told[2e25].at


def test_the_next_power_of_ten_is_waited_for(told: dict[float, Row]) -> None:
    row = told[1e27]
    assert (row.came, row.at, row.inside_80, row.cost) == (None, None, None, None)
    assert row.log_waited == pytest.approx(math.log(1 - row.p_by_known_until))
    assert "None had been disclosed by 2025-07-31" in row.words


def test_the_claimed_doubling_starts_at_gpt3_in_mid_2020() -> None:
    assert claimed(3.14e23) == 2020.5
    assert claimed(2 * 3.14e23) == pytest.approx(2020.5 + 3.4 / 12)


def test_sizes_are_rounded_down_to_halves() -> None:
    assert [asked_size(flop) for flop in (2.1e25, 2.58e24, 5e26, 9.99e25, 1e27)] == pytest.approx(
        [2e25, 2.5e24, 5e26, 9.5e25, 1e27]
    )


def test_the_summary_counts_and_the_caveats_say_one_success(told: dict[float, Row]) -> None:
    made = summary(list(told.values()))
    came = [row for row in told.values() if row.came is not None]
    assert made.runs == len(came) and made.inside_80 == sum(bool(row.inside_80) for row in came)
    assert made.error_years < made.claim_error_years
    words = " ".join(caveats(came))
    assert f"one success, not {len(came)}" in words and "Pseudo-vintage" in words and "in view" in words


def test_facts_that_a_test_makes_up_are_scored_in_closed_form() -> None:
    """A run of 1e25 FLOP in 2030 is beyond what July 2020 expected: at its end, outside, off by the difference."""
    facts = synthetic_posterior(40)
    year = np.array([2019.0, 2030.0])
    observed = {name: values[:2] for name, values in facts.observed.items()}
    observed |= {"compute_year": year, "compute_log10_flop": np.array([23.5, 25.0])}
    observed |= {"compute_name": np.array(["early", "late"], object), "spend_name": np.array(["late", "x"], object)}
    observed |= {"spend_log10_usd": np.array([12.0, 5.0])}
    object.__setattr__(facts, "observed", observed)
    late, waiting = rows(facts=facts)
    assert (late.system, late.flop, waiting.flop) == ("late", 1e25, 1e26)
    assert late.at is not None and late.at > 0.99 and late.inside_80 is False
    assert late.error_years == pytest.approx(2030 - late.median)
    assert late.crps_years is not None and late.crps_years < 2030 - late.median
    assert late.cost is not None and not late.cost.inside_80 and late.cost.recorded == pytest.approx(1e12)


def test_json_has_every_row_and_is_the_same_each_time() -> None:
    once, again = to_json(rows()), to_json(rows())
    assert once == again
    made = json.loads(once)
    assert made["as_of"] == "2020-07-27" and made["summary"]["runs"] == len(made["rows"]) - 1
    assert made["rows"][2]["words"].startswith("2e25 FLOP: forecast for")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["replay", *arguments])
    assert result.exit_code == 0, result.stderr or result.exception
    return result.stdout


def test_the_command_line_shows_it_alone_within_a_hundred_columns() -> None:
    text = run("--retrospective")
    assert max(map(len, text.splitlines())) <= 100
    assert "GPT-4 (Mar 2023)" in text and "$37.3M" in text and "one success" in text.lower()
    assert "arithmetic" not in text
    assert json.loads(run("--retrospective", "--json"))["rows"]


def test_one_claim_alone_comes_without_it_and_claims_do_not_go_with_it() -> None:
    assert "In hindsight" not in run("G3")
    result = CliRunner().invoke(main, ["replay", "G3", "--retrospective"])
    assert result.exit_code == 2 and "choose one" in result.stderr
