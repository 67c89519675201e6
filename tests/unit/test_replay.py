"""Published claims, replayed: the list, the verdicts, the sources of what is said, and the service's bytes."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.data.stored import SHIPPED as TABLES
from forecast.errors import PosteriorNotFoundError, UnknownNameError
from forecast.evaluation.replay import IDS, VERDICTS, Replayed, known_since, replay, to_dict, to_json
from forecast.posterior import selection
from tests.house import run_python

LISTED = (
    *(f"G{i}" for i in range(1, 11)),
    *(f"J{i}" for i in range(1, 13)),
    *(f"M{i}" for i in range(1, 7)),
    *(f"S{i}" for i in range(1, 5)),
)
DAYS = {"G": "2020-05-28", "J": "2020-07-27", "M": "2021-10-12", "S": "2021-12-15"}
BELIEFS = ("M6", "S1", "S3", "S4")
WITHOUT_A_SCENARIO = ("M3", "M6", "S1")
GPT3 = 3.14e23


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Replayed]:
    """Every claim, from a state folder that is not even there."""
    return {one.id: one for one in replay(home=tmp_path_factory.mktemp("empty") / "nothing")}


def rows(table: str) -> list[dict[str, str]]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def first_run(multiple: float, after: str) -> dict[str, str]:
    known = [row for row in rows("training_runs") if row["training_flop"] and row["published_on"] > after]
    return min(
        (row for row in known if float(row["training_flop"]) >= multiple * GPT3), key=lambda r: r["published_on"]
    )


def number(told: Any, name: str) -> float:
    return float(next(one.value for one in told.numbers if one.name == name))


def test_every_claim_is_there_in_order_and_once(replayed: dict[str, Replayed]) -> None:
    assert IDS == LISTED == tuple(replayed)


def test_every_part_is_said_and_every_verdict_is_of_the_vocabulary(replayed: dict[str, Replayed]) -> None:
    for one in replayed.values():
        parts = (one.claim.text, one.claim.speaker, one.claim.source, one.arithmetic.words, one.judgement.why)
        assert all(parts) and one.as_of_answer.words and one.since.words
        assert one.verdict in VERDICTS
        assert one.judgement.why.endswith(".")


def test_claims_are_dated_as_published(replayed: dict[str, Replayed]) -> None:
    dated = {name: one.claim.published_on.isoformat() for name, one in replayed.items()}
    assert dated.pop("G10") == "2020-07-27"  # a comment on Jones
    assert all(day == DAYS[name[0]] for name, day in dated.items())


def test_no_arithmetic_disagrees_and_beliefs_have_none(replayed: dict[str, Replayed]) -> None:
    assert not [name for name, one in replayed.items() if one.agrees is False]
    assert not [name for name in BELIEFS if replayed[name].agrees is not None]


def test_beliefs_are_not_scored(replayed: dict[str, Replayed]) -> None:
    assert {replayed[name].verdict for name in BELIEFS} == {"NOT_SCORABLE"}


def test_verdicts_that_the_facts_decide(replayed: dict[str, Replayed]) -> None:
    decided = {"G4": "FAILED", "G7": "HELD", "J3": "HELD", "J4": "HELD", "J7": "HELD", "J12": "PARTLY_HELD"}
    assert {name: replayed[name].verdict for name in decided} == decided


def test_the_first_run_of_ten_times_gpt3_came_too_late_for_j12(replayed: dict[str, Replayed]) -> None:
    first = first_run(10, DAYS["J"])
    since = replayed["J12"].since
    assert first["system"] in since.words and first["published_on"] in since.words
    assert number(since, "First run of 10 x GPT-3: compute") == float(first["training_flop"])
    assert date.fromisoformat(first["published_on"]) > date(2022, 1, 27)
    then = replayed["J12"].as_of_answer
    ten, hundred = (number(then, f"{k} by 2022-01") for k in ("10 x GPT-3", "100 x"))
    assert hundred < 0.05 < ten < 0.5


def test_gpt4_came_inside_what_was_forecast_of_it_in_july_2020(replayed: dict[str, Replayed]) -> None:
    then, since = replayed["J12"].as_of_answer, replayed["J12"].since
    low, high = (number(then, f"67 x, which GPT-4 was: {end}") for end in ("10 %", "90 %"))
    assert low < number(since, "First run of 10 x GPT-3: publication") < high
    low, high = (number(then, f"Its cost in March 2023: {end}") for end in ("10 %", "90 %"))
    assert low < number(since, "Chips' use and energy: lowest") < high


def test_what_is_known_since_comes_from_the_tables() -> None:
    told = known_since()
    for multiple, named in ((10, "10"), (66.5, "67"), (100, "100"), (1000, "1,000")):
        first = first_run(multiple, DAYS["G"])
        assert number(told, f"First run of {named} x GPT-3: compute") == float(first["training_flop"])
    largest = max(float(row["training_flop"]) for row in rows("training_runs") if row["training_flop"])
    assert number(told, "Largest known run: compute") == largest
    costs = sorted(
        float(row["cost_usd_2023"])
        for row in rows("spend")
        if row["system"] in ("GPT-4", "GPT-4 (Mar 2023)") and row["cost_method"] == "amortized_hardware_energy"
    )
    assert number(told, "Chips' use and energy of GPT-4: lowest") == costs[0] < 4e7
    assert number(told, "Chips' use and energy of GPT-4: highest") == costs[-1] < 7e7


def test_scenarios_are_asked_where_there_are_any(replayed: dict[str, Replayed]) -> None:
    for name, one in replayed.items():
        assert bool(one.scenario) == (name not in WITHOUT_A_SCENARIO)
        assert one.scenario in one.scenario_answer.words
    assert replayed["G3"].scenario == "gwern-g3" and replayed["M5"].scenario == "mt-nlg-m5"


def test_json_has_every_id_and_is_the_same_each_time() -> None:
    once, again = (to_json(replay()) for _ in range(2))
    assert once == again
    told = json.loads(once)
    assert tuple(claim["id"] for claim in told["claims"]) == LISTED
    assert {claim["verdict"] for claim in told["claims"]} <= {entry["name"] for entry in told["verdicts"]}
    assert "not of capability" in told["note"]


def test_json_says_what_the_words_rest_on(replayed: dict[str, Replayed]) -> None:
    one = to_dict([replayed["G3"]])["claims"][0]
    figure = one["figures"][0]
    assert figure["stated"] == "2.207e6" and figure["agrees"] is True
    assert round(figure["value"]) == 2206925
    assert {entry["unit"] for entry in one["as_of_numbers"]} == {"decimal year", "probability"}


def test_claims_are_chosen_by_id_in_any_case_and_answered_once() -> None:
    assert [one.id for one in replay(["j12", "G3", " g3 "])] == ["J12", "G3"]


def test_an_unknown_id_lists_those_that_are_known() -> None:
    with pytest.raises(UnknownNameError) as caught:
        replay(["G3", "X1"])
    assert "'X1'" in caught.value.message and all(name in caught.value.message for name in LISTED)
    assert caught.value.field == "claims"


def test_a_missing_shipped_posterior_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "SHIPPED", tmp_path)
    with pytest.raises(PosteriorNotFoundError, match="2020-07-27"):
        replay(["J12"])


def test_a_posterior_of_ones_own_does_not_answer_for_the_shipped(tmp_path: Path, replayed: dict[str, Replayed]) -> None:
    """One that was fitted here as of the same day answers `timelines when`, and no claim."""
    entry = next(entry for entry in selection.available() if entry.name.startswith(DAYS["J"]))
    (tmp_path / "posteriors").mkdir()
    (tmp_path / "posteriors" / f"{DAYS['J']}-000000000000.nc").write_bytes(b"not a posterior")
    (tmp_path / "posteriors" / f"{DAYS['J']}-000000000000.json").write_text(entry.path.with_suffix(".json").read_text())
    assert replay(["J12"], home=tmp_path) == (replayed["J12"],)


def test_it_needs_neither_pandas_nor_the_fit_arm() -> None:
    code = (
        "import sys; from forecast.evaluation.replay import replay; replay(); "
        "print(*sorted({'pandas', 'pymc', 'xarray', 'scipy', 'sqlalchemy', 'forecast.models'} & set(sys.modules)))"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
