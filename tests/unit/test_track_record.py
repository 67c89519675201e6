"""The track record that the package ships: never changed, and its newest rows say what the engine says."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from datetime import date

import pytest

import forecast
from forecast.engine.question import Question, Target
from forecast.errors import InputError
from forecast.evaluation.quantile_scores import LEVELS
from forecast.evaluation.track_questions import entry_of, question_of
from forecast.evaluation.track_record import Entry, Facts, again, load, on_record, record_dict, scores, scores_dict
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.reports.tables import headline
from forecast.units import GPT3_FLOP
from tests.synthetic import synthetic_posterior

HEADS = {"0.1.0": (57, "e602d321a4550386225ef9d786c8b01c91458a6e46cff54bcc18aebf0802c957")}
"""How many rows there were after each release, and the last digest: the one thing that the file cannot tell itself."""


@pytest.fixture(scope="module")
def shipped() -> tuple[Entry, ...]:
    return load()


@pytest.fixture(scope="module")
def forecaster() -> Forecaster:
    return Forecaster.load(selection.reference().name)


def test_the_rows_of_every_release_are_still_there_as_they_were(shipped: tuple[Entry, ...]) -> None:
    for release, (count, digest) in HEADS.items():
        assert shipped[count - 1].release == release
        assert shipped[count - 1].digest == digest
    assert {entry.release for entry in shipped} == set(HEADS), "pin the last digest of a release when it is added"


def test_this_versions_rows_say_what_the_engine_says(shipped: tuple[Entry, ...]) -> None:
    """As long as their posterior is shipped; where answers have moved since, the version has to move too."""
    here = {entry.name for entry in selection.available() if entry.origin == "shipped"}
    own = [entry for entry in shipped if entry.release == forecast.__version__ and entry.posterior in here]
    forecasters = {name: Forecaster.load(name) for name in {entry.posterior for entry in own}}
    for entry in own:
        now = again(forecasters[entry.posterior], entry)
        assert now.quantiles == pytest.approx(entry.quantiles, abs=0.1)
        shares = ("p_already", "p_beyond", "p_never")
        assert [getattr(now, name) for name in shares] == pytest.approx([getattr(entry, n) for n in shares], abs=2e-3)
        assert dict(now.p_by_year) == pytest.approx(dict(entry.p_by_year), abs=2e-3)
        same = ("question", "subject", "case", "kind", "posterior_sha256", "status", "as_of")
        assert [getattr(now, name) for name in same] == [getattr(entry, name) for name in same]


def test_the_headline_is_on_record_whole(shipped: tuple[Entry, ...], forecaster: Forecaster) -> None:
    answers = [answer for row in headline(forecaster).rows for answer in row.answers.values()]
    own = [entry for entry in shipped if entry.key[:2] == (forecast.__version__, forecaster.posterior.name)]
    if own:  # where this version has moved on from its posterior, its rows come with the release
        recorded = [e for e in own if e.kind == "arrival" and not e.subject.startswith("Largest")]
        assert [e.median for e in recorded] == pytest.approx([a.median for a in answers], abs=1e-3)
        assert [e.p_never for e in recorded] == pytest.approx([a.p_never for a in answers], abs=1e-5)


def test_near_questions_can_be_settled_in_one_to_three_years(shipped: tuple[Entry, ...]) -> None:
    near = [entry for entry in shipped if entry.subject.startswith(("Largest", "Spend", "Price"))]
    for subject in {entry.subject for entry in near}:
        open_events = [p for entry in near if entry.subject == subject for year, p in entry.p_by_year if year <= 2028]
        assert sum(0.1 < p < 0.9 for p in open_events) >= 3
    in_2027 = {e.case: dict(e.p_by_year)[2027] for e in near if e.subject.startswith("Largest")}
    assert list(in_2027) == ["1e27 FLOP", "3e27 FLOP", "1e28 FLOP", "3e28 FLOP", "1e29 FLOP"]
    assert sorted(in_2027.values(), reverse=True) == list(in_2027.values())


def test_rows_are_sound(shipped: tuple[Entry, ...]) -> None:
    for entry in shipped:
        finite = [year for year in entry.quantiles if math.isfinite(year)]
        assert finite == sorted(finite) and len(entry.quantiles) == len(LEVELS)
        shares = [p for _, p in entry.p_by_year]
        assert shares == sorted(shares) and 0 <= entry.p_already <= shares[0] + 1e-9
        assert shares[-1] <= 1 - entry.p_beyond - entry.p_never + 1e-6
        assert entry.as_of <= entry.recorded_on
        for part in ("Question:", "Resolves to:", "Source of truth:", "Revisions:", "If it does not happen:"):
            assert part in entry.resolution


def test_sizes_follow_the_posterior() -> None:
    posterior = synthetic_posterior(
        40,
        constants={"compute": {"largest_known_log10_flop": math.log10(3e27), "largest_known_log10_spend": 8.99}},
    )
    entries = on_record(Forecaster(posterior), [], "9.9.9")
    cases = [entry.case for entry in entries]
    assert cases[:5] == ["1e28 FLOP", "3e28 FLOP", "1e29 FLOP", "3e29 FLOP", "1e30 FLOP"]
    assert cases[5] == "at least $1bn in 2023 dollars" and cases[8] == "at least $30bn in 2023 dollars"
    assert len(cases) == 12 and all(case.endswith("per petaflop/s-day") for case in cases[9:])


def test_a_passage_is_the_first_month_in_which_its_driver_reaches_the_value(forecaster: Forecaster) -> None:
    """The spend never falls, so its passages are the ranks of its fan."""
    entries = [e for e in on_record(forecaster, [], "9.9.9") if e.subject.startswith("Spend")]
    fan = forecaster.fan("spend", (0.25, 0.5, 0.75))
    for entry in entries:
        value = json.loads(entry.question)["value"]
        for row, level in zip(fan.values, (0.75, 0.5, 0.25), strict=True):
            reached = fan.decimal_year[row >= math.log10(value)][0]
            assert entry.quantile(level) == pytest.approx(reached, abs=2 / 12)


def test_a_run_on_trend_is_asked_as_everybody_asks_it(forecaster: Forecaster) -> None:
    entry = next(e for e in on_record(forecaster, [], "9.9.9") if e.case == "1e28 FLOP")
    answer = forecaster.when(flop=1e28, criterion="on_trend", by_years=[2028])
    assert entry.median == answer.median and dict(entry.p_by_year)[2028] == answer.p_by(2028)


@pytest.mark.parametrize(
    ("posterior", "said"),
    [
        (synthetic_posterior(40, status="REFUSED", reasons=["no"]), "refused by its gates"),
        (synthetic_posterior(40, as_of=date(2020, 7, 27)), "no forecast"),
        (synthetic_posterior(40, as_of=date(2027, 7, 27)), "before the data"),
    ],
)
def test_only_forecasts_of_the_future_go_on_record(posterior: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        on_record(Forecaster(posterior), [], "9.9.9", date(2026, 12, 1))  # type: ignore[arg-type]


def test_nothing_is_settled_by_the_posterior_that_made_the_forecasts(shipped: tuple[Entry, ...]) -> None:
    own = [entry for entry in shipped if entry.posterior == selection.reference().name]
    assert {one.state for one in scores(entries=own)} <= {"pending", "undecidable"}


def test_json_tells_whole_rows_with_questions_that_can_be_asked(shipped: tuple[Entry, ...]) -> None:
    told = record_dict(shipped)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    row = told["rows"][0]
    assert set(row) >= {one.name for one in fields(Entry)} - {"digest"}
    assert row["question"]["target"] == {"training_flop": 1e27} and "prospective" in told["note"]


def test_scores_as_json_tell_what_waits(shipped: tuple[Entry, ...]) -> None:
    facts = Facts.of(selection.find(selection.reference().name))
    told = scores_dict(scores(facts, shipped), facts)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["rows"][0]["events"][0] == {"year": 2026, "probability": 0.84075, "settled_on": "2027-03-31"}


def test_a_multiple_of_gpt3_is_kept_as_it_was_asked(forecaster: Forecaster) -> None:
    question = Question(Target("gpt3_multiple", 1e28 / GPT3_FLOP))
    entry = entry_of(forecaster, question, "9.9.9", date(2026, 11, 20))
    back = question_of(entry)
    assert isinstance(back, Question) and back.target == question.target
    assert entry.words.startswith("A run of 31,847 times GPT-3's compute: frontier's spend")
