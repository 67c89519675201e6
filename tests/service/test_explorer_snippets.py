"""The programs that the explorer writes for a question: in each language they get the same answer, to the bit."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.house import ROOT
from tests.npm import required
from tests.service.over_http import start_with_http

EXPLORER = ROOT / "clients" / "explorer"
SCALE = "kaplan-webtext2"
COMPARED = (
    *("quantiles", "p_already", "p_beyond_horizon", "p_never", "never_reasons", "p_by_year", "cdf"),
    *("binding_limits", "components"),
)
OWN = {
    "name": "my-world",
    "about": "It's what I 'assume', $HOME and all: \"so\".",
    "overrides": [
        {"input": "run.months", "set": 6},
        {"input": "power.watts_2030", "prior": {"interval90": {"low": 1e9, "high": 4.5e10, "log": True}}},
    ],
    "switches": [{"name": "data", "on": False}, {"name": "scaling_break", "on": True}],
    "priceBasis": "PRICE_BASIS_LIST_RENTAL",
    "law": {"published": {"name": "kaplan"}},
}
WHOLE = {
    "name": "whole-question",
    "target": {"gpt3Multiple": 30},
    "payer": {"stated": {"usd": 1e8, "currencyYear": 2020}},
    "algorithms": {"preset": "ALGORITHMS_PRESET_16MO", "ceilingOom": 2},
    "costScope": "COST_SCOPE_WITH_STAFF",
    "overrides": [{"input": "run.months", "prior": {"logNormal": {"median": 4, "sdLn": 0.5}}, "source": "Ours."}],
}
SLOW = {"prior": {"halvingMonths": {"median": 9, "sdLn": 1}}}
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"flop": 2e29},
    {"loss": 0.86, "scale": SCALE, "budgetUsd": 1e9},
    {"loss": 1.24, "scale": SCALE, "budgetUsd": 1e9, "currencyYear": 2020, "law": "kaplan", "algorithms": [6, 24]},
    {
        "loss": 1.1,
        "scale": SCALE,
        "budgetUsd": 2.5e9,
        "nominalInflation": 0.02,
        "law": "mixture",
        "powerLawWeight": 0.2,
    },
    {"reducibleLoss": 0.2, "scale": SCALE, "law": "pooled", "noise": 0.02},
    {"bitsPerCharacter": 0.7, "scale": SCALE, "payer": "unlimited", "law": "power_law", "noise": 0.02},
    {"indistinguishableTokens": 1e4, "scale": SCALE, "judgeConfidence": 0.8, "slowdown": [9.84, 290]},
    {"gpt3": 1e4, "price": "amortized_purchase", "costScope": "with_staff", "budgetUsd": 1e10, "seed": 100000},
    {"brainSeconds": 1e9, "brainFlopPerS": {"logUniform": {"low": 1e13, "high": 1e17}}, "horizon": "2050-12"},
    {
        "flop": 1e29,
        "spendUsd": 1e9,
        "spendFrom": "2027-01-01",
        "spendGrowth": {"normal": {"mean": 0.3, "sd": 0.1}},
        "spendCeilingUsd": 1e12,
        "condition": {"driver": "frontier_compute", "comparison": "at_least", "value": 1e28, "by": "2028-12-31"},
    },
    {"scenario": "gwern-g3", "criterion": "on_trend", "asOf": "2020-05-28", "quantiles": [0.1, 0.5], "byYears": [2030]},
    {"flop": 1e29, "scenario": {"name": "inline", "switches": [{"name": "power", "on": False}]}, "maxDraws": 1000},
    {"loss": 1.24, "scale": SCALE, "scenario": OWN, "algorithms": {"logNormal": {"median": 8, "sdLn": 0.5}}},
    {"gpt3": 1000, "inferenceUsdPer100Pages": 0.01},
    {"scenario": WHOLE},
    {"scenario": {**WHOLE, "payer": {"unlimited": {}}, "costScope": "COST_SCOPE_FINAL_RUN", "algorithms": SLOW}},
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The programs of every question, and how they reach a server."""

    programs: Sequence[Mapping[str, str]]
    environment: Mapping[str, str]
    folder: Path

    def run(self, *command: str) -> str:
        """What a command prints."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def written(gateway: str) -> list[dict[str, str]]:
    """What the page writes for each question."""
    where = {"gateway": gateway, "token": False}
    # Which limit moves the answer how far is what the command line always asks.
    said = json.dumps([{"question": {**question, "limitEffects": True}, "where": where} for question in QUESTIONS])
    done = subprocess.run(
        ["node", "scripts/snippets.js"], cwd=EXPLORER, input=said, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    programs: list[dict[str, str]] = json.loads(done.stdout)
    return programs


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    if shutil.which("node") is None or not (EXPLORER / "node_modules" / "vite").is_dir():
        required("no Node, or `npm ci` was not run in clients/explorer: its snippets are not tested")
    folder = tmp_path_factory.mktemp("snippets")
    (folder / "node_modules").symlink_to(EXPLORER / "node_modules")
    with start_with_http(folder / "home") as (running, http):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "TIMELINES_SERVER": running.address, "TIMELINES_HOME": str(folder)}
        yield Asked(written(http.url), environment, folder)


@pytest.fixture(scope="module")
def by_curl(asked: Asked) -> list[dict[str, Any]]:
    """The answers that the others are held to."""
    if shutil.which("curl") is None:
        pytest.skip("no curl")
    replies = [json.loads(asked.run("sh", "-c", one["curl"])) for one in asked.programs]
    assert [reply for reply in replies if "answer" not in reply] == []
    return [reply["answer"] for reply in replies]


def snaked(value: Any) -> Any:
    """JSON values by the names of the protos."""
    if isinstance(value, list):
        return [snaked(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name): snaked(one) for name, one in value.items()}


def compared(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says; the question comes back under the name that each language gave its scenario."""
    return {name: answer.get(name) for name in COMPARED}


def test_python_gets_the_answer(asked: Asked, by_curl: list[dict[str, Any]]) -> None:
    program = "\n".join(
        f"exec({one['python']!r}, said := {{}}); print(json.dumps(json.loads(said['answer'].to_json())))"
        for one in asked.programs
    )
    told = asked.run(sys.executable, "-c", f"import json\n{program}")
    lines = [line for line in told.splitlines() if line.startswith("{")]
    assert [compared(json.loads(line)) for line in lines] == [compared(one) for one in by_curl]


def test_typescript_gets_the_answer(asked: Asked, by_curl: list[dict[str, Any]]) -> None:
    names = [f"./asked{i}.mjs" for i in range(len(asked.programs))]
    for name, one in zip(names, asked.programs, strict=True):
        (asked.folder / name).write_text(f"{one['typescript']}\nconsole.log(JSON.stringify(answer));\n")
    (asked.folder / "all.mjs").write_text("".join(f"await import({json.dumps(name)});\n" for name in names))
    lines = [line for line in asked.run("node", "all.mjs").splitlines() if line.startswith("{")]
    assert [compared(snaked(json.loads(line))) for line in lines] == [compared(one) for one in by_curl]


@pytest.mark.parametrize("i", range(len(QUESTIONS)), ids=lambda i: next(iter(QUESTIONS[i])))
def test_the_command_line_gets_the_answer(i: int, asked: Asked, by_curl: list[dict[str, Any]]) -> None:
    told = asked.run("sh", "-c", f"{asked.programs[i]['cli']} --json")
    assert compared(json.loads(told)) == compared(by_curl[i])
