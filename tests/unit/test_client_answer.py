"""An answer out of its message says what the library's answer says, to the last digit."""

from __future__ import annotations

import copy
import datetime
import json
import math
import pickle
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine.answer import Answer as EngineAnswer
from tests.fake_server import forecaster, library_answer, message_of
from timelines import Answer
from timelines.v1 import answer_pb2 as pb

QUESTIONS: list[dict[str, Any]] = [
    {"loss": 1.24, "scale": "kaplan-webtext2", "budget_usd": 1e9},
    {"flop": 1e29, "criterion": "on_trend"},
    {"flop": 1e36, "horizon": "2040-06"},
    {"gpt3": 1e-3},
    {"loss": 1.5, "scale": "kaplan-webtext2", "law": "mixture", "algorithms": "16mo", "max_draws": 100},
    {"bits_per_character": 0.6, "scale": "kaplan-webtext2", "limit_effects": True, "max_draws": 500},
]
PLAIN = ("p_already", "p_beyond_horizon", "p_never", "p_already_mcse", "p_beyond_horizon_mcse", "p_never_mcse")
RECORDS = ("quantiles", "never_reasons", "p_by_year", "binding_limits", "choices")


def records(found: Any) -> list[dict[str, Any]]:
    return [{name: getattr(item, name) for name in item.__slots__ if name != "raw"} for item in found]


def small(years: list[float], probabilities: list[float], **masses: float) -> Answer:
    return Answer(pb.Answer(cdf=pb.Cdf(decimal_year=years, probability=probabilities), **masses))


@pytest.fixture(scope="module", params=range(len(QUESTIONS)), ids=lambda i: str(QUESTIONS[i]))
def pair(request: pytest.FixtureRequest) -> tuple[EngineAnswer, Answer]:
    library = forecaster().when(**QUESTIONS[request.param])
    return library, Answer(message_of(library))


def test_numbers_are_those_of_the_library(pair: tuple[EngineAnswer, Answer]) -> None:
    library, ours = pair
    assert [getattr(ours, name) for name in PLAIN] == [getattr(library, name) for name in PLAIN]
    assert ours.median == library.median
    for mass in (0.5, 0.8, 0.9, 0.999):
        assert ours.interval(mass) == library.interval(mass)
    for probability in (1e-9, 0.05, 0.1, 1 / 3, 0.5, 0.9, 0.95, 1 - 1e-9):
        assert ours.quantile(probability) == library.quantile(probability)
    for year in range(int(library.cdf.decimal_year[0]), int(library.cdf.decimal_year[-1]) + 1):
        assert ours.p_by(year) == library.p_by(year)


def test_parts_are_those_of_the_library(pair: tuple[EngineAnswer, Answer]) -> None:
    library, ours = pair
    for name in RECORDS:
        assert records(getattr(ours, name)) == records(getattr(library, name)), name
    assert (ours.cdf.decimal_year, ours.cdf.probability) == (library.cdf.decimal_year, library.cdf.probability)
    assert ours.data_notice == library.data_notice
    assert ours.notices == library.notices
    assert [(one.name, one.weight, one.p_never) for one in ours.components] == [
        (one.name, one.weight, one.p_never) for one in library.components
    ]
    for mine, theirs in zip(ours.components, library.components, strict=True):
        assert records(mine.quantiles) == records(theirs.quantiles)
    for name in ("name", "status", "reasons"):
        assert getattr(ours.posterior, name) == getattr(library.posterior, name)
    assert records([ours.posterior.nowcast]) == records([library.posterior.nowcast])
    same = [name for name in library.provenance.__slots__ if name != "hindsight_rows"]
    assert [getattr(ours.provenance, name) for name in same] == [getattr(library.provenance, name) for name in same]
    assert records(ours.provenance.hindsight_rows) == records(library.provenance.hindsight_rows)


def test_texts_are_those_of_the_library(pair: tuple[EngineAnswer, Answer]) -> None:
    library, ours = pair
    assert ours.to_dict() == library.to_dict()
    assert json.loads(ours.to_json()) == json.loads(library.to_json())
    assert ours.to_csv() == library.to_csv()


