"""`timelines ask`, as a process, against a real server: the same bytes as `timelines when`, and clear failures."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.service.certificates import authority
from tests.service.running import RunningServer, start

NOBODY = "127.0.0.1:1"


def run(
    command: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GRPC_")}
    return subprocess.run(
        [sys.executable, "-m", "forecast.cli.main", command, *arguments],
        capture_output=True,
        text=True,
        env={**inherited, **(environment or {})},
        timeout=60,
        check=False,
    )


def refused(exit_code: int, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """The one line on standard error of a question that got no answer."""
    done = run("ask", *arguments, environment=environment)
    assert (done.returncode, done.stdout) == (exit_code, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Error: ")
    return done.stderr


@pytest.mark.parametrize(
    "question",
    [
        "--loss 0.86 --scale kaplan-webtext2 --law kaplan --algorithms 16mo --budget 1e9",
        "--loss 1.24 --scale kaplan-webtext2 --algorithms 4..24mo --json",
        "--gpt3 1e5 --price list-rental --csv",
        "--flop 2e25 --criterion on-trend --as-of 2020-07-27",
    ],
)
def test_a_server_prints_what_the_library_prints(server: RunningServer, question: str) -> None:
    asked = run("ask", "--server", server.address, *question.split())
    answered = run("when", *question.split())
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout == answered.stdout
    assert asked.stderr == ""


@pytest.mark.long
def test_a_chart_is_drawn_from_a_servers_answer(server: RunningServer, tmp_path: Path) -> None:
    pytest.importorskip("altair")
    charts = tmp_path / "asked.svg", tmp_path / "answered.svg"
    assert run("ask", "--server", server.address, "--flop", "1e29", "--chart", str(charts[0])).returncode == 0
    assert run("when", "--flop", "1e29", "--chart", str(charts[1])).returncode == 0
    assert charts[0].read_bytes() == charts[1].read_bytes()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("--loss 1.2 --scale webtext", "kaplan-webtext2"),
        ("--flop 1e28 --budget nan", "payer.fixed_usd_2023"),
        ("--flop 1e28 --as-of 2019-01-01", "timelines fit --as-of 2019-01-01"),
        ("--flop 1e28 --horizon soon", "YYYY-MM"),
        ("--loss 1.2 --scale kaplan-webtext2 --law pooled --as-of 2020-05-28", "choose a published one"),
        ("", "target"),
    ],
)
def test_bad_input_exits_with_two_and_the_remedy(server: RunningServer, question: str, said: str) -> None:
    assert said in refused(2, "--server", server.address, *question.split())


def test_a_refused_question_reads_as_without_a_server(server: RunningServer) -> None:
    question = ("--loss", "1.2", "--scale", "webtext")
    assert refused(2, "--server", server.address, *question) == run("when", *question).stderr


def test_where_nothing_listens_it_says_how_to_start_a_server() -> None:
    said = refused(1, "--server", NOBODY, "--timeout", "1", "--flop", "1e28")
    assert "timelines serve" in said
    assert "--server" in said


@pytest.mark.long
def test_a_token_comes_from_a_file_or_the_environment(tmp_path: Path) -> None:
    tokens, mine = tmp_path / "tokens", tmp_path / "mine"
    made = run("token", "--name", "reader", "--file", str(tokens))
    mine.write_text(made.stdout)
    question = ("--flop", "1e29", "--json")
    with start(tmp_path / "home", "--tokens", str(tokens)) as server:
        there = ("--server", server.address, *question)
        by_file = run("ask", *there, "--token-file", str(mine))
        by_variable = run("ask", *there, environment={"TIMELINES_TOKEN": mine.read_text()})
        assert by_file.stdout == by_variable.stdout == run("when", *question).stdout
        assert "token" in refused(1, *there)
        wrong = refused(1, *there, environment={"TIMELINES_TOKEN": "guessed"})
        assert "token" in wrong and "guessed" not in wrong


@pytest.mark.long  # test_serve_tls has it from the client
def test_tls_is_asked_for_and_the_wrong_authority_is_named(tmp_path: Path) -> None:
    trusted, other = authority(tmp_path, "trusted"), authority(tmp_path, "other")
    pair = trusted.signs("server")
    question = ("--flop", "1e29", "--json")
    with start(tmp_path / "home", "--tls-cert", str(pair.certificate), "--tls-key", str(pair.key)) as server:
        there = ("--server", server.address, "--timeout", "5", *question)
        assert run("ask", *there, "--tls-ca", str(trusted.certificate)).stdout == run("when", *question).stdout
        assert "--tls-ca" in refused(1, *there, "--tls-ca", str(other.certificate))
        assert "--tls" in refused(1, *there)
