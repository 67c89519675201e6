"""The answer says everything in fields, in JSON, in CSV and in words, and the same every time."""

from __future__ import annotations

import csv
import io
import json
import math
from functools import cache

import pytest

from forecast.cli.words import render
from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.question import Algorithms, Law, Payer, Question, Target
from forecast.engine.solver import Solver
from forecast.errors import InputError
from tests.synthetic import synthetic_posterior


@cache
def solver() -> Solver:
    nowcast = {"rows": 14, "inside_80": 0.79, "reach": 0.34, "median_inside_99": True, "window": [2024.0, 2025.5]}
    return Solver(synthetic_posterior(400, status="FLAGGED", reasons=["nowcast: thin"], nowcast=nowcast))


def run(**options: object) -> Answer:
    return solver().ask(Question(Target.training_flop(1e29), **options))  # type: ignore[arg-type]


def loss(value: float, **options: object) -> Answer:
    return solver().ask(Question(Target.loss(value, "kaplan-webtext2"), **options))  # type: ignore[arg-type]


def test_conveniences_read_the_distribution() -> None:
    answer = run(payer=Payer.fixed(1e9))
    middle = next(q for q in answer.quantiles if q.probability == 0.5)
    low, high = answer.interval(0.8)
    assert answer.median == middle.decimal_year
    assert low < answer.median < high
    assert answer.p_by(2040) == next(p.probability for p in answer.p_by_year if p.year == 2040)


def test_a_median_beyond_the_horizon_is_infinite_not_missing() -> None:
    answer = run(payer=Payer.fixed(1e3))
    assert answer.median == math.inf
    assert answer.interval() == (math.inf, math.inf)


def test_what_cannot_be_read_from_an_answer_is_refused() -> None:
    answer = run()
    with pytest.raises(InputError, match="above 0 and below 1"):
        answer.quantile(1.0)
    with pytest.raises(InputError, match="from 2026 to 2060"):
        answer.p_by(2061)


def test_json_has_the_field_names_of_the_api() -> None:
    told = json.loads(loss(0.86, payer=Payer.fixed(1e6)).to_json())
    assert list(told) == [
        "question",
        "quantiles",
        "p_already",
        "p_already_mcse",
        "p_beyond_horizon",
        "p_beyond_horizon_mcse",
        "p_never",
        "p_never_mcse",
        "never_reasons",
        "p_by_year",
        "cdf",
        "binding_limits",
        "posterior",
        "choices",
        "data_notice",
        "provenance",
    ]
    assert set(told["quantiles"][0]) == {"probability", "position", "decimal_year", "date", "mcse_years"}
    assert told["quantiles"][0]["position"] == "POSITION_WITHIN_HORIZON"
    limits = ["LIMIT_MONEY", "LIMIT_CHIPS", "LIMIT_POWER", "LIMIT_DATA", "LIMIT_DATA_MOVEMENT"]
    assert [limit["limit"] for limit in told["binding_limits"]] == limits
    for share in ("share_of_arrivals", "share_at_horizon"):
        assert sum(limit[share] for limit in told["binding_limits"]) == pytest.approx(1.0, abs=1e-12)
    assert told["posterior"]["status"] == "POSTERIOR_STATUS_FLAGGED"
    assert told["posterior"]["nowcast"]["rows"] == 14
    assert set(told["provenance"]) == {
        "posterior",
        "data_digest",
        "as_of",
        "data_cutoff",
        "seed",
        "draws",
        "code_version",
        "scenario_hash",
    }


def test_json_leaves_out_what_is_empty() -> None:
    told = run(criterion="on_trend", payer=Payer()).to_dict()
    assert not {"never_reasons", "binding_limits"} & told.keys()
    assert told["p_never"] == 0.0


def test_json_tells_the_question_as_settled() -> None:
    told = run().to_dict()["question"]
    assert told["posterior"] == solver().posterior.name and told["as_of"] == "2026-11-20"
    assert told["by_years"] == [2030, 2035, 2040, 2050]


