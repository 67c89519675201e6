"""A report: one set of numbers, told as a page, Markdown, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from forecast.batch.layering import over
from forecast.engine import words
from forecast.engine.encode_question import question_dict
from forecast.errors import InputError, StorageError
from forecast.executors.here import Here
from forecast.reports.report import changes, compose, faces
from forecast.reports.report.files import JSON, MARKDOWN, PAGE, files, table_csv
from forecast.reports.report.markdown import report_markdown
from forecast.reports.report.writing import DisagreementError, Way, check, write
from forecast.reports.sections import Table
from forecast.reports.words import percent
from forecast.storage.held import Held
from forecast.storage.manifest import faults, read_manifest
from forecast.storage.store import store_of
from tests.reporting import SHORT, shipped, short, spec_of


def told() -> dict[str, Any]:
    """The short report's JSON."""
    found: dict[str, Any] = json.loads(short()[1].read(JSON))
    return found


# One set of numbers


def test_the_lead_is_the_question_as_the_library_answers_it() -> None:
    answer = shipped().when(flop=2e29, by_years=(2030, 2035, 2040))
    assert short()[0].lead == answer
    assert told()["answer"] == answer.to_dict()
    assert told()["headline"] == words.sentence(answer)


def test_every_scenario_is_the_lead_with_its_own_arguments_laid_over() -> None:
    found = {face.name: face.answer for face in short()[0].faces}
    years = {"by_years": (2030, 2035, 2040)}
    assert list(found) == ["baseline", "for $1bn", "no-physical-limits"]
    assert found["for $1bn"] == shipped().when(flop=2e29, budget_usd=1e9, **years)
    assert found["no-physical-limits"] == shipped().when(flop=2e29, scenario="no-physical-limits", **years)


def test_tiles_tell_the_median_the_interval_and_every_mass() -> None:
    answer = short()[0].lead
    tiles = {tile.label: tile.value for tile in faces.tiles(answer)}
    assert list(tiles) == ["median", "80 % interval", "by 2030", "by 2035", "by 2040", "beyond 2060", "never"]
    assert tiles["by 2035"] == percent(answer.p_by(2035)) and tiles["never"] == percent(answer.p_never)


def test_the_page_the_markdown_and_the_json_say_the_same_sentences() -> None:
    page, text = (short()[1].read(name).decode() for name in (PAGE, MARKDOWN))
    for section in told()["sections"]:
        assert f">{section['heading']}</h2>" in page and f"## {section['heading']}" in text
    for figure in [figure for section in told()["sections"] for figure in section.get("figures", ())]:
        assert f'<figure id="{figure["slug"]}">' in page
        assert f"pictures/{figure['slug']}.png" in text
        assert f"numbers/{figure['slug']}.csv" in short()[1].names()


def test_every_table_and_picture_has_its_numbers_as_csv_to_the_row() -> None:
    for section in told()["sections"]:
        for figure in section.get("figures", ()):
            rows = list(csv.reader(io.StringIO(short()[1].read(f"numbers/{figure['slug']}.csv").decode())))
            assert rows[0] == figure["columns"] and len(rows) == len(figure["rows"]) + 1


def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text() -> None:
    table = Table("", ("name", "years"), (("=HYPERLINK(1)", "-2.5"), ("@x\ny", "+1"), ("plain", "−2")))
    rows = list(csv.reader(io.StringIO(table_csv(table))))
    assert rows[1:] == [["'=HYPERLINK(1)", "-2.5"], ["'@x; y", "+1"], ["plain", "−2"]]


def test_notes_are_filled_with_the_runs_numbers() -> None:
    lead = short()[0].lead
    assert words.end_words(lead, 0.5) in short()[0].notes
    assert percent(lead.p_never).replace("\N{NO-BREAK SPACE}", " ") in short()[0].notes.replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_the_same_inputs_give_the_same_bytes() -> None:
    report, held = short()
    again = compose.make(spec_of(SHORT), shipped(), asked=report.asked)
    assert again.key == report.key
    assert report_markdown(again, pictures=True).encode() == held.read(MARKDOWN)
    for name, data in files(again, ("html", "json", "csv")):
        assert data == held.read(name), name


def test_another_spec_or_another_posterior_has_another_key() -> None:
    other = spec_of(SHORT.replace("2.0e29}\nscen", "3.0e29}\nscen"))
    assert compose.key_of(other, shipped()) != short()[0].key


# What the question has no part in


