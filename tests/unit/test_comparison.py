"""Scenarios side by side: the answers as they are, beliefs beside them, in JSON, CSV and words."""

from __future__ import annotations

import csv
import io
import json
from functools import cache

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict

from forecast.cli.comparing import render
from forecast.engine.beliefs import Overlay, read_belief
from forecast.engine.comparison import MAX_OVERLAYS, Comparison, overlay_years
from forecast.engine.question import Question, Scenario, Target
from forecast.errors import InputError
from forecast.families import Tabulated
from forecast.forecaster import Forecaster
from tests.synthetic import synthetic_posterior
from timelines.v1 import forecast_service_pb2

FREE = Scenario("no limits", switches=tuple((n, False) for n in ("chips", "data", "data_movement", "power")))  # type: ignore[misc]
BELIEF = Overlay("Ann, of Bonn", read_belief("2029 to 2045"), "a letter")
SHORT = Overlay("table", Tabulated((2030.0, 2040.0), (0.3, 0.6)))


@cache
def found() -> Comparison:
    forecaster = Forecaster(synthetic_posterior(300))
    answers = forecaster.compare(Question(Target.training_flop(1e29)), [Scenario("baseline"), FREE])
    return Comparison(answers, (BELIEF, SHORT))


def test_the_json_is_that_of_the_message() -> None:
    told = found().to_dict()
    message = ParseDict(told, forecast_service_pb2.CompareResponse(), ignore_unknown_fields=True)
    again = MessageToDict(message, preserving_proto_field_name=True)
    assert [one["scenario"] for one in told["answers"]] == ["baseline", "no limits"]
    assert again["overlays"] == told["overlays"] == json.loads(found().to_json())["overlays"]
    assert told["overlays"][0]["name"] == "Ann, of Bonn"


def test_a_belief_is_told_at_the_probabilities_asked_as_far_as_it_goes() -> None:
    assert overlay_years(BELIEF, (0.05, 0.95)) == [(0.05, pytest.approx(2029)), (0.95, pytest.approx(2045))]
    assert overlay_years(SHORT, (0.1, 0.3, 0.45, 0.9)) == [(0.1, None), (0.3, 2030.0), (0.45, 2035.0), (0.9, None)]
    assert found().to_dict()["overlays"][1]["decimal_year"][0] == {"probability": 0.05}


def test_the_csv_has_every_quantile_and_mass() -> None:
    rows = list(csv.DictReader(io.StringIO(found().to_csv())))
    quantiles = len(found().probabilities)
    assert len(rows) == 2 * (quantiles + 3) + 2 * quantiles
    assert {row["who"] for row in rows} == {"baseline", "no limits", "Ann, of Bonn", "table"}
    masses = [
        float(row["probability"]) for row in rows if row["who"] == "baseline" and row["quantity"].startswith("p_")
    ]
    answer = found().answers[0][1]
    assert masses == [answer.p_already, answer.p_beyond_horizon, answer.p_never]


def test_the_words_have_a_row_for_each() -> None:
    text = render(found())
    assert text.startswith("A 1e29 FLOP run: when, under each scenario.")
    for name in ("baseline ", "no limits ", "Ann, of Bonn ", "table "):
        assert f"\n{name}" in text
    assert "Ann, of Bonn: a belief of others, a letter" in text
    assert "not told" in text
    assert "by 2030  by 2040" in text


def test_nothing_to_compare_and_too_many_beliefs_are_refused() -> None:
    with pytest.raises(InputError, match="no scenario"):
        Comparison(())
    with pytest.raises(InputError, match="21 overlays"):
        Comparison(found().answers, (BELIEF,) * (MAX_OVERLAYS + 1))