def test_a_quantile_without_a_date_leaves_the_date_out() -> None:
    told = run(payer=Payer.fixed(1e3)).to_dict()["quantiles"][3]
    assert told == {"probability": 0.5, "position": "POSITION_BEYOND_HORIZON"}


def test_csv_has_one_row_per_point_and_the_three_masses() -> None:
    answer = run(payer=Payer.fixed(1e9))
    rows = list(csv.DictReader(io.StringIO(answer.to_csv())))
    points = [row for row in rows if row["quantity"] == "cdf"]
    assert [float(row["probability"]) for row in points] == list(answer.cdf.probability)
    assert [row["quantity"] for row in rows[len(points) :]] == ["p_already", "p_beyond_horizon", "p_never"]
    assert points[0]["date"] == "2026-11-17"


def test_the_algorithms_are_the_first_choice() -> None:
    assert run().choices[0].name == "algorithms"
    assert [choice.name for choice in loss(1.24).choices] == ["algorithms", "law", "payer", "price_basis", "limits"]
    assert [choice.value for choice in loss(1.24).choices] == [
        "8mo",
        "pooled",
        "frontier_spend",
        "realised",
        "chips, power, data, data_movement",
    ]


def test_an_answer_on_the_frontier_says_that_its_ceiling_is_a_judgement() -> None:
    for answer in (run(), run(criterion="on_trend")):
        assert any("is a judgement" in choice.words for choice in answer.choices)


def test_why_never_is_told_in_words() -> None:
    (reason,) = loss(0.5).never_reasons
    assert "no compute reaches the loss" in reason.reason
    assert reason.probability == loss(0.5).p_never > 0
    rising = synthetic_posterior(400, blocks={"compute": {"r_realised": -0.05, "price_slopes": -0.05}})
    stalled = Solver(rising).ask(Question(Target.training_flop(1e32), payer=Payer.fixed(1e6)))
    assert stalled.p_never == 1.0
    assert "the price of compute stops falling" in stalled.never_reasons[0].reason


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            lambda: run(criterion="on_trend"),
            r"A 1e29 FLOP run is expected on trend in \w+ 20\d\d \(80 %: \w+ 20\d\d to",
        ),
        (lambda: run(payer=Payer.fixed(1e9)), r"A 1e29 FLOP run is expected to be affordable for \$1bn in \w+ 20\d\d"),
        (
            lambda: run(payer=Payer.fixed(1e3)),
            r"affordable for \$1k by 2060 with probability 0 %; later or never is .* \(80 %: beyond",
        ),
        (lambda: loss(2.5), r"A loss of 2.5 nats per token on kaplan-webtext2 is affordable .* already, with probab"),
        (lambda: loss(0.2), r"is never affordable for the frontier's spend, with probability \d+ %"),
    ],
)
def test_the_answer_opens_with_one_sentence(answer: object, sentence: str) -> None:
    import re

    assert re.search(sentence, words.sentence(answer()))  # type: ignore[operator]


def test_text_fits_a_terminal_and_tells_the_whole() -> None:
    long = loss(1.24, law=Law("mixture"), algorithms=Algorithms("16mo", None, 4.0), by_years=tuple(range(2030, 2042)))
    text = render(long)
    assert max(len(line) for line in text.splitlines()) <= 80
    for part in (
        "80 %:",
        "already",
        "beyond 2060",
        "never",
        "by the end of",
        "It rests on",
        "FLAGGED",
        "nowcast: thin",
    ):
        assert part in text


def test_numbers_read_as_people_write_them() -> None:
    assert [words.number(x) for x in (2e25, 47, 0.86, 1374, 1.5e-17)] == ["2e25", "47", "0.86", "1,374", "1.5e-17"]
    assert [words.money(x) for x in (1e9, 2.5e6, 300, 9.999e8, 1e13)] == ["$1bn", "$2.5M", "$300", "$1bn", "$10tn"]
    assert [words.percent(p) for p in (0, 0.001, 0.34, 0.999, 1)] == ["0 %", "under 1 %", "34 %", "over 99 %", "100 %"]
    assert words.month(2023.2083) == "March 2023"
