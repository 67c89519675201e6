"""The strict check: a report that says what its run says passes; whatever is changed in it is named."""

from __future__ import annotations

import copy
import re

import pytest

from forecast.reports import words
from forecast.reports.strict.check import Disagreement, disagreements, unknown
from forecast.reports.strict.report import Text, texts
from forecast.reports.strict.tokens import Token, tokens
from forecast.reports.strict.tokens import plain as read
from tests import told_report
from tests.told_report import NOTES, Report, markdown, page, plain


@pytest.fixture(scope="module")
def report() -> Report:
    return told_report.make()


@pytest.fixture(scope="module")
def told(report: Report) -> str:
    return markdown(report)


def named(found: list[Disagreement]) -> str:
    return "\n".join(one.in_words() for one in found)


# What is as it was made


def test_a_report_as_it_was_made_agrees_with_its_run(report: Report, told: str) -> None:
    assert named(disagreements(report, told, page(report))) == ""


# One number changed in the Markdown


def changed(text: str, pattern: str, to: str) -> str:
    new, count = re.subn(pattern, to, text, count=1)
    assert count == 1, pattern
    return new


def line_of(text: str, start: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if start in line)


@pytest.mark.parametrize(
    ("pattern", "to", "said"),
    [
        (r"(costs \$)\d+(\.\d)?( now)", r"\g<1>77\3", "$77"),
        (r"(FLOP now, \d\.?\d?e\d+ in )2030", r"\g<1>2033", "2033"),
        (r"(\d+ of the )29( lines)", r"\g<1>31\2", "31"),
        (r"(: )\d+(\s%, asked)", r"\g<1>71\2", "71\N{NO-BREAK SPACE}%"),
        (r"(the price halves every )[\d.]+", r"\g<1>4.4", "4.4"),
        (r"(published by )2026-11-20", r"\g<1>2026-11-21", "2026-11-21"),
    ],
)
def test_a_number_changed_in_the_text_is_named_with_its_line_and_the_right_one(
    report: Report, told: str, pattern: str, to: str, said: str
) -> None:
    right = tokens(re.search(pattern, told)[0])  # type: ignore[index]
    new = changed(told, pattern, to)
    (first, *_) = disagreements(report, new)
    at = next(
        i for i, (old, line) in enumerate(zip(told.splitlines(), new.splitlines(), strict=True), 1) if old != line
    )
    assert (first.place, first.said) == (f"report.md:{at}", read(said))
    assert read(said) in first.sentence
    assert any(read(token.text) in first.nearest for token in right)


def test_a_changed_cell_is_named_by_its_row_and_column(report: Report, told: str) -> None:
    row = next(line for line in told.splitlines() if line.startswith(("| training\\_runs", "| price")))
    cell = next(part for part in row.split(" | ")[1:] if re.search(r"\d", part))
    (one,) = disagreements(report, told.replace(row, row.replace(cell, cell.replace(cell[-1], "x", 1), 1)))
    assert one.place == f"report.md:{line_of(told, row)}"
    assert row.split(" | ")[0].strip("| ") in one.sentence


def test_a_tile_that_is_missing_or_wrong_is_named(report: Report, told: str) -> None:
    tile = report["tiles"][3]
    line = f"- {tile['label']}: {tile['value']}"
    for wrong in ("", f"- {tile['label']}: 1{tile['value']}", f"- {tile['label']}: {tile['value']}.5"):
        assert f"{tile['label']}: {read(tile['value'])}" in named(disagreements(report, told.replace(line, wrong)))


def test_a_text_left_out_of_the_markdown_is_named(report: Report, told: str) -> None:
    words_ = report["sections"][4]["words"][0]
    (one,) = disagreements(report, told.replace(plain(words_), ""))
    assert one.said == words_.replace("\N{NO-BREAK SPACE}", " ")
    assert one.place == "report.json: sections[4].words[0]"


@pytest.mark.parametrize(
    ("typed", "said", "nearest"),
    [("It comes in 2093.", "2093", ""), ("It has 61.7 % odds.", "61.7 %", " "), ("For $3.3bn or less.", "$3.3bn", "")],
)
def test_a_number_typed_into_the_notes_is_named(report: Report, told: str, typed: str, said: str, nearest: str) -> None:
    wrong = {**report, "notes": f"{NOTES}\n\n{typed}"}
    (one,) = disagreements(wrong, told.replace(NOTES, wrong["notes"]))
    assert (one.place, one.said, one.sentence) == (f"report.md:{line_of(told, NOTES) + 2}", said, typed)
    assert nearest in one.nearest


def test_a_number_typed_into_the_markdown_alone_is_named(report: Report, told: str) -> None:
    (one,) = disagreements(report, f"{told}\nSome 123,456 chips.\n")
    assert (one.said, one.place) == ("123,456", f"report.md:{len(told.splitlines()) + 2}")


