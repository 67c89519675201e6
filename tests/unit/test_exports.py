from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from forecast.engine.answer import HindsightRows, Provenance
from forecast.engine.draws import Draws
from forecast.engine.parts import PosteriorStatus
from forecast.errors import InputError
from forecast.exports import to_arviz

PROVENANCE = Provenance(
    posterior="2026-11-20-x",
    data_digest="abc",
    as_of="2026-11-20",
    data_cutoff="2026-11-20",
    hindsight_rows=(HindsightRows("training_runs", 3), HindsightRows("spend", 1)),
    seed=7,
    draws=4,
    code_version="0.4",
    scenario_hash="def",
)
GATE = PosteriorStatus("2026-11-20-x", "PASSED", (), None)
DRAWS = Draws(np.array([2026.9, 2031.5, np.inf, np.inf]), np.array([0, 1, 2, 3], np.int8), PROVENANCE, GATE)


def test_arrivals_become_one_chain_with_their_provenance() -> None:
    group = to_arviz(DRAWS)["posterior"]
    assert dict(group.ds.sizes) == {"chain": 1, "draw": 4}
    assert np.array_equal(group["arrival_year"].values[0], DRAWS.decimal_year)
    assert np.array_equal(group["outcome"].values[0], DRAWS.outcome)
    assert group.attrs["posterior"] == "2026-11-20-x" and group.attrs["seed"] == 7
    assert group.attrs["hindsight_rows"] == "training_runs 3, spend 1"
    assert group["outcome"].attrs["flag_meanings"] == "already within_horizon beyond_horizon never"


def test_what_is_exported_can_be_kept_in_a_file(tmp_path: Path) -> None:
    import xarray

    file = tmp_path / "arrivals.nc"
    to_arviz(DRAWS).to_netcdf(file, engine="h5netcdf")
    with xarray.open_datatree(file, engine="h5netcdf") as tree:
        assert np.array_equal(tree["posterior"]["arrival_year"].values[0], DRAWS.decimal_year)
        assert tree["posterior"].attrs["scenario_hash"] == "def"


def test_without_arviz_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refuse:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "arviz":
                raise ModuleNotFoundError("No module named 'arviz'", name="arviz")

    monkeypatch.delitem(sys.modules, "arviz", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refuse(), *sys.meta_path])
    with pytest.raises(InputError, match=r"pip install 'ai-timelines\[fit\]'"):
        to_arviz(DRAWS)