def test_a_scenario_that_the_posterior_cannot_answer_is_left_out_with_the_reason() -> None:
    spec = spec_of("lead: {loss: 0.86, scale: kaplan-webtext2}\nscenarios: [baseline, {name: other, law: nobody}]")
    found = faces.faces(spec, shipped())
    assert [face.name for face in found.shown] == ["baseline"]
    assert found.left_out[0].startswith("other is left out: ") and "nobody" in found.left_out[0]


def test_a_lead_that_is_no_question_is_an_error() -> None:
    with pytest.raises(InputError, match="nowhere"):
        faces.faces(spec_of("lead: {loss: 0.86, scale: nowhere}"), shipped())


def rarely(lead: str) -> Any:
    """A lead that only the long tests ask."""
    return pytest.param(lead, marks=pytest.mark.long)


@pytest.mark.parametrize(
    "lead",
    [
        "{loss: 1.24, scale: kaplan-webtext2, law: kaplan}",  # arrived already
        "{loss: 0.1, scale: kaplan-webtext2}",  # never
        rarely("{flop: 1.0e30, payer: unlimited}"),
        rarely("{flop: 1.0e28, criterion: on_trend}"),
        rarely("{loss: 0.9, scale: kaplan-webtext2, inference_usd_per_100_pages: 1.0}"),
        "{gpt3: 1000, spend_usd: 1.0e8, spend_from: 2026-01-01, spend_growth: 0.1}",
        rarely("{brain_seconds: 1.0e9, horizon: 2030-12}"),
        rarely("{bits_per_character: 0.7, scale: kaplan-webtext2, scenario: skeptic, seed: 3}"),
    ],
)
def test_every_kind_of_question_makes_a_report(lead: str) -> None:
    made = compose.make(spec_of(f"lead: {lead}\nscenarios: [baseline, slow-price]"), shipped())
    assert made.faces[0].sentence and len(made.sections) >= 10
    for face in made.faces:
        within = face.answer.cdf.probability[-1]
        assert math.isclose(within + face.answer.p_beyond_horizon + face.answer.p_never, 1.0, abs_tol=1e-9)


def test_a_lead_as_of_another_date_is_told_from_the_posterior_of_that_date() -> None:
    made = compose.make(spec_of("lead: {flop: 2.0e29, as_of: 2021-12-15}\nscenarios: [baseline]"), shipped())
    assert made.lead.provenance.as_of == "2021-12-15"
    compute = next(one for section in made.sections for one in section.figures if one.slug == "compute")
    assert "as of 2021-12-15" in compute.description


def test_a_lead_that_is_told_whole_has_the_same_tiles() -> None:
    whole = json.dumps(question_dict(shipped().question(flop=2e29)))
    found = faces.faces(spec_of(f'{{"lead": {{"question": {whole}}}}}'), shipped()).shown[0]
    assert found.tiles == short()[0].faces[0].tiles


# What changed


def test_without_an_earlier_report_it_is_compared_with_the_posterior_before() -> None:
    section = next(one for one in short()[0].sections if one.slug == changes.SLUG)
    assert "2021-12-15" in section.tables[0].rows[0][0]
    assert section.figures


def test_a_report_is_compared_with_the_one_in_its_place(tmp_path: Path) -> None:
    place, bare = tmp_path / "out", "formats: [json, markdown]\nscenarios: [baseline]\n"
    write(spec_of(f"lead: {{flop: 1.0e29}}\n{bare}"), shipped(), place)
    written = write(spec_of(f"lead: {{flop: 2.0e29}}\n{bare}"), shipped(), place)
    section = next(one for one in written.report.sections if one.slug == changes.SLUG)
    assert section.tables[0].rows[0][0] == "the last report"
    assert section.figures, "the change of the target is told apart"


@pytest.mark.long
def test_a_report_made_again_is_the_same_and_not_compared_with_itself(tmp_path: Path) -> None:
    spec = spec_of("lead: {flop: 2.0e29}\nformats: [json, markdown]\nscenarios: [baseline]\n")
    first = write(spec, shipped(), tmp_path / "out").manifest
    assert write(spec, shipped(), tmp_path / "out").manifest == first


def test_an_earlier_posterior_that_is_gone_is_said_and_its_answer_is_shown() -> None:
    gone = told()
    gone["answer"]["posterior"]["name"] = "2024-01-01-000000000000"
    spec = spec_of("lead: {flop: 2.0e29}\nscenarios: [baseline]")
    earlier = changes.earlier_of({**gone, "key": "another"}, compose.key_of(spec, shipped()), shipped())
    made = compose.make(spec, shipped(), earlier=earlier)
    section = next(one for one in made.sections if one.slug == changes.SLUG)
    assert "cannot be told apart" in section.words[0] and "2024-01-01-000000000000" in section.words[0]
    assert [row[0] for row in section.tables[0].rows] == ["the last report", "this report"]


