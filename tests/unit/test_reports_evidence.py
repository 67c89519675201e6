"""Sections on evidence: claims, past forecasts, what the report rests on, its terms."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest

from forecast import glossary
from forecast.engine.answer import Answer
from forecast.evaluation import bar, calibration, replay
from forecast.forecaster import Forecaster
from forecast.reports import facts
from forecast.reports.evidence import basis as evidence_basis
from forecast.reports.evidence import calibration as evidence_calibration
from forecast.reports.evidence import claims as evidence_claims
from forecast.reports.evidence import glossary as evidence_glossary
from forecast.reports.evidence.calibration import calibration_section
from forecast.reports.evidence.glossary import glossary_section
from forecast.reports.section_json import section_dict
from forecast.reports.sections import Section, Table
from forecast.reports.words import percent
from tests.synthetic import synthetic_posterior

DIGEST = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def forecaster() -> Forecaster:
    return Forecaster(synthetic_posterior(400))


@pytest.fixture(scope="module")
def answers(forecaster: Forecaster) -> list[Answer]:
    asked = {"loss": 1.24, "scale": "kaplan-webtext2"}
    return [forecaster.when(**asked), forecaster.when(**asked, scenario="no-physical-limits", seed=7)]


@pytest.fixture(scope="module")
def claims(forecaster: Forecaster) -> Section:
    return evidence_claims.claims_section(forecaster)


@pytest.fixture(scope="module")
def basis(forecaster: Forecaster, answers: list[Answer]) -> dict[str, Section]:
    return {one.slug: one for one in evidence_basis.basis_section(forecaster, answers, DIGEST)}


def cells(table: Table) -> list[str]:
    return [cell for row in table.rows for cell in row]


# Claims


def test_every_claim_stands_in_the_table_once(claims: Section) -> None:
    (table,) = claims.tables
    assert sorted(row[0].split(":")[0] for row in table.rows) == sorted(replay.IDS)


def test_a_page_shows_the_claims_that_facts_have_decided_what_failed_first(claims: Section) -> None:
    (table,) = claims.tables
    verdicts = [row[1].split(".")[0] for row in table.shown]
    assert set(verdicts) == {"Failed", "Partly held", "Held"}
    assert verdicts == sorted(verdicts, key=["Failed", "Partly held", "Held"].index)
    assert not {"Failed.", "Partly", "Held."} & {row[1].split()[0] for row in table.rows[len(table.shown) :]}
    assert len(table.shown) < len(table.rows)


def test_the_counts_of_verdicts_are_those_of_the_replay(claims: Section) -> None:
    replayed = replay.replay()
    counts = Counter(one.verdict for one in replayed)
    assert f"{len(replayed)} claims" in claims.words[0]
    for verdict, words in (("FAILED", "failed"), ("PARTLY_HELD", "partly held"), ("TOO_EARLY", "too early to say")):
        assert f"{counts[verdict]} {words}" in claims.words[0]
    agrees = sum(one.agrees is True for one in replayed)
    assert f"agrees in {agrees} of the {sum(one.agrees is not None for one in replayed)}" in claims.words[0]


def test_a_row_is_the_claim_with_its_verdict_forecast_and_facts(claims: Section) -> None:
    (one,) = replay.replay(["G4"])
    row = next(row for row in claims.tables[0].rows if row[0].startswith("G4:"))
    assert row == (
        f"G4: {one.claim.text}\nGwern, 2020-05-28",
        f"Failed. {one.judgement.why}",
        "agrees",
        one.as_of_answer.words,
        one.since.words,
    )


def test_claims_bring_the_retrospective_and_all_their_numbers(claims: Section) -> None:
    assert [figure.slug for figure in claims.figures] == ["retrospective"]
    told = json.loads(json.dumps(section_dict(claims), allow_nan=False))
    assert [one["id"] for one in told["values"]["data"]["claims"]] == list(replay.IDS)


def test_a_report_as_of_the_past_says_that_it_has_not_seen_the_facts(claims: Section) -> None:
    then = evidence_claims.claims_section(Forecaster.load(as_of=date(2020, 7, 27)))
    assert "as of 2020-07-27, have not seen them" in then.notes[-1]
    assert not any("have not seen" in note for note in claims.notes)


# Past forecasts


def test_what_is_missed_of_the_bar_is_said_first() -> None:
    section, checks = calibration_section(), bar.checks()
    missed = [check for check in checks if not check.met]
    assert section.words[0].startswith("Missed: ") is bool(missed)
    assert f"{sum(check.met for check in checks)} of the {len(checks)} lines" in section.words[len(section.words) - 1]
    table = section.tables[1]
    assert [row[4] for row in table.rows] == ["missed"] * len(missed) + ["met"] * (len(checks) - len(missed))
    assert len(table.shown) >= len(missed)


def test_coverage_of_each_quantity_is_that_of_the_stored_tables() -> None:
    summaries = calibration.summarise(calibration.load())
    model = [s for s in summaries if s.forecaster == "timelines" and s.window == "all" and s.years in ("1-3", "")]
    price = next(s for s in model if s.quantity == "realised_price")
    row = next(row for row in calibration_section().tables[0].rows if row[0] == "realised price")
    assert row[2] == percent(price.inside_80)
    assert f"n {price.n}" in row[1]


def test_the_section_leads_to_the_whole_page() -> None:
    assert any("timelines calibration --html" in note for note in calibration_section().notes)
    assert [figure.slug for figure in calibration_section().figures] == ["coverage"]


def test_without_a_backtest_the_section_says_what_to_run() -> None:
    section = calibration_section(calibration.STORED / "nowhere")
    assert "timelines backtest" in section.missing
    assert not section.words
    assert not section.tables


# What the report rests on


def test_the_basis_has_its_parts_in_order(basis: dict[str, Section]) -> None:
    assert list(basis) == ["data", "models", "priors", "diagnostics", "provenance"]
    assert all(one.words for one in basis.values())


def test_provenance_names_what_would_reproduce_the_report(
    forecaster: Forecaster, answers: list[Answer], basis: dict[str, Section]
) -> None:
    rows = dict(basis["provenance"].tables[0].rows)
    manifest = forecaster.posterior.manifest
    assert rows["spec SHA-256"] == DIGEST
    assert rows["data digest"] == manifest["data_digest"]
    assert rows["seeds"].startswith(f"fit {manifest['seed']}; ")
    assert "simulation 7" in rows["seeds"]
    for answer in answers:
        assert f"{answer.question.scenario.name} {answer.provenance.scenario_hash[:12]}" in rows["scenarios"]


def test_what_is_not_known_has_no_row(forecaster: Forecaster) -> None:
    provenance = evidence_basis.basis_section(forecaster)[-1]
    assert not {"spec SHA-256", "scenarios"} & {row[0] for row in provenance.tables[0].rows}


def test_every_prior_stands_with_its_reason() -> None:
    forecaster = Forecaster.load(as_of=date(2026, 11, 20))
    (table,) = evidence_basis.basis_section(forecaster)[2].tables
    known = facts.prior_rows(forecaster.posterior.manifest)
    assert list(table.rows) == [(f"{model}: {name}", prior, why) for model, name, prior, why in known]
    assert sum(bool(why) for *_, why in table.rows) > 10


def test_the_data_of_the_reference_are_counted_and_digested() -> None:
    posterior = Forecaster.load(as_of=date(2026, 11, 20)).posterior
    data = evidence_basis.basis_section(Forecaster(posterior))[0]
    counts = {one.table: one for one in facts.count_rows(posterior)}
    (table,) = data.tables
    assert {row[0] for row in table.rows} == set(counts)
    for name, rows, _, digest in table.rows:
        assert rows == f"{counts[name].rows:,}"
        assert counts[name].digest.startswith(digest)
    assert data.words[0].endswith(f"published by {posterior.data_cutoff}.")


def test_tables_that_are_not_those_of_the_fit_are_not_counted(basis: dict[str, Section]) -> None:
    assert basis["data"].tables == ()
    assert basis["data"].words


# The glossary


def test_every_term_is_told_where_nothing_says_which_are_used() -> None:
    terms = [entry.term for entries in glossary.SECTIONS.values() for entry in entries]
    assert [row[0].split("\n")[0] for row in glossary_section().tables[0].rows] == terms


def test_a_report_explains_the_terms_that_it_uses_with_their_misreadings(answers: list[Answer]) -> None:
    used = Section("drivers", "What drives it", words=("Frontier compute under a scaling break.",))
    (table,) = glossary_section(answers, [used]).tables
    told = {row[0].split("\n")[0]: row for row in table.rows}
    for term in ("frontier compute", "scaling break", "never", "pooled law", "2023 US dollars"):
        assert told[term][1:] == (glossary.find(term).means, glossary.find(term).misread)
    assert "commoditization" not in told
    assert "brain anchor" not in told
    assert set(evidence_glossary._ALWAYS) <= set(told)


def test_terms_of_every_report_are_terms_of_the_glossary() -> None:
    known = {entry.term for entries in glossary.SECTIONS.values() for entry in entries}
    assert set(evidence_glossary._ALWAYS) <= known


@pytest.mark.parametrize("make", [evidence_calibration.calibration_section, glossary_section])
def test_sections_are_json(make: object) -> None:
    assert callable(make)
    assert json.loads(json.dumps(section_dict(make()), allow_nan=False))["heading"]
