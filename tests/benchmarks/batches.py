"""A batch as a command: `python -m tests.benchmarks.batches HOW QUESTIONS FOLDER`, HOW `loop` or a number of processes.

The grid is ten targets, any number of budgets and four scenarios on the reference posterior's 4,000 draws. The loop is
what a user would write instead: `when` for one question after the other, each answer a line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from forecast.batch.grid import Expanded
from forecast.batch.reading import parse_spec
from forecast.forecaster import Forecaster
from forecast.posterior import artefact, selection

SPEC = """\
grid:
  target: [{losses}, {{flop: 2e29}}, {{flop: 1e32}}]
  budget_usd: {{from: 1e6, to: 1e12, count: {budgets}, log: true}}
  scenario: [baseline, no-physical-limits, skeptic, slow-price]
"""


def questions(count: int) -> Expanded:
    """So many questions, a multiple of forty."""
    losses = ", ".join(f"{{loss: {0.8 + 0.05 * i:.2f}, scale: kaplan-webtext2}}" for i in range(8))
    items = parse_spec(SPEC.format(losses=losses, budgets=count // 40), "benchmark").items
    assert isinstance(items, Expanded) and len(items) == count
    return items


def loop(items: Expanded, folder: Path) -> None:
    """One question after the other, in the order of the file."""
    forecaster = Forecaster(artefact.read(selection.reference().path))
    with (folder / "answers.jsonl").open("w") as file:
        for item in items:
            file.write(forecaster.when(**item.asked).to_json().replace("\n", "") + "\n")


def batch(items: Expanded, folder: Path, jobs: int) -> None:
    """All of them, in parts."""
    from forecast.batch.run import answer_batch
    from forecast.executors.executor import open_executor
    from forecast.storage.store import store_of

    forecaster = Forecaster(artefact.read(selection.reference().path))
    with open_executor(None, jobs) as executor:
        summary = answer_batch(items, forecaster, store_of(folder), executor=executor)
    assert (summary.answered, summary.failed, summary.kept) == (len(items), 0, 0)


def of_one_kind(count: int, folder: str) -> None:
    """So many budgets for one run, 1,000 draws each: the cheapest questions, so that many can be asked."""
    budgets = {"from": 1e6, "to": 1e12, "count": count, "log": True} if count > 1 else [1e9]
    spec = {"grid": {"target": [{"flop": 2e29}], "max_draws": [1000], "budget_usd": budgets}}
    items = parse_spec(json.dumps(spec), "benchmark").items
    assert isinstance(items, Expanded) and len(items) == count
    Path(folder).mkdir()
    batch(items, Path(folder), 1)


def main(how: str, count: str, folder: str) -> None:
    """Do it once, into an empty folder."""
    items = questions(int(count))
    if how == "loop":
        loop(items, Path(folder))
    else:
        batch(items, Path(folder), int(how))


if __name__ == "__main__":
    main(*sys.argv[1:])
