"""The stock of chips: counted once, complete quarters only, as known by the cutoff; and what the engine makes of it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecast.data import selections, tables
from forecast.engine.inputs import draw
from forecast.engine.stock import ChipStock
from forecast.families import Z95
from forecast.inputs import INPUTS
from forecast.posterior import selection
from forecast.posterior.artefact import read
from tests.chips import GROWTH, LOG10_H100E, SD_OOM
from tests.synthetic import synthetic_posterior


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return tables.load("chip_stock")


@pytest.fixture(scope="module")
def quarters(table: pd.DataFrame) -> pd.DataFrame:
    return selections.installed_chips(table)


def test_the_newest_count_is_the_sum_of_four_manufacturers(table: pd.DataFrame, quarters: pd.DataFrame) -> None:
    by_maker = {"AMD": 1_244_972, "Amazon": 1_020_727, "Google": 3_812_878, "Nvidia": 13_659_258}
    assert quarters["log10_h100e"].iloc[-1] == pytest.approx(np.log10(sum(by_maker.values())))
    assert quarters["quarter"].iloc[-1] == "2025 Q4" and set(table["manufacturer"]) == set(by_maker)
    assert quarters["sd_oom"].iloc[-1] == pytest.approx(np.log10(22_707_469 / 16_950_469) / (2 * Z95))


def test_no_chip_counts_twice(table: pd.DataFrame, quarters: pd.DataFrame) -> None:
    """The single chips add up to the totals within their errors, so both together would be twice as many."""
    newest = table[(table["quarter_end"] == "2025-12-31") & (table["chip"] != "total")]
    single = newest["h100_equivalents_p50"].sum()
    assert 10 ** quarters["log10_h100e"].iloc[-1] == pytest.approx(single, rel=0.1)


def test_only_quarters_that_every_manufacturer_has(quarters: pd.DataFrame) -> None:
    assert list(quarters["quarter"]) == [f"{year} Q{q}" for year in (2024, 2025) for q in (1, 2, 3, 4)]
    assert (np.diff(quarters["log10_h100e"]) > 0).all()


def test_before_any_publication_there_is_none(table: pd.DataFrame) -> None:
    assert selections.installed_chips(tables.published_by(table, date(2026, 3, 30))).empty


def test_a_count_that_was_revised_later_is_widened(table: pd.DataFrame) -> None:
    widened = selections.installed_chips(table.assign(revision_dex=0.3))
    assert widened["sd_oom"].iloc[-1] == pytest.approx(np.hypot(0.0386, 0.3), abs=1e-3)


class TestOfAPosterior:
    def test_the_stock_is_the_latest_count_and_its_growth_over_a_year(self) -> None:
        assert ChipStock.of(synthetic_posterior(20)) == ChipStock(2026.0, LOG10_H100E, SD_OOM, pytest.approx(GROWTH))

    def test_as_of_2020_there_is_none(self) -> None:
        assert ChipStock.of(synthetic_posterior(20, as_of=date(2020, 7, 27))) is None

    def test_what_it_says_of_inputs_is_drawn_instead_of_their_defaults(self) -> None:
        said = ChipStock(2028.0, 8.5, 0.1, 0.3).priors
        assert set(said) <= set(INPUTS)
        assert draw("chips.growth_oom_per_year", 4000, 0, said["chips.growth_oom_per_year"]).mean() == pytest.approx(
            0.3, abs=0.01
        )
        assert draw("chips.stock_error_oom", 4000, 0, said["chips.stock_error_oom"]).std() == pytest.approx(
            0.1, abs=0.01
        )

    def test_one_count_tells_no_growth(self) -> None:
        assert set(ChipStock(2028.0, 8.5, 0.1).priors) == {"chips.stock_error_oom"}


class TestShipped:
    def test_the_reference_knows_the_stock_and_the_defaults_agree_with_it(self) -> None:
        stock = ChipStock.of(read(selection.reference().path))
        assert stock is not None and stock.growth_oom_per_year is not None
        assert (stock.year, stock.log10_h100e) == (pytest.approx(2025.997, abs=1e-3), pytest.approx(7.2953, abs=1e-4))
        for name, said in stock.priors.items():
            default = INPUTS[name].prior
            assert default.ppf(0.5) == pytest.approx(said.mean, abs=0.01)
            assert float(default.ppf(0.95)) - float(default.ppf(0.5)) == pytest.approx(Z95 * said.sd, rel=0.1)

    def test_those_of_the_claims_know_none(self) -> None:
        older = [path for path in selection.SHIPPED.glob("*.nc") if not path.name.startswith("2026")]
        assert len(older) == 4
        assert [ChipStock.of(read(path)) for path in older] == [None] * 4