def test_the_settled_question_can_be_asked_again(pair: tuple[EngineAnswer, Answer]) -> None:
    library, ours = pair
    asked = ours.question
    assert asked.quantiles == library.question.quantiles
    assert (asked.criterion, asked.price) == (library.question.criterion, library.question.price_basis)
    assert (asked.horizon, asked.seed, asked.max_draws) == (
        library.question.horizon,
        library.question.seed,
        library.question.max_draws,
    )


def test_a_quantile_beyond_the_horizon_is_infinite() -> None:
    answer = small([2030.5, 2031.5], [0.25, 0.5])
    assert answer.quantile(0.5) == 2031.5
    assert answer.quantile(0.500001) == math.inf
    assert answer.interval(0.5) == (2030.5, math.inf)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=40).map(sorted), st.floats(0, 1, exclude_min=True, exclude_max=True)
)
def test_a_quantile_is_the_first_month_that_reaches_it(probabilities: list[float], wanted: float) -> None:
    years = [2027 + i / 12 for i in range(len(probabilities))]
    reached = [year for year, p in zip(years, probabilities, strict=True) if p >= wanted - 1e-12]
    assert small(years, probabilities).quantile(wanted) == (reached[0] if reached else math.inf)


@pytest.mark.parametrize("probability", [0, 1, -0.1, 1.1, math.nan])
def test_a_probability_that_is_none_is_a_value_error(probability: float) -> None:
    with pytest.raises(ValueError, match="above 0 and below 1"):
        small([2030.0], [0.5]).quantile(probability)
    with pytest.raises(ValueError, match="mass is"):
        small([2030.0], [0.5]).interval(probability)


@pytest.mark.parametrize("year", [2029, 2032])
def test_a_year_outside_the_answer_is_a_value_error(year: int) -> None:
    with pytest.raises(ValueError, match="runs from 2030 to 2031"):
        small([2030.5, 2031.5], [0.25, 0.5]).p_by(year)


def test_a_quantile_has_a_day_or_none() -> None:
    ours = Answer(message_of(library_answer()))
    dated = next(quantile for quantile in ours.quantiles if quantile.date)
    assert dated.day == datetime.date.fromisoformat(str(dated.date))
    never = small([2030.0], [0.1]).raw
    never.quantiles.add(probability=0.5, position=pb.POSITION_NEVER)
    (quantile,) = Answer(never).quantiles
    assert (quantile.position, quantile.day, quantile.decimal_year) == ("never", None, None)


def test_a_position_of_a_newer_server_is_told_by_its_number() -> None:
    raw = pb.Answer()
    raw.quantiles.add(probability=0.5).position = 77  # type: ignore[assignment]
    (quantile,) = Answer(raw).quantiles
    assert quantile.position == "position_77"


def test_answers_are_equal_when_their_messages_are() -> None:
    one, same, other = (Answer(message_of(library_answer())) for _ in range(3))
    other.raw.p_never += 0.1
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != "an answer"


def test_an_answer_survives_pickle_and_copy() -> None:
    answer = Answer(message_of(library_answer()), source=lambda asked: pytest.fail("no call is due"))
    for copied in (pickle.loads(pickle.dumps(answer)), copy.copy(answer), copy.deepcopy(answer)):
        assert copied == answer
        with pytest.raises(RuntimeError, match=r"client\.draws\(answer\)"):
            copied.draws()


def test_an_answer_is_shown_in_one_line() -> None:
    shown = repr(small([2030.0, 2030.5], [0.2, 0.6], p_never=0.125))
    assert shown == "Answer(median=2030.50, interval_80=(2030.00, inf), p_never=0.125)"


def test_an_answer_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        small([2030.0], [0.5]).raw = pb.Answer()  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        small([2030.0], [0.5]).note = "mine"  # type: ignore[attr-defined]


def test_the_pandas_table_is_the_csv() -> None:
    pandas = pytest.importorskip("pandas")
    from io import StringIO

    answer = Answer(message_of(library_answer()))
    read = pandas.read_csv(StringIO(answer.to_csv()), parse_dates=["date"])
    table = answer.to_pandas()
    pandas.testing.assert_frame_equal(table, read.astype({"date": table["date"].dtype}), check_dtype=False)


def test_without_pandas_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        small([2030.0], [0.5]).to_pandas()
