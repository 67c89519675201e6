"""What mypy, strict, accepts and refuses in the code of people who use the client."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.house import ROOT, run_python

RIGHT = """
from __future__ import annotations

import datetime
from collections.abc import Iterator

import pandas
from timelines import (
    TLS, AffordableLoss, Answer, AsyncClient, Backtest, BatchItem, Calibration, Client, Comparison, Condition, Draws,
    Explanation, Fan, InvalidQuestionError, LogNormal, LogUniform, Normal, Overlay, Posterior, Question, RequiredBudget,
    SavedReport, Scale, Sensitivity, StudyPoint, Table, TimelinesError, TrainingCompute,
)


def ask(budget: float | None, since: str | datetime.date) -> float:
    with Client("127.0.0.1:8433", token="t", tls=TLS(ca_file="ca.pem"), timeout=3) as client:
        answer: Answer = client.when(loss=1.24, scale="kaplan-webtext2", budget_usd=budget, as_of=since)
        client.when(flop=1e29, criterion="on_trend", timeout=1.5, quantiles=[0.1, 0.9], by_years=range(2030, 2033))
        client.when(gpt3=100, payer="frontier_spend", algorithms=(6, 12), price="list_rental")
        client.when(flop=1e29, algorithms=LogNormal(8, 0.2), algorithms_ceiling_oom=3)
        client.when(loss=1.24, scale="kaplan-webtext2", law="kaplan")
        client.when(Question(loss=1.24, scale="kaplan-webtext2", noise=0.02), timeout=2)
        client.when(reducible_loss=0.2, scale="s", spend_usd=1e9, spend_from=since, spend_growth=(0.1, 0.3))
        client.when(bits_per_character=0.7, scale="kaplan-webtext2", budget_usd=5e6, currency_year=2020)
        client.when(indistinguishable_tokens=1e4, scale="cerebras-pile", slowdown="9.84 to 290", cost_scope="final_run")
        client.when(brain_seconds=1e9, brain_flop_per_s=LogUniform(1e13, 1e17), payer="unlimited")
        client.when(scenario="gwern-g3", condition=Condition("spend", "at_least", 1e10, "2029-01-01"))
        bought: AffordableLoss = client.affordable_loss(scale="kaplan-webtext2", date="2030-01-01", budget_usd=1e9)
        needed: RequiredBudget = client.required_budget({"flop": 1e29}, ["2030-01-01"], budgets_usd=[1e9, 1e10])
        depends: Sensitivity = client.sensitivity(Question(flop=1e29), inputs=5, shapley=False)
        beside: Comparison = client.compare({"flop": 1e29}, ["baseline"], overlays=[Overlay("A", Normal(2030, 5))])
        why: Explanation = client.explain({"flop": 1e29}, {"flop": 1e30}, year=2035)
        print(bought.loss[0].value, needed.surface, depends.tornado, beside["baseline"].median, why.change)
        print([limit.years_moved for limit in answer.binding_limits], answer.components, answer.notices)
        client.trajectory("cost_of_target", loss=1.24, scale="kaplan-webtext2", law="kaplan")
        again: Answer = client.when(answer.question)
        low, high = again.interval(0.8)
        table: pandas.DataFrame = again.to_pandas()
        draws: Draws = client.draws(again)
        years: float = draws.decimal_year[0]
        fan: Fan = client.trajectory("price", price="amortized_purchase", quantiles=(0.5,))
        run: TrainingCompute = client.training_compute(parameters=1e9, tokens=1e12)
        client.training_compute(chips=1e3, hours=24, peak_flop_per_s=1e15, utilization=0.4)
        names: list[str] = [scale.name for scale in client.scales()]
        client.import_study("mine", [(1e20, 3.0), StudyPoint(1e21, 2.5)], corpus="c", eval_set="e", source="s",
                            published_on=datetime.date(2026, 1, 1))
        stored: Calibration = client.calibration("shipped", quantities=["largest_compute"], past_fans=True, timeout=5)
        missed: list[str] = [line.words for line in stored.missed if line.measured is not None]
        coverage: list[float | None] = [one.inside_80 for one in stored.summaries if one.forecaster == "timelines"]
        scores: pandas.DataFrame = stored.to_pandas("skills")
        tried: list[Backtest] = [one for one in client.backtests(page_size=10) if not one.stale]
        again_stored: Calibration = client.calibration(tried[0], forecasters=("timelines",))
        print(missed, coverage, scores, again_stored.machinery.simulation_based, stored.past_fans[0].values)
        for row in client.rows("compute", published_by="2020-01-01"):
            cell = row["name"]
            if isinstance(cell, str):
                names.append(cell)
        saved: SavedReport = client.report("page.html", loss=1.24, scale="kaplan-webtext2", title="Mine", strict=True)
        client.report("out", Question(flop=1e29), questions={"a": {"gpt3": 3}}, formats=["json"], scenarios=["s"])
        client.report("out", {"flop": 1e29}, progress=lambda stage, done, total: print(stage.upper(), done, total))
        print(saved.path.name, saved.size, [file.sha256 for file in saved.files], saved.posterior.status)
        day: datetime.date | None = answer.quantiles[0].day
        if answer.posterior.status == "FLAGGED" and answer.quantiles[0].position == "never":
            print(day, table, years, fan, run)
        return answer.median + low + high + answer.p_by(2030) + answer.p_never


