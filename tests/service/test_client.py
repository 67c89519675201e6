"""The client against a real server: the same question through library and wire gives the same numbers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forecast import Forecaster
from forecast.engine.training_cost import from_chips, from_parameters
from tests.house import ROOT
from tests.service.running import RunningServer, start
from timelines import (
    Client,
    InvalidQuestionError,
    LogNormal,
    NameTakenError,
    NotFoundError,
    Question,
)

EXAMPLE = """
from timelines import Client
with Client() as client:                       # target, token, tls from arguments or TIMELINES_* variables
    answer = client.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)
    print(answer.median, answer.interval(0.8), answer.p_by(2030), answer.p_never)
    answer.to_pandas()                          # pandas only if asked for
"""

QUESTIONS: list[dict[str, Any]] = [
    {"loss": 1.24, "scale": "kaplan-webtext2", "budget_usd": 1e9},
    {"loss": 1.9, "scale": "chinchilla-massivetext", "law": "mixture", "algorithms": "16mo"},
    {"loss": 1.5, "scale": "kaplan-webtext2", "law": "kaplan", "algorithms": "off", "by_years": (2031, 2044)},
    {"loss": 1.5, "scale": "kaplan-webtext2", "noise": 0.02},
    {"flop": 1e29},
    {"flop": 1e29, "criterion": "on_trend", "quantiles": (0.01, 0.99)},
    {"flop": 1e31, "budget_usd": 1e10, "price": "list_rental", "horizon": "2045-03"},
    {"gpt3": 1e5, "price": "amortized_purchase", "seed": 7, "max_draws": 500},
    {"flop": 2e25, "as_of": "2020-07-27", "criterion": "on_trend"},
    {"loss": 1.24, "scale": "kaplan-webtext2", "payer": "frontier_spend", "algorithms_ceiling_oom": 3.0}
    | {"algorithms": LogNormal(9.0, 0.3)},
]


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[Client]:
    with Client(server.address, timeout=30) as connected:
        yield connected


@pytest.fixture(scope="module")
def library() -> Forecaster:
    return Forecaster.load()


def library_keywords(asked: dict[str, Any]) -> dict[str, Any]:
    """The same keywords for the library, whose prior is a class of its own."""
    from forecast.priors import LogNormal as Prior

    prior = asked.get("algorithms")
    return asked | {"algorithms": Prior(prior.median, prior.sd_ln)} if isinstance(prior, LogNormal) else asked


def test_the_example_runs_as_it_is_written(server: RunningServer, library: Forecaster) -> None:
    env = {**os.environ, "TIMELINES_SERVER": server.address}
    done = subprocess.run([sys.executable, "-c", EXAMPLE], capture_output=True, text=True, env=env, check=False)
    expected = library.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)
    assert done.stderr == ""
    assert done.stdout.strip() == f"{expected.median} {expected.interval(0.8)} {expected.p_by(2030)} {expected.p_never}"


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_library_and_wire_agree(client: Client, library: Forecaster, asked: dict[str, Any]) -> None:
    ours, expected = client.when(**asked), library.when(**library_keywords(asked))
    assert ours.to_dict() == expected.to_dict()
    assert ours.to_csv() == expected.to_csv()
    assert ours.to_json() == expected.to_json()
    assert (ours.median, ours.interval(0.8)) == (expected.median, expected.interval(0.8))


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_the_settled_question_gives_the_same_answer(client: Client, asked: dict[str, Any]) -> None:
    answer = client.when(**asked)
    assert client.when(answer.question) == answer


def test_a_batch_gives_the_answers_of_single_calls(client: Client) -> None:
    items = list(client.batch(QUESTIONS))
    assert [item.result() for item in items] == [client.when(**asked) for asked in QUESTIONS]


def test_a_batch_tells_bad_questions_from_good_ones(client: Client) -> None:
    asked = [{"flop": 1e29}, {"loss": 1.2, "scale": "nowhere"}, {"flop": 1e99}, {"flop": 1e29, "as_of": "2013-01-01"}]
    first, unknown, huge, early = client.batch(asked)
    assert first.answer is not None
    assert isinstance(unknown.error, InvalidQuestionError)
    assert unknown.error.reason == "UNKNOWN_NAME"
    assert [violation.field for violation in unknown.error.field_violations] == ["question.target.loss.scale"]
    assert isinstance(huge.error, InvalidQuestionError)
    assert isinstance(early.error, NotFoundError)
    assert "timelines fit --as-of 2013-01-01" in str(early.error)


def test_errors_name_field_value_and_remedy(client: Client) -> None:
    with pytest.raises(InvalidQuestionError, match="give a probability") as caught:
        client.when(flop=1e29, quantiles=[0.5, 0.0])
    assert caught.value.field_violations[0].field == "question.quantiles[1]"
    for wrong in (float("nan"), float("inf"), -1.0):
        with pytest.raises(InvalidQuestionError) as caught:
            client.when(flop=wrong)
        assert caught.value.field_violations[0].field == "question.target.training_flop"


def test_draws_agree_with_the_answer(client: Client) -> None:
    answer = client.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)
    draws = answer.draws()
    assert len(draws) == answer.provenance.draws
    assert draws.provenance == answer.provenance
    assert draws.position.count("never") / len(draws) == answer.p_never
    ordered = sorted(draws.decimal_year)
    for probability in (0.1, 0.25, 0.8):
        assert answer.quantile(probability) == ordered[int(probability * len(draws) - 1e-9)]


def test_draws_come_whole_in_any_chunks(client: Client) -> None:
    asked = Question(flop=1e30, max_draws=777)
    assert client.draws(asked, chunk_draws=10).decimal_year == client.draws(asked).decimal_year


@pytest.mark.parametrize("driver", ["frontier_compute", "price", "algorithms", "spend"])
def test_fans_are_those_of_the_library(client: Client, library: Forecaster, driver: Any) -> None:
    ours, expected = client.trajectory(driver, quantiles=(0.1, 0.9)), library.fan(driver, (0.1, 0.9))
    assert (ours.driver, ours.unit, ours.probability) == (expected.driver, expected.unit, expected.probability)
    assert ours.decimal_year == tuple(expected.decimal_year)
    assert ours.values == tuple(map(tuple, expected.values))
    assert ours.observed == tuple(expected.observed)
    assert (ours.observed_year, ours.observed_name) == (tuple(expected.observed_year), expected.observed_name)
    assert ours.band(0.9) == ours.values[1]
    assert ours.to_pandas()[0.1].tolist() == list(ours.values[0])


def test_training_compute_is_that_of_the_library(client: Client) -> None:
    log = {"chips": 2240.0, "hours": 24.0 * 1000, "peak_flop_per_s": 312e12, "utilization": 0.4}
    for ours, expected in (
        (client.training_compute(parameters=175e9, tokens=300e9), from_parameters(175e9, 300e9)),
        (client.training_compute(**log), from_chips(**log)),
    ):
        assert (ours.flop, ours.petaflop_s_days) == (expected.flop, expected.petaflop_s_days)
        assert ours.words == expected.words()


def test_posteriors_are_listed_and_shown(client: Client) -> None:
    listed = list(client.posteriors(page_size=2))
    current = client.posterior()
    assert [posterior.name for posterior in listed if posterior.current] == [current.name]
    assert current.name == client.when(flop=1e29).provenance.posterior
    assert current.diagnostics
    assert client.damaged_posteriors() == ()
    with pytest.raises(NotFoundError):
        client.posterior("2001-01-01-0")


def test_every_row_of_a_table_is_read(client: Client) -> None:
    for table in client.tables(page_size=3):
        assert sum(1 for _ in client.rows(table, page_size=500)) == table.rows
    columns = {column.name for column in client.table("training_runs").columns}
    assert set(next(client.rows("training_runs"))) == columns


def test_scales_are_those_that_questions_may_name(client: Client) -> None:
    names = [scale.name for scale in client.scales(page_size=5)]
    assert "kaplan-webtext2" in names
    assert client.scale("kaplan-webtext2").laws
    with pytest.raises(NotFoundError, match="kaplan-webtext2"):
        client.scale("nowhere")
    with pytest.raises(InvalidQuestionError, match="built in"):
        client.delete_scale("kaplan-webtext2")


def test_a_server_that_serves_is_ready(client: Client) -> None:
    assert client.ready()


def test_the_client_readme_runs(server: RunningServer, tmp_path: Path) -> None:
    """Its Python blocks, one after the other in one program, against a real server."""
    text = (ROOT / "clients/python/README.md").read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in text.split("```python\n")[1:]]
    assert len(blocks) >= 4
    (tmp_path / "readme.py").write_text("\n".join(blocks), encoding="utf-8")
    env = {**os.environ, "TIMELINES_SERVER": server.address}
    command = [sys.executable, "readme.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr


def test_a_study_of_ones_own_becomes_a_scale(tmp_path: Path) -> None:
    flops = [10.0**exponent for exponent in (18, 19, 20, 21, 22)]
    points = [(flop, 1.7 + 2.2 * (flop / 1e18) ** -0.1) for flop in flops]
    study: dict[str, Any] = {"corpus": "ours", "eval_set": "held out", "source": "us", "published_on": "2026-01-02"}
    with start(tmp_path) as running, Client(running.address, timeout=30) as client:
        tried = client.import_study("house-corpus", points, **study, validate_only=True)
        with pytest.raises(InvalidQuestionError, match="house-corpus"):
            client.when(loss=2.0, scale="house-corpus")
        made = client.import_study("house-corpus", points, **study)
        assert (made.name, made.origin, made.corpus) == (tried.name, "imported", "ours")
        assert [
            (point.training_flop, point.loss_nats_per_token) for point in client.scale("house-corpus").points
        ] == points
        answer = client.when(loss=2.0, scale="house-corpus", budget_usd=1e9)
        assert answer.question.scale == "house-corpus"
        again = client.import_study("house-corpus", made.points, **study)
        assert again == made
        with pytest.raises(NameTakenError):
            client.import_study("house-corpus", points[:4], **study)
        with pytest.raises(InvalidQuestionError) as caught:
            client.import_study("other", [*points[:4], (1e20, -1.0)], **study)
        assert any("points[4]" in violation.field for violation in caught.value.field_violations)
        client.delete_scale("house-corpus")
        with pytest.raises(NotFoundError):
            client.scale("house-corpus")
