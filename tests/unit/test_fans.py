"""The stored fans are the forecasts that were scored."""

from __future__ import annotations

from datetime import date

import pytest

from forecast.evaluation import past_fans
from forecast.evaluation.quantities import MODEL
from forecast.experiments.fans import fan_rows, quarter_ends
from forecast.experiments.origins import year_end
from forecast.experiments.run_targets import Known, run_outcomes
from forecast.experiments.scored import rows
from forecast.units import decimal_year
from tests.synthetic import synthetic_posterior

ORIGIN = date(2020, 12, 31)


def test_fans_start_from_what_was_known_and_end_where_the_scored_forecast_lies() -> None:
    posterior = synthetic_posterior(300, as_of=ORIGIN)
    found = [row for row in fan_rows(posterior, 0) if row["quantity"] == "largest_compute"]
    largest = Known.of("compute", ORIGIN).series.at("largest", ORIGIN)
    assert [found[0]["q2.5"], found[0]["q97.5"]] == pytest.approx([largest, largest], abs=1e-3)
    scored = rows([o for o in run_outcomes(posterior, 0) if o.quantity == "largest_compute"])
    mine = {row["years_ahead"]: row for row in scored if row["forecaster"] == MODEL}
    for years in (1, 2, 3, 5):
        assert found[4 * years]["q50"] == mine[years]["q50"]
        assert found[4 * years]["decimal_year"] == pytest.approx(decimal_year(year_end(ORIGIN, years)), abs=1e-3)


def test_quarters_end_on_their_last_days() -> None:
    ends = quarter_ends(ORIGIN)
    assert [end.isoformat() for end in ends[:4]] == ["2021-03-31", "2021-06-30", "2021-09-30", "2021-12-31"]
    assert len(ends) == past_fans.QUARTERS * past_fans.YEARS
    assert ends[-1] == date(2026, 12, 31)