def test_rows_about_a_scenario_hold_numbers_of_its_answer(report: Report) -> None:
    free = report["faces"][1]["answer"]
    cells = [words.percent(free["p_by_year"][0]["probability"]), words.percent(free["p_never"])]
    table = {"caption": "Scenarios", "headings": ["", "by 2030", "never"], "rows": [["no-physical-limits", *cells]]}
    right = {**report, "sections": [{"slug": "scenarios", "heading": "What if", "tables": [table]}]}
    assert not disagreements(right, markdown(right))
    table["rows"] = [["no-physical-limits", cells[0], "61.7 %"]]
    (one,) = disagreements(right, markdown(right))
    assert (one.place, one.said) == ("report.json: sections[0].tables[0].rows[0]", "61.7 %")


# One number changed in the JSON


@pytest.mark.parametrize("name", ["p_never", "p_beyond_horizon", "p_already"])
def test_a_changed_mass_is_named(report: Report, told: str, name: str) -> None:
    wrong = copy.deepcopy(report)
    wrong["answer"][name] += 0.02
    assert name.split("_")[1] in named(disagreements(wrong, told))


def test_changed_quantiles_and_probabilities_are_named(report: Report, told: str) -> None:
    dated = [i for i, one in enumerate(report["answer"]["quantiles"]) if "decimal_year" in one]
    for i in dated:
        wrong = copy.deepcopy(report)
        wrong["answer"]["quantiles"][i]["decimal_year"] += 0.5
        assert f"answer.quantiles[{i}]" in named(disagreements(wrong, told))
    for i in range(3):
        wrong = copy.deepcopy(report)
        wrong["faces"][1]["answer"]["p_by_year"][i]["probability"] -= 0.01
        assert f"faces[1].answer.p_by_year[{i}]" in named(disagreements(wrong, told))


def test_a_headline_that_its_answer_does_not_give_is_named_though_both_files_have_it(report: Report) -> None:
    wrong = copy.deepcopy(report)
    wrong["headline"] = changed(wrong["headline"], r"20\d\d", "2077")
    wrong["tiles"][0]["value"] = "2077"
    found = named(disagreements(wrong, markdown(wrong)))
    assert "headline" in found
    assert "tiles[0]" in found


def test_a_title_typed_by_hand_is_named_though_both_files_have_it(report: Report) -> None:
    wrong = copy.deepcopy(report)
    wrong["sections"][0]["figures"][1]["title"] = "A petaflop/s-day costs $123 now and halves every 5.5 years"
    found = disagreements(wrong, markdown(wrong))
    assert [one.said for one in found] == ["$123", "5.5"]
    assert "$" in found[0].nearest


# The page


def test_a_number_changed_on_the_page_is_named(report: Report, told: str) -> None:
    wrong = changed(page(report), r"(the price halves every )[\d.]+", r"\g<1>4.4")
    found = disagreements(report, told, wrong)
    assert {one.place for one in found} == {"report.html"}
    assert "4.4" in {one.said for one in found}


def test_scripts_styles_and_pictures_of_a_page_are_not_read(report: Report, told: str) -> None:
    noise = "<script>var a = 123.456;</script><style>a{width:98px}</style><svg><text>345.6</text></svg></body>"
    assert not disagreements(report, told, page(report).replace("</body>", noise))


# Every number changed, one by one


def slightly(token: Token) -> str:
    """The token with the last digit of its mantissa changed by one."""
    mantissa = token.text.split("e")[0] if re.search(r"\de[+-]?\d", token.text) else token.text
    at = [found.start() for found in re.finditer(r"\d", mantissa)][-1]
    digit = str(int(token.text[at]) + 1) if token.text[at] != "9" else "8"
    return f"{token.text[:at]}{digit}{token.text[at + 1 :]}"


def numbers(text: str) -> list[Token]:
    return [token for token in tokens(text) if token.kind != "name"]


def test_of_numbers_typed_one_off_the_values_alone_name_nine_in_ten(report: Report) -> None:
    """Though both files have the wrong number alike, as when somebody types it into the code."""
    tried: list[tuple[Text, str]] = []
    for text in texts(report):
        for token in numbers(text.said) if text.may is not None else []:
            tried.append((text, f"{text.said[: token.start]}{slightly(token)}{text.said[token.end :]}"))
    caught = [bool(unknown(said, text.may(said))) for text, said in tried if text.may is not None]
    assert len(caught) > 150
    assert sum(caught) / len(caught) > 0.9


def test_of_numbers_changed_in_the_markdown_every_one_is_named(report: Report, told: str) -> None:
    found = numbers(told)[::23]
    assert len(found) > 25
    for token in found:
        wrong = f"{told[: token.start]}{slightly(token)}{told[token.end :]}"
        assert disagreements(report, wrong), told[max(0, token.start - 60) : token.end + 40]