def test_since_must_name_a_report(tmp_path: Path) -> None:
    spec = spec_of("lead: {flop: 2.0e29}")
    with pytest.raises(InputError, match=r"has no report\.json; give the folder of an earlier report"):
        write(spec, shipped(), tmp_path / "out", Way(Here(), since=str(tmp_path)))
    assert not (tmp_path / "out").exists()


# In its place, or not at all


def test_the_manifest_names_every_file_and_what_would_make_it_again(tmp_path: Path) -> None:
    spec = spec_of("lead: {flop: 2.0e29}\nformats: [json, markdown, csv]\nscenarios: [baseline]\n")
    written = write(spec, shipped(), tmp_path / "out")
    store = store_of(tmp_path / "out")
    assert faults(store) == ()
    made = read_manifest(store).extra
    assert made["posterior"] == shipped().posterior.name and made["spec_digest"] == spec.digest
    assert made["key"] == written.report.key
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_a_foreign_file_in_the_way_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(StorageError, match="out"):
        write(spec_of("lead: {flop: 2.0e29}"), shipped(), tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_lead_without_an_answer_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        write(spec_of("lead: {loss: 0.86, scale: nowhere}"), shipped(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_grid_too_large_for_the_page_says_how_much_of_it_is_shown(tmp_path: Path) -> None:
    text = "lead: {flop: 2.0e29}\nformats: [json, markdown]\nscenarios: [baseline]\ngrid:\n"
    text += "  budget_usd: {from: 1.0e8, to: 1.0e10, count: 60, log: true}\n  as_of: [2021-12-15, 2026-11-20]\n"
    report = write(spec_of(text), shipped(), tmp_path / "out", Way(Here(), strict=True)).report
    (table,) = next(one for one in report.sections if one.slug == "questions").tables
    assert table.caption.endswith("96 of 120") and len(table.rows) == 48


# Words against numbers


def copied() -> Held:
    """The short report's files, to be tampered with."""
    held = Held()
    for name in short()[1].names():
        held.write(name, short()[1].read(name))
    return held


def test_words_and_numbers_of_a_report_agree() -> None:
    check(copied())


@pytest.mark.parametrize("name", [MARKDOWN, JSON])
def test_a_year_that_the_run_does_not_have_is_named(name: str) -> None:
    held, year = copied(), words.month(short()[0].lead.median).split()[-1]
    sentence = told()["headline"]
    held.write(name, held.read(name).decode().replace(sentence, sentence.replace(year, "2071", 1)).encode())
    with pytest.raises(DisagreementError, match="2071"):
        check(held)


def test_a_number_typed_into_the_notes_fails_where_it_is_to_be_strict(tmp_path: Path) -> None:
    text = 'notes: "It comes in 2077."\nlead: {flop: 2.0e29}\nformats: [json, markdown]\nscenarios: [baseline]\n'
    with pytest.raises(DisagreementError, match="2077"):
        write(spec_of(text), shipped(), tmp_path / "out", Way(Here(), strict=True))
    assert not (tmp_path / "out").exists()
    assert write(spec_of(text), shipped(), tmp_path / "out").manifest.files


# Arguments over each other


@pytest.mark.parametrize(
    ("base", "own", "expected"),
    [
        ({"loss": 1.0, "scale": "a"}, {"loss": 2.0}, {"loss": 2.0, "scale": "a"}),
        ({"loss": 1.0, "scale": "a"}, {"flop": 2.0}, {"flop": 2.0}),
        ({"payer": "unlimited"}, {"budget_usd": 1.0}, {"budget_usd": 1.0}),
        ({"budget_usd": 1.0, "currency_year": 2020}, {"budget_usd": 2.0}, {"budget_usd": 2.0}),
        ({"law": "pooled", "noise": 0.1}, {"law": "kaplan"}, {"law": "kaplan"}),
        ({"as_of": "2020-05-28", "seed": 3}, {"posterior": "x"}, {"posterior": "x", "seed": 3}),
        ({"flop": 1.0}, {"question": {"seed": 1}}, {"question": {"seed": 1}}),
        ({"flop": 1.0, "seed": 2}, {}, {"flop": 1.0, "seed": 2}),
    ],
)
def test_what_belongs_together_is_replaced_together(
    base: dict[str, Any], own: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert over(base, own) == expected
