"""`timelines ask` without a server: the same options, the same print, errors in the words of the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import click
import pytest
from click.testing import CliRunner, Result

import timelines
from forecast.cli.ask import ask, portable
from forecast.cli.connection import failure
from forecast.cli.when import when
from forecast.errors import ForecastError, InputError
from forecast.forecaster import Forecaster
from tests.homes import home_with
from tests.synthetic import synthetic_posterior
from timelines import Question
from timelines.errors import BY_CODE, SettingsError, TimelinesError
from timelines.requests import question_message
from timelines.settings import TLS, settle
from timelines_server.converters.question import question_of

OF_A_SERVER = {"server", "token_file", "tls", "tls_ca", "tls_cert", "tls_key", "plaintext_token", "timeout"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with(tmp_path_factory.mktemp("home"), synthetic_posterior(300))


class StandIn:
    """Answers like a server on the same posterior, and remembers how it was made."""

    made: tuple[Any, ...] = ()
    asked: ClassVar[dict[str, Any]] = {}
    spoilt: ClassVar[dict[str, Any]] = {}
    fails: TimelinesError | None = None

    def __init__(self, *target: str | None, **how: Any) -> None:
        type(self).made = (*target, how)

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def when(self, **asked: Any) -> StandIn:
        type(self).asked = asked
        if self.fails is not None:
            raise self.fails
        return self

    def to_dict(self) -> dict[str, Any]:
        sent = question_message(Question(**self.asked))  # as the client does, and as the server reads it
        told: dict[str, Any] = json.loads(json.dumps(Forecaster.load().ask(question_of(sent)).to_dict()))
        return told | self.spoilt


@pytest.fixture(autouse=True)
def stand_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> type[StandIn]:
    for name in ("SERVER", "TOKEN", "TLS_CA", "TLS_CERT", "TLS_KEY"):
        monkeypatch.delenv(f"TIMELINES_{name}", raising=False)
    monkeypatch.setenv("TIMELINES_HOME", str(home))

    class Fresh(StandIn):
        pass

    monkeypatch.setattr(timelines, "Client", Fresh)
    return Fresh


def run(command: click.Command, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_a_question_has_the_same_options_as_without_a_server() -> None:
    def told(command: click.Command) -> dict[str | None, dict[str, Any]]:
        return {option.name: option.to_info_dict() for option in command.params}

    here, there = told(when), told(ask)
    assert {name: there[name] for name in here} == here
    assert there.keys() - here.keys() == OF_A_SERVER


@pytest.mark.parametrize(
    "arguments",
    [
        "--flop 1e29",
        "--flop 1e29 --json",
        "--flop 1e29 --csv",
        "--gpt3 1e4 --budget 1e9 --price list-rental --horizon 2040-06 --quantile .5 --by-year 2031",
        "--loss 1.24 --scale kaplan-webtext2 --law mixture --noise .02 --algorithms 4..24mo --seed 3",
        "--flop 1e29 --criterion on-trend --payer frontier-spend --max-draws 100",
        "--flop 1e29 --set run.months=6 --without power --with commoditization",
        "--flop 1e29 --prior run.months=3..9 --spend 1e8 --spend-from 2027-01-01 --spend-growth .1..0.3",
        "--indistinguishable-tokens 1e4 --scale cerebras-pile --slowdown 9.84..290 --budget 1e9 --currency-year 2020",
        "--brain-seconds 1e9 --brain-flop-per-s 1e13..1e17 --payer unlimited",
        "--loss 1.24 --scale kaplan-webtext2 --inference-usd .01",
        "--flop 1e29 --resolution",
    ],
)
def test_an_answer_prints_the_same_bytes_as_without_a_server(arguments: str) -> None:
    asked, answered = (run(command, *arguments.split()) for command in (ask, when))
    assert asked.exit_code == 0, asked.output or asked.exception
    assert asked.output_bytes == answered.output_bytes


def test_a_scenario_of_ones_own_goes_along_whole(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\nset:\n  run.months: 6\nswitches: {power: off}\n")
    sent = portable({"flop": 1e29, "scenario": str(file)})["scenario"]
    assert sent["overrides"] == [{"input": "run.months", "set": 6.0}]
    assert sent["switches"] == [{"name": "power", "on": False}]
    assert portable({"flop": 1e29, "scenario": "no-physical-limits"})["scenario"] == "no-physical-limits"


def test_server_token_tls_and_patience_reach_the_client(stand_in: type[StandIn], tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("secret\n")
    assert run(ask, "--flop", "1e29").exit_code == 0
    assert stand_in.made == (None, {"token": None, "tls": None, "timeout": 10.0, "allow_plaintext_token": False})
    arguments = ["--server", "there:1", "--token-file", str(file), "--tls-ca", "ca.pem", "--timeout", "2"]
    assert run(ask, "--flop", "1e29", "--plaintext-token", *arguments).exit_code == 0
    tls = TLS(Path("ca.pem"), None, None)
    assert stand_in.made == (
        "there:1",
        {"token": "secret", "tls": tls, "timeout": 2.0, "allow_plaintext_token": True},
    )


def test_variables_stand_in_for_options(stand_in: type[StandIn], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_SERVER", "there:2")
    monkeypatch.setenv("TIMELINES_TLS_CA", "ca.pem")
    assert run(ask, "--flop", "1e29").exit_code == 0
    assert stand_in.made[0] == "there:2"
    assert stand_in.made[1]["tls"] == TLS(Path("ca.pem"), None, None)


def test_a_token_is_never_an_option_of_its_own() -> None:
    assert run(ask, "--flop", "1e29", "--token", "secret").exit_code == 2


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), (b"\n", "is empty"), (b"\xff", "no text")])
def test_a_token_file_that_holds_no_token_is_bad_input(content: bytes | None, said: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    error = run(ask, "--flop", "1e29", "--token-file", str(file)).exception
    assert isinstance(error, InputError)
    assert said in error.message
    assert "--token-file" in error.message


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "OUT_OF_RANGE", "NOT_FOUND", "FAILED_PRECONDITION"])
def test_what_the_asker_can_mend_exits_with_two(code: str) -> None:
    assert failure(BY_CODE[code]("wrong", code=code)).exit_code == 2


@pytest.mark.parametrize(
    "code", ["UNAVAILABLE", "UNAUTHENTICATED", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"]
)
def test_everything_else_exits_with_one(code: str) -> None:
    assert failure(BY_CODE[code]("wrong", code=code)).exit_code == 1


def test_a_damaged_posterior_is_not_the_askers_fault() -> None:
    error = BY_CODE["FAILED_PRECONDITION"]("x", code="FAILED_PRECONDITION", reason="DAMAGED_POSTERIOR")
    assert failure(error).exit_code == 1


def test_a_refusal_is_raised_in_its_own_words(stand_in: type[StandIn]) -> None:
    stand_in.fails = BY_CODE["NOT_FOUND"]("no posterior as of 2019; fit one", code="NOT_FOUND")
    error = run(ask, "--flop", "1e29").exception
    assert isinstance(error, ForecastError)
    assert (error.message, error.exit_code) == ("no posterior as of 2019; fit one", 2)


def test_an_answer_of_a_newer_server_asks_for_an_update(stand_in: type[StandIn]) -> None:
    stand_in.spoilt = {"binding_limits": [{"limit": 2, "share_of_arrivals": 1.0, "share_at_horizon": 1.0}]}
    error = run(ask, "--flop", "1e29").exception
    assert isinstance(error, ForecastError)
    assert error.exit_code == 1
    assert "binding_limits[0].limit" in str(error.__cause__.field)  # type: ignore[union-attr]
    assert "update this one" in error.message


@pytest.mark.parametrize(
    ("said", "reads"),
    [
        ("give tls=True, or TLS(ca_file=...)", "give --tls, or --tls-ca"),
        ("give ca_file=, the certificate (TIMELINES_TLS_CA)", "give --tls-ca, the certificate (TIMELINES_TLS_CA)"),
        ("give cert_file= and key_file=", "give --tls-cert and --tls-key"),
        ("or give target= (TIMELINES_SERVER)", "or give --server (TIMELINES_SERVER)"),
        ("give a longer timeout=, or see", "give a longer --timeout, or see"),
        ("or allow_plaintext_token=True if", "or --plaintext-token if"),
        ("target is ':'; give host:port", "target is ':'; give host:port"),
        ("a posterior's sha256=ab and token_file", "a posterior's sha256=ab and token_file"),
    ],
)
def test_the_clients_arguments_are_told_as_options(said: str, reads: str) -> None:
    assert failure(TimelinesError(said)).message == reads


def test_a_token_in_plain_text_is_refused_in_the_words_of_the_command_line() -> None:
    with pytest.raises(SettingsError) as refused:
        settle("forecasts.example:8433", "secret", None, 1.0)
    told = failure(refused.value)
    assert told.exit_code == 2
    assert "--tls" in told.message and "--plaintext-token" in told.message
    assert "secret" not in told.message and "=" not in told.message
