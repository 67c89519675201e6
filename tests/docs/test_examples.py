"""The examples do what they say, as their readers would run them, against a real server."""

from __future__ import annotations

import ast
import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from forecast.forecaster import Forecaster
from tests.house import ROOT
from tests.service.running import RunningServer, start

EXAMPLES = ROOT / "docs" / "examples"
ASKED = {"loss": 0.86, "scale": "kaplan-webtext2", "budget_usd": 1e9}
ROWS = 1_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with start(tmp_path_factory.mktemp("served")) as running:
        yield running


@cache
def library() -> Forecaster:
    return Forecaster.load()


def run(example: str, *arguments: str, server: str, told: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TIMELINES_SERVER": server}
    command = [sys.executable, str(EXAMPLES / f"{example}.py"), *arguments]
    return subprocess.run(
        command, input=told, capture_output=True, text=True, env=environment, timeout=120, check=False
    )


def printed(example: str, *arguments: str, server: RunningServer, told: str = "") -> str:
    done = run(example, *arguments, server=server.address, told=told)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_asking_from_python_takes_ten_lines(server: RunningServer) -> None:
    source = (EXAMPLES / "ask.py").read_text(encoding="utf-8")
    assert len([line for line in source.splitlines() if line.strip()]) <= 10
    answer = library().when(**ASKED, law="kaplan", algorithms="16mo")  # type: ignore[arg-type]
    first, second, third = printed("ask", server=server).splitlines()
    low, high = answer.interval(0.8)
    assert first == f"median {answer.median:.1f}, 80 % {low:.1f} to {high:.1f}"
    assert second == f"by 2030 {answer.p_by(2030):.2f}, never {answer.p_never:.2f}"
    assert library().posterior.name in third


def test_the_plain_stubs_print_quantiles(server: RunningServer) -> None:
    answer = library().when(**ASKED)  # type: ignore[arg-type]
    *quantiles, never = printed("plain_stubs", server=server).splitlines()
    told = [f"{q.probability:.0%} by {q.date or f'POSITION_{q.position.upper()}'}" for q in answer.quantiles]
    assert quantiles == told
    assert never == f"never: {answer.p_never:.0%}"


def test_the_plain_stubs_explain_an_error(server: RunningServer) -> None:
    done = run("plain_stubs", "webtext", server=server.address)
    assert (done.returncode, done.stdout) == (1, "")
    said, *details = done.stderr.splitlines()
    assert said.startswith("INVALID_ARGUMENT: unknown scale 'webtext'; known: ")
    assert details == ["reason UNKNOWN_NAME", "field question.target.loss.scale"]


def test_the_plain_stubs_explain_a_server_that_is_not_there() -> None:
    done = run("plain_stubs", server="127.0.0.1:1")
    assert done.returncode == 1
    assert "\nUNAVAILABLE: " in f"\n{done.stderr}"
    assert "Traceback" not in done.stderr


def test_the_plain_stubs_need_grpc_and_the_protos_only() -> None:
    tree = ast.parse((EXAMPLES / "plain_stubs.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name for name in modules if name and name.startswith("timelines")} == {
        "timelines.v1.answer_pb2",
        "timelines.v1.forecast_service_pb2",
        "timelines.v1.forecast_service_pb2_grpc",
        "timelines.v1.question_pb2",
    }


def test_reflection_needs_no_stubs_and_gives_the_same_answer(server: RunningServer) -> None:
    source = (EXAMPLES / "reflection.py").read_text(encoding="utf-8")
    assert "import timelines" not in source and "from timelines" not in source
    told = json.loads(printed("reflection", server=server, told='{"question": {"target": {"training_flop": 2e29}}}'))
    assert told == {"answer": library().when(flop=2e29).to_dict()}


def batch(server: RunningServer, questions: Path, folder: Path) -> tuple[list[dict[str, str]], str]:
    """The rows of the answers, and what was said meanwhile."""
    answers = folder / "answers.csv"
    done = run("batch", str(questions), str(answers), server=server.address)
    assert done.returncode == 0, done.stderr
    with answers.open(newline="") as told:
        return list(csv.DictReader(told)), done.stderr


def test_a_thousand_rows_are_answered_in_order_and_wrong_ones_end_nothing(
    server: RunningServer, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.csv"
    wrong = {17: "abc", 400: "-1", 999: "nan"}
    losses = [wrong.get(i, f"{0.8 + i / 2000:.4f}") for i in range(ROWS)]
    questions.write_text("\n".join(["loss,scale,law", *(f"{loss},kaplan-webtext2,kaplan" for loss in losses)]))
    rows, said = batch(server, questions, tmp_path)
    assert [row["loss"] for row in rows] == losses
    assert [i for i, row in enumerate(rows) if row["error"]] == sorted(wrong)
    assert all("target.loss.nats_per_token" in rows[i]["error"] and not rows[i]["median"] for i in wrong)
    assert f"{ROWS} answered" in said
    for i in (0, 401, 998):
        answer = library().when(loss=float(losses[i]), scale="kaplan-webtext2", law="kaplan")
        years = (answer.median, *answer.interval(0.8))
        assert [rows[i][name] for name in ("median", "low_80", "high_80")] == [f"{year:.4f}" for year in years]
        assert rows[i]["p_already"] == f"{answer.p_already:.4f}"


def test_the_sample_of_questions_shows_answers_and_both_kinds_of_error(server: RunningServer, tmp_path: Path) -> None:
    rows, _ = batch(server, EXAMPLES / "questions.csv", tmp_path)
    errors = [row["error"] for row in rows if row["error"]]
    assert len(rows) - len(errors) >= 4
    assert any("unknown scale" in error for error in errors)
    assert any("give a number" in error for error in errors)


def test_a_column_that_is_no_keyword_is_said_in_every_row(server: RunningServer, tmp_path: Path) -> None:
    questions = tmp_path / "questions.csv"
    questions.write_text("flops\n1e29\n2e29\n")
    rows, _ = batch(server, questions, tmp_path)
    assert ["unknown keyword flops" in row["error"] for row in rows] == [True, True]
