"""What each way in may load: the light paths stay light, the serve arm never needs the fit arm."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import forecast
from tests.house import run_python

# Prints the modules that the given code loaded beyond the interpreter's own, by top-level name.
LOADED = """
import json, sys
before = set(sys.modules)
{code}
new = {{name.split(".")[0] for name in set(sys.modules) - before}}
print("LOADED " + json.dumps(sorted(new - set(sys.stdlib_module_names))))
"""

ASK = """
from forecast.cli.main import main
sys.argv = ["timelines", "when", "--loss", "1.24", "--scale", "kaplan-webtext2", "--budget", "1e9", "--json"]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""

# Refuses what only the fit arm may need, then imports every module of the serve arm.
SERVE_ARM = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {refused!r}:
            raise ImportError(f"the serve arm asked for {{name}}")

sys.meta_path.insert(0, Refuse())
rooms = ["forecast." + room for room in ("posterior", "engine", "catalogue", "forecaster", "evaluation", "reports")]
for room in rooms + ["timelines_server"]:
    module = importlib.import_module(room)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), room + "."):
        if ".migrations" not in found.name:  # Alembic runs those, they are no modules
            importlib.import_module(found.name)
{code}
assert not [name for name in sys.modules if name.startswith(("forecast.models", "forecast.inference"))]
"""

FIT_ONLY = {"pymc", "pytensor", "nutpie", "arviz", "arviz_base", "arviz_stats", "xarray", "h5netcdf", "pandera"}


def loaded_by(code: str) -> set[str]:
    done = run_python(LOADED.format(code=code))
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("LOADED "))
    return set(json.loads(line.removeprefix("LOADED ")))


def test_import_forecast_loads_nothing() -> None:
    assert loaded_by("import forecast") == {"forecast"}


def test_import_timelines_loads_no_science() -> None:
    assert not loaded_by("import timelines") & {"numpy", "pandas", "forecast", "timelines_server"}


def test_when_loads_numpy_h5py_and_click_only() -> None:
    by_cython = {name for name in loaded_by(ASK) if name == "cython_runtime" or name.startswith("_cython_")}
    assert loaded_by(ASK) - by_cython == {"forecast", "numpy", "h5py", "click"}


def test_an_answer_imports_no_room_that_it_does_not_ask() -> None:
    listed = ASK + "print(*sorted(sys.modules), file=sys.stderr)"
    loaded = set(run_python("import sys\n" + listed).stderr.split())
    others = {"draws", "explain", "fan", "grid", "inverse", "sensitivity", "study"}
    assert "forecast.engine.solver" in loaded
    assert not loaded & {f"forecast.engine.{name}" for name in others}


@pytest.mark.parametrize("code", ["", ASK], ids=["import", "answer"])
def test_serve_arm_runs_without_the_fit_arm(code: str) -> None:
    done = run_python(SERVE_ARM.format(refused=FIT_ONLY, code=code))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", forecast.__all__)
def test_lazy_names_arrive_when_used(name: str) -> None:
    assert getattr(forecast, name) is not None
    assert name in dir(forecast)


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'oracle'"):
        _ = forecast.oracle  # type: ignore[attr-defined]


def test_the_client_says_where_the_command_is(tmp_path: Path) -> None:
    done = run_python("import runpy; runpy.run_module('timelines', run_name='__main__')", env={**os.environ})
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert "`timelines`" in done.stdout