def many(client: Client, questions: Iterator[Question]) -> list[Answer]:
    found = []
    for item in client.batch(questions, progress=True, idle_timeout=30):
        if item.answer is not None:
            found.append(item.answer)
        elif isinstance(item.error, InvalidQuestionError):
            print([violation.field for violation in item.error.field_violations], item.error.code)
    client.batch([{"flop": 1e29}], progress=lambda done, total: print(done, total)).close()
    return found


def careful(client: Client) -> Answer | None:
    try:
        return client.when(flop=1e29)
    except TimelinesError as error:
        print(error.code, error.reason, error.message, error.retry_after_s)
        return None


async def later() -> float:
    async with AsyncClient() as client:
        answer: Answer = await client.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)
        items: list[BatchItem] = [item async for item in client.batch([answer.question])]
        scales: list[Scale] = [scale async for scale in client.scales()]
        calibration: Calibration = await client.calibration()
        print([one.name async for one in client.backtests()], calibration.caveats)
        tables: list[Table] = [table async for table in client.tables()]
        posterior: Posterior = await client.posterior()
        why: Explanation = await client.explain({"flop": 1e29}, {"flop": 1e30})
        report: SavedReport = await client.report("out", flop=1e29, timeout=60)
        print(report.files[0].path, why.parts, (await client.sensitivity({"flop": 1e29})).median)
        if await client.ready():
            print(items, scales, tables, posterior)
        return (await client.draws(answer)).decimal_year[0]
"""

WRONG = """
from __future__ import annotations

from timelines import Answer, AsyncClient, Client, InvalidQuestionError, Question

