"""A published forecast says what the answer said, follows the one before it, and can be had again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

pytest.importorskip("sqlalchemy")

from forecast.catalogue.entries.published import Published, Record, as_kept
from forecast.catalogue.store import Catalogue
from forecast.engine.decode import answer_from_dict, question_from_dict
from forecast.engine.imported import NAME
from forecast.engine.question import Algorithms, Payer, Question, Target
from forecast.engine.scenario import Override, Scenario
from forecast.engine.words import interval, month, percent
from forecast.errors import InputError, PosteriorNotFoundError
from forecast.families import LogNormal
from forecast.forecaster import Forecaster
from forecast.posterior.artefact import seal, write
from forecast.posterior.state import StateFolder
from forecast.publishing.citing import cite
from forecast.publishing.differing import differ
from forecast.publishing.encode import published_dict, published_from_dict
from forecast.publishing.making import publish, record_of
from forecast.publishing.replays import PosteriorGoneError, Replays
from forecast.publishing.series import series_of
from forecast.publishing.verifying import verify
from tests.random_questions import questions
from tests.synthetic import synthetic_posterior

RUN = Question(Target.training_flop(1e29))
LOSS = Question(Target.loss(1.24, "kaplan-webtext2"), Payer.fixed(1e9))


@cache
def forecaster(seed: int = 3) -> Forecaster:
    return Forecaster(seal(synthetic_posterior(400, seed=seed))[0])


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path)


@pytest.fixture
def catalogue(state: StateFolder) -> Iterator[Catalogue]:
    with Catalogue.open(state.root) as opened:
        yield opened


def stored(state: StateFolder, seed: int) -> Forecaster:
    """On a posterior that lies in the state folder."""
    write(synthetic_posterior(400, seed=seed), state.posteriors)
    return Forecaster(seal(synthetic_posterior(400, seed=seed))[0], state.root)


def put(catalogue: Catalogue, forecaster: Forecaster, question: Question, **said: Any) -> Published:
    """Published from a posterior that lies nowhere."""
    return catalogue.records.add(record_of(forecaster, question, **said))


def test_every_number_of_a_citation_is_the_answers(catalogue: Catalogue) -> None:
    for question in (RUN, LOSS, Question(Target.training_flop(1e40), Payer.fixed(1e3))):
        answer = forecaster().ask(question)
        published = put(catalogue, forecaster(), question)
        told = cite(published)
        assert "\n" not in told and interval(answer) in told
        assert f" With probability {percent(answer.p_never)} it never comes." in told
        assert answer.provenance.posterior in told and answer.provenance.code_version in told
        assert f"as {published.name}, SHA-256 {published.content_sha256[:12]}." in told
    assert month(forecaster().ask(RUN).median) in cite(put(catalogue, forecaster(), RUN))


def test_a_citation_says_that_the_gates_flagged_the_posterior() -> None:
    flagged = Forecaster(seal(synthetic_posterior(400, status="FLAGGED", reasons=["nowcast: thin"]))[0])
    assert "(FLAGGED)" in record_of(flagged, RUN).citation
    assert "FLAGGED" not in record_of(forecaster(), RUN).citation


@settings(max_examples=60, deadline=None)
@given(questions())
def test_what_is_recorded_comes_back_exactly(question: Question) -> None:
    record = record_of(forecaster(), question)
    kept = Record(**json.loads(json.dumps({name: getattr(record, name) for name in Record.__slots__})))
    assert kept == as_kept(record)
    answer = answer_from_dict(kept.answer)
    assert answer == forecaster().ask(question_from_dict(kept.question))
    assert json.dumps(answer.to_dict()) == json.dumps(record.answer) == json.dumps(kept.answer)
    assert NAME.fullmatch(record.series)


def test_the_catalogue_gives_it_back_to_the_bit(catalogue: Catalogue) -> None:
    published = put(catalogue, forecaster(), LOSS, title="A loss", note="Two\nlines")
    assert catalogue.records.get(published.name) == published
    assert answer_from_dict(published.record.answer) == forecaster().ask(LOSS)
    told = json.loads(json.dumps(published_dict(published)))
    assert published_from_dict(told) == replace(published, request_id=None)


HOW_ELSE: dict[str, dict[str, Any]] = {
    "another seed": {"seed": 4},
    "fewer draws": {"max_draws": 200},
    "a posterior": {"posterior": "2026-11-20-0123456789ab"},
    "a date": {"as_of": date(2026, 11, 20)},
    "other quantiles": {"quantiles": (0.5,)},
    "other years": {"by_years": (2031,)},
    "with effects of limits": {"limit_effects": True},
}
WHAT_ELSE: dict[str, dict[str, Any]] = {
    "another target": {"target": Target.training_flop(1.1e29)},
    "a budget": {"payer": Payer.fixed(1e9)},
    "another price": {"price_basis": "list_rental"},
    "algorithms": {"algorithms": Algorithms("8mo")},
    "another horizon": {"horizon": "2050-12"},
    "a scenario": {"scenario": Scenario("mine", (Override("run.months", 3.0),))},
}


@pytest.mark.parametrize("changes", HOW_ELSE.values(), ids=HOW_ELSE)
def test_how_a_question_is_answered_changes_no_series(changes: dict[str, Any]) -> None:
    assert series_of(replace(RUN, **changes)) == series_of(RUN)


@pytest.mark.parametrize("changes", WHAT_ELSE.values(), ids=WHAT_ELSE)
def test_what_is_asked_makes_the_series(changes: dict[str, Any]) -> None:
    assert series_of(replace(RUN, **changes)) != series_of(RUN)


def test_the_words_of_a_scenario_are_no_part_of_the_series() -> None:
    one, other = (Scenario(name, (Override("run.months", 3.0),), about=name) for name in ("one", "other"))
    assert series_of(replace(RUN, scenario=one)) == series_of(replace(RUN, scenario=other))


def test_tonights_answer_follows_last_nights(catalogue: Catalogue) -> None:
    first = put(catalogue, forecaster(3), RUN)
    other = put(catalogue, forecaster(3), LOSS)
    second = put(catalogue, forecaster(4), replace(RUN, seed=9))
    chosen = put(catalogue, forecaster(4), LOSS, series=first.record.series)
    assert (first.previous, other.previous) == (None, None)
    assert (second.previous, chosen.previous) == (first.name, second.name)


def test_a_prior_keeps_its_numbers_and_not_its_source() -> None:
    own = Question(Target.training_flop(1e29), algorithms=Algorithms("prior", LogNormal(9.0, 0.5, "the asker's")))
    told = record_of(forecaster(), own)
    assert told.answer == record_of(forecaster(), question_from_dict(told.question)).answer


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"series": "Not a name"}, "series"),
        ({"series": "x" * 64}, "series"),
        ({"title": "x" * 201}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "bell\a"}, "title"),
        ({"note": "x" * 4001}, "note"),
        ({"note": "nul\0"}, "note"),
        ({"note": "half \ud800"}, "note"),
    ],
)
def test_words_that_cannot_be_kept_are_refused(said: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        record_of(forecaster(), RUN, **said)
    assert caught.value.field == field


def test_the_same_question_on_the_same_posterior_answers_the_same(state: StateFolder, catalogue: Catalogue) -> None:
    for question in (RUN, replace(LOSS, by_years=()), replace(RUN, payer=Payer.of_year(1e9, 2020))):
        published = publish(catalogue.records, stored(state, 3), question, home=state.root)
        found = verify(published, Replays(home=state.root, artefacts=""))
        assert (found.faults, found.replayed, found.words) == ((), "same", ())


def changed(published: Published, **changes: Any) -> Published:
    return replace(published, record=replace(published.record, **changes))


def test_a_changed_record_is_noticed(state: StateFolder, catalogue: Catalogue) -> None:
    published = publish(catalogue.records, stored(state, 3), RUN, home=state.root)
    answer = json.loads(json.dumps(published.record.answer))
    answer["p_never"] += 0.01
    replays = Replays(home=state.root, artefacts="")
    found = verify(changed(published, answer=answer), replays)
    assert "it was changed" in found.faults[0] and found.replayed == "other"
    assert found.words == ("1 number differs, by at most 0.01 (p_never)",)
    assert verify(changed(published, note="otherwise"), replays).faults
    assert "its name is" in verify(replace(published, name="2026-11-20-000000000000"), replays).faults[0]


def test_another_version_is_said_first(state: StateFolder, catalogue: Catalogue) -> None:
    published = publish(catalogue.records, stored(state, 3), RUN, home=state.root)
    answer = json.loads(json.dumps(published.record.answer))
    answer["provenance"]["code_version"] = "0.0.1"
    answer["choices"] = answer["choices"][:1]
    found = verify(changed(published, answer=answer), Replays(home=state.root, artefacts=""))
    assert found.replayed == "other" and re.match("provenance.code_version is .* and was '0.0.1'", found.words[0])


def test_a_posterior_that_is_not_here_is_said(state: StateFolder, catalogue: Catalogue) -> None:
    published = put(catalogue, forecaster(), RUN)
    replays = Replays(home=state.root, artefacts="")
    found = verify(published, replays)
    assert (found.faults, found.replayed) == ((), "not_asked") and published.record.posterior in found.words[0]
    with pytest.raises(PosteriorNotFoundError):
        replays.ready(published)
    stored(state, 3)
    other = changed(published, posterior_sha256="0" * 64)
    assert "its hash differs" in verify(other, Replays(home=state.root, artefacts="")).words[0]


def test_a_shared_posterior_is_found_in_a_folder_or_by_url(
    state: StateFolder, catalogue: Catalogue, tmp_path: Path
) -> None:
    published = put(catalogue, forecaster(5), RUN)
    shared = tmp_path / "shared"
    shared.mkdir()
    write(synthetic_posterior(400, seed=5), shared)
    for place in (str(shared), shared.as_uri()):
        assert verify(published, Replays(home=state.root, artefacts=place)).replayed == "same"
        assert verify(published, Replays(forecaster(3), state.root, place)).replayed == "same"


def test_a_change_is_told_by_its_figures_and_explained(state: StateFolder, catalogue: Catalogue) -> None:
    first = publish(catalogue.records, stored(state, 3), RUN, home=state.root)
    second = publish(
        catalogue.records, stored(state, 4), replace(RUN, payer=Payer.fixed(1e10)), series="chosen", home=state.root
    )
    found = differ(first, second, Replays(home=state.root, artefacts=""))
    figures = {(one.figure, one.year): one for one in found.figures}
    before, after = (answer_from_dict(one.record.answer) for one in (first, second))
    median = figures["median", None]
    assert (median.before, median.after) == (before.median, after.median)
    assert figures["p_never", None].change == after.p_never - before.p_never
    assert figures["p_by_year", 2040].after == after.p_by(2040)
    assert found.explanation is not None and found.notices == ()
    assert {"payer", "posterior.compute"} <= {part.switch for part in found.explanation.parts}
    assert found.explanation.change == pytest.approx(sum(part.change for part in found.explanation.parts))
    told = json.loads(found.to_json())
    assert told["before"]["name"] == f"forecasts/{first.name}" and "answer" not in told["before"]


def test_without_a_posterior_a_change_is_told_by_figures_only(state: StateFolder, catalogue: Catalogue) -> None:
    first = put(catalogue, forecaster(), RUN)
    second = publish(catalogue.records, stored(state, 4), RUN, home=state.root)
    found = differ(first, second, Replays(home=state.root, artefacts=""))
    assert found.explanation is None and "not at hand" in found.notices[0]
    assert differ(first, second).notices == () and differ(first, second).figures == found.figures


def test_nothing_is_published_from_a_posterior_whose_files_are_gone(state: StateFolder, catalogue: Catalogue) -> None:
    loaded, request_id = stored(state, 3), "5b0a9a1e-4c1f-4b0e-9f64-0d5a1f7d9a11"
    first = publish(catalogue.records, loaded, RUN, home=state.root, request_id=request_id)
    (state.posteriors / f"{loaded.posterior.name}.nc").unlink()
    with pytest.raises(PosteriorGoneError, match="import it"):
        publish(catalogue.records, loaded, RUN, home=state.root)
    (state.posteriors / f"{loaded.posterior.name}.json").unlink()
    with pytest.raises(PosteriorGoneError, match="are gone or damaged"):
        publish(catalogue.records, loaded, RUN, home=state.root)
    assert publish(catalogue.records, loaded, RUN, home=state.root, request_id=request_id) == first
    assert catalogue.records.list() == (first,)


def test_an_answer_beyond_the_horizon_has_no_date(catalogue: Catalogue) -> None:
    far = put(catalogue, forecaster(), Question(Target.training_flop(1e40), Payer.fixed(1e3)))
    near = put(catalogue, forecaster(), RUN)
    median = differ(far, near).figures[0]
    assert (median.figure, median.before, median.change) == ("median", None, None)
    assert "before" not in differ(far, near).to_dict()["figures"][0]


def test_a_year_that_no_simulation_reaches_is_refused(state: StateFolder, catalogue: Catalogue) -> None:
    first = publish(catalogue.records, stored(state, 3), RUN, home=state.root)
    with pytest.raises(InputError, match="the year of the probability"):
        differ(first, first, Replays(home=state.root, artefacts=""), year=1999)


def test_an_explanation_that_starts_elsewhere_than_the_record_says_so(state: StateFolder, catalogue: Catalogue) -> None:
    first = publish(catalogue.records, stored(state, 3), RUN, home=state.root)
    answer = json.loads(json.dumps(first.record.answer))
    answer["cdf"]["probability"] = [0.0] * len(answer["cdf"]["probability"])
    found = differ(changed(first, answer=answer), first, Replays(home=state.root, artefacts=""))
    assert "recorded was beyond the horizon" in found.notices[0]
