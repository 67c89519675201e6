"""Fits on a real Dask cluster: the same posteriors and scores as on this machine, kept on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from forecast.errors import InputError
from forecast.executors.cluster import Cluster
from forecast.executors.executor import ONE_THREAD
from forecast.executors.processes import Processes
from forecast.experiments.backtest import Backtest, Done, run
from forecast.experiments.checkpoints import count
from forecast.experiments.origins import origins_of
from forecast.inference import away
from forecast.inference.away import Away, Packed
from forecast.inference.sampling import SamplerSettings, prepare_environment
from tests.clusters import local_cluster

TOY = SamplerSettings(draws=60, tune=100, chains=2, cores=1)
SHORT = ["--draws", "60", "--tune", "120", "--chains", "2", "--json"]
DATES = ["2017-12-31", "2018-12-31"]  # few rows, and no losses: the quickest fits that are whole


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of this machine, and an environment that its commands may change."""
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path / "home"))
    for name in ("PYTENSOR_FLAGS", "NUMBA_CACHE_DIR", *ONE_THREAD):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path / "home"


@pytest.fixture
def address(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A cluster whose workers have a state folder of their own, as another machine has."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TIMELINES_HOME", str(tmp_path / "elsewhere"))
        with local_cluster() as cluster:
            elsewhere.undo()
            yield cluster.scheduler_address


@pytest.mark.long
def test_a_backtest_on_a_cluster_is_the_one_of_this_machine_and_is_kept_here(
    home: Path, address: str, tmp_path: Path
) -> None:
    toy = Backtest(tmp_path / "here", origins_of([2013]), losses=False, settings=TOY)
    prepare_environment(home / "compile-cache")  # as the command does
    with Processes(2) as processes:
        here = run(toy, processes, lambda *_: None)
    away_from_here = replace(toy, checkpoints=tmp_path / "kept")
    with Cluster(address) as cluster:
        there = run(away_from_here, cluster, lambda *_: None)
        assert _timeless(there) == _timeless(here)
        assert count(away_from_here.checkpoints) == 1
        for path in toy.checkpoints.iterdir():
            assert (away_from_here.checkpoints / path.name).read_bytes() == path.read_bytes()
        again = run(away_from_here, cluster, lambda *_: None)
    assert _timeless(again) == _timeless(here)
    assert sum(done.cpu_seconds for done in again) < 0.5 * sum(done.cpu_seconds for done in there)
    assert not list((tmp_path / "elsewhere").glob("backtest*"))


def _timeless(results: list[Done]) -> list[Done]:
    return [replace(done, cpu_seconds=0.0) for done in results]


@pytest.mark.long
def test_fits_of_several_dates_on_a_cluster_are_those_of_this_machine(home: Path, address: str) -> None:
    (here,) = _fit(DATES[:1])
    (path,) = (home / "posteriors").glob("*.nc")
    content = path.read_bytes()
    path.unlink()
    there = {one["as_of"]: one for one in _fit(DATES, "--cluster", address)}
    assert list(there) == DATES or list(there) == DATES[::-1]
    assert {name: there[DATES[0]][name] for name in ("name", "status", "reasons")} == {
        name: here[name] for name in ("name", "status", "reasons")
    }
    assert path.read_bytes() == content
    assert len(list((home / "posteriors").glob("*.nc"))) == 2


def _fit(dates: list[str], *options: str) -> list[dict[str, Any]]:
    asked = [word for one in dates for word in ("--as-of", one)]
    command = [sys.executable, "-m", "forecast.cli.main", "fit", *asked, *SHORT, *options]
    done = subprocess.run(command, env=dict(os.environ), text=True, capture_output=True, check=False, timeout=1500)
    decoder, text, found = json.JSONDecoder(), done.stdout.strip(), []
    while text:
        one, end = decoder.raw_decode(text)
        found.append(one)
        text = text[end:].strip()
    assert len(found) == len(dates), done.stderr
    return found


def test_a_worker_with_other_libraries_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Away.of(partial(max, 1))
    monkeypatch.setattr(away, "version", lambda name: "0.1" if name == "pymc" else work.libraries[name])
    with pytest.raises(InputError, match=rf"pymc 0\.1 there, {work.libraries['pymc']} here\. Fits need the same"):
        work(Packed.of(0, 2), {})