client, later = Client(), AsyncClient()
client.when(loss=1.24)  # E: call-overload
client.when(scale="kaplan-webtext2")  # E: call-overload
client.when()  # E: call-overload
client.when(loss=1.24, scale="kaplan-webtext2", flop=1e29)  # E: call-overload
client.when(flop=1e29, gpt3=3.0)  # E: call-overload
client.when(flop=1e29, slowdown=3.0)  # E: call-overload
client.when(flop=1e29, payer="me")  # E: call-overload
client.when(flop=1e29, law="pooled")  # E: call-overload
client.when(flop=1e29, criterion="soon")  # E: call-overload
client.when(flop=1e29, price="free")  # E: call-overload
client.when(flop=1e29, algorithms="7mo")  # E: call-overload
client.when(flop="1e29")  # E: call-overload
client.when(flop=1e29, budget=1e9)  # E: call-overload
client.when(1.24, "kaplan-webtext2")  # E: call-overload
later.when(loss=1.24)  # E: call-overload
Question(loss=1.24)  # E: call-overload
Question(flop=1e29, gpt3=3.0)  # E: call-overload
client.trajectory("loss")  # E: arg-type
client.trajectory("price", by_years=[2030])  # E: call-arg
client.training_compute(parameters=1e9)  # E: call-overload
client.training_compute(parameters=1e9, tokens=1e9, chips=3)  # E: call-overload
client.batch([1, 2])  # E: list-item
client.draws(1e29)  # E: arg-type
client.affordable_loss(scale="kaplan-webtext2", date="2030-01-01", flop=1e29)  # E: call-arg
client.required_budget(Question(flop=1e29))  # E: call-arg
client.explain(Question(flop=1e29))  # E: call-arg
client.calibration(backtest=3)  # E: arg-type
client.calibration().to_pandas("fans")  # E: arg-type
client.calibration().bar[0].met = True  # E: misc
client.report()  # E: call-arg
client.report("out", formats=["pdf"])  # E: list-item
client.report("out", flop=1e29, budget=1e9)  # E: call-arg
client.report("out", flop=1e29, progress=3)  # E: arg-type
Client(tls="ca.pem")  # E: arg-type
Client(timeout="10")  # E: arg-type
answer: Answer = client.when(flop=1e29)
answer.median = 2030.0  # E: misc
answer.when  # E: attr-defined
median: str = answer.median  # E: assignment


async def forgetful() -> float:
    found: Answer = later.when(flop=1e29)  # E: assignment
    for item in later.batch([]):  # E: attr-defined
        print(item)
    return found.median
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[int, str]]]:
    """Line and code of each error that mypy finds, by file."""
    folder = tmp_path_factory.mktemp("typing")
    for name, code in (("right", RIGHT), ("wrong", WRONG)):
        (folder / f"{name}.py").write_text(code.lstrip("\n"), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--no-incremental"]
    command += ["--config-file=", "--follow-imports", "silent", "--ignore-missing-imports"]
    env = {**os.environ, "MYPYPATH": str(ROOT / "clients" / "python")}
    done = subprocess.run(
        [*command, "right.py", "wrong.py"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    errors = re.findall(r"^(\w+)\.py:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    return {name: [(int(line), code) for file, line, code in errors if file == name] for name in ("right", "wrong")}


def test_right_code_is_accepted(found: dict[str, list[tuple[int, str]]]) -> None:
    lines = RIGHT.lstrip("\n").splitlines()
    assert [(lines[line - 1], code) for line, code in found["right"]] == []


def test_wrong_code_is_refused_where_it_is_wrong(found: dict[str, list[tuple[int, str]]]) -> None:
    lines = enumerate(WRONG.lstrip("\n").splitlines(), 1)
    expected = {number: line.rpartition("# E: ")[2] for number, line in lines if "# E: " in line}
    assert dict(found["wrong"]) == expected


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "clients/python/timelines/py.typed").is_file()


EXPORTED = """
import sys
import timelines
for name in timelines.__all__:
    assert getattr(timelines, name) is not None, name
assert set(dir(timelines)) == set(timelines.__all__)
assert "grpc" in sys.modules
"""
LOADED = """
import sys
{code}
heavy = {{"grpc", "google", "numpy", "pandas", "asyncio", "ssl"}}
print(*sorted({{name.split(".")[0] for name in sys.modules}} & heavy))
"""


def test_every_exported_name_has_a_home() -> None:
    done = run_python(EXPORTED)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import timelines", set()),
        ("from timelines import TLS, LogNormal, Question, TimelinesError; Question(flop=1e29)", set()),
        ("from timelines import Client; Client()", {"grpc", "google", "asyncio", "ssl"}),
    ],
)
def test_only_what_is_used_is_loaded(code: str, loaded: set[str]) -> None:
    done = run_python(LOADED.format(code=code))
    assert set(done.stdout.split()) == loaded, done.stderr
