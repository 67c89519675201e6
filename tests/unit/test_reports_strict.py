"""The strict check: a report that says what its run says passes; whatever is changed in it is named."""

from __future__ import annotations

import copy
import re
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine import words as long_words
from forecast.engine.answer import Answer
from forecast.forecaster import Forecaster
from forecast.reports import (
    drivers,
    evidence_basis,
    evidence_calibration,
    evidence_claims,
    evidence_glossary,
    limits,
    stories,
    tornado,
    words,
)
from forecast.reports.drivers import Shown
from forecast.reports.report.faces import tiles
from forecast.reports.section_json import figure_dict, section_dict, tile_dict
from forecast.reports.sections import Section, drawn
from forecast.reports.strict import CONSTANTS, Disagreement, disagreements, unknown
from forecast.reports.strict_report import Text, texts
from forecast.reports.strict_tokens import Token, tokens
from forecast.reports.strict_tokens import plain as read
from forecast.reports.strict_values import Grid, Pool
from tests.synthetic import synthetic_posterior

Report = dict[str, Any]
NOTES = "By hand: nothing. By the run: 2030."


# A report, and its files in a layout that is not the product's own


def face(name: str, answer: Answer) -> Report:
    return {
        "name": name,
        "headline": long_words.sentence(answer),
        "tiles": [tile_dict(tile) for tile in tiles(answer)],
        "answer": answer.to_dict(),
        "figures": [figure_dict(stories.single(answer))],
    }


@pytest.fixture(scope="module")
def report() -> Report:
    forecaster = Forecaster(synthetic_posterior(400))
    asked: dict[str, Any] = {"loss": 1.24, "scale": "kaplan-webtext2", "by_years": (2030, 2035, 2040)}
    lead, free = forecaster.when(**asked), forecaster.when(**asked, scenario="no-physical-limits")
    found = forecaster.sensitivity(forecaster.question(**asked), shapley=False)
    sections = [
        Section("drivers", "What drives it", figures=tuple(drivers.pictures(forecaster, Shown((), (), ("8mo",))))),
        Section("decides", "What decides it", figures=(tornado.tornado_chart(found),)),
        Section("limits", "What limits it", figures=drawn(limits.limits_picture(forecaster))),
        evidence_claims.claims_section(forecaster),
        evidence_calibration.calibration_section(),
        *evidence_basis.basis_section(forecaster, [lead, free], "ab" * 32),
        evidence_glossary.glossary_section([lead, free]),
    ]
    faces = [face("baseline", lead), face("no-physical-limits", free)]
    return {
        "title": "When?",
        "notes": NOTES,
        **{name: faces[0][name] for name in ("headline", "tiles", "answer")},
        "words": [f"{choice.name}: {choice.words}." for choice in lead.choices],
        "faces": faces,
        "sections": [section_dict(section) for section in sections],
        "spec": {"notes": NOTES, "lead": {"loss": 1.24, "scale": "kaplan-webtext2"}},
    }


def plain(text: str) -> str:
    return re.sub(r"([*_<>#|\[\]])", r"\\\1", text)


def rows_of(table: Report) -> list[list[str]]:
    rows: list[list[str]] = table["rows"]
    return rows[: table.get("on_page") or len(rows)]


def markdown(report: Report) -> str:
    lead = report["faces"][0]
    told = [f"# {report['title']}", report["headline"], *report["words"], report["notes"]]
    told += ["\n".join(f"- {tile['label']}: {tile['value']}" for tile in report["tiles"])]
    told += [f"{one['name']}: {plain(one['headline'])}" for one in report["faces"][1:]]
    told += [part for figure in lead["figures"] for part in figure_parts(figure)]
    for section in report["sections"]:
        told += [f"## {section['heading']}", *map(plain, section.get("words", []))]
        for table in section.get("tables", []):
            lines = [table["headings"], ["-"] * len(table["headings"]), *rows_of(table)]
            cells = [[plain(cell).replace("\n", "<br>") for cell in line] for line in lines]
            told += [plain(table["caption"]), "\n".join(f"| {' | '.join(line)} |" for line in cells)]
        told += [part for figure in section.get("figures", []) for part in figure_parts(figure)]
        told += map(plain, section.get("notes", []))
    return "\n\n".join(told) + "\n"


def figure_parts(figure: Report) -> list[str]:
    return [f"### {figure['title']}", plain(figure["subtitle"]), f"![{plain(figure['description'])}](a.png)"]


def page(report: Report) -> str:
    told = [report["title"], report["headline"], *report["words"], report["notes"]]
    told += [f"{tile['label']} {tile['value']}" for tile in report["tiles"]]
    for figure in (figure for one in report["faces"] for figure in one["figures"]):
        told += [figure["title"], figure["subtitle"]]
    for section in report["sections"]:
        told += [section["heading"], *section.get("words", []), *section.get("notes", [])]
        told += [text for one in section.get("figures", []) for text in (one["title"], one["subtitle"])]
        told += [table["caption"] for table in section.get("tables", [])]
        told += [cell for table in section.get("tables", []) for row in rows_of(table) for cell in row]
    body = "".join(f"<p>{escape(text).replace(' %', '&nbsp;%')}</p>" for text in told)
    return f"<html><head><style>p {{ width: 99px }}</style></head><body>{body}<svg><text>77</text></svg></body></html>"


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


def test_a_number_is_right_only_with_its_year() -> None:
    fan = Grid(("decimal_year", "flop, 50 %"), tuple((2026.0 + k / 12, 1e27 * 2**k) for k in range(120)))
    then = fan.rows[48][1]
    text = f"{words.scientific(then)} in 2030"
    assert not unknown(text, Pool({("year", "2030"): ""}).cells(fan.meant(text)))
    text = f"{words.scientific(then)} in 2031"
    assert [token.text for token in unknown(text, Pool({("year", "2031"): ""}).cells(fan.meant(text)))] == [text[:-8]]


def test_a_curve_says_when_it_passes_its_quantiles_and_nothing_else() -> None:
    curve = Grid(("decimal_year", "probability by then"), tuple((2026 + k / 12, k / 240) for k in range(200)))
    text = "in 2036, with 40 % by 2034, and 37 %"
    assert [token.text for token in unknown(text, Pool().cells(curve.meant(text)))] == ["2034", "37 %"]


# The page


def test_a_number_changed_on_the_page_is_named(report: Report, told: str) -> None:
    wrong = changed(page(report), r"(the price halves every )[\d.]+", r"\g<1>4.4")
    found = disagreements(report, told, wrong)
    assert {one.place for one in found} == {"report.html"}
    assert "4.4" in {one.said for one in found}


def test_scripts_styles_and_pictures_of_a_page_are_not_read(report: Report, told: str) -> None:
    noise = "<script>var a = 123.456;</script><style>a{width:98px}</style><svg><text>345.6</text></svg></body>"
    assert not disagreements(report, told, page(report).replace("</body>", noise))


# How numbers are read and written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in July 2029 (80 %: 2027 to never)", [("month", "2029-07"), ("percent", "80"), ("year", "2027")]),
        ("2042–2054 or 2031-05", [("year", "2042"), ("year", "2054"), ("month", "2031-05")]),
        ("$1.6bn, $47 and $2.16k", [("money", "$1.6bn"), ("money", "$47"), ("money", "$2.16k")]),
        ("70 to 90 %, under 1 %", [("percent", "70"), ("percent", "90"), ("percent", "<1")]),
        ("as of 2026-11-20, 2023 dollars", [("date", "2026-11-20"), ("currency", "2023")]),
        ("−0.06 to +0.10 of 4,000", [("number", "−0.06"), ("number", "+0.10"), ("number", "4,000")]),
        ("2e29, 6.94e29 FLOP", [("number", "2e29"), ("number", "6.94e29")]),
        ("GPT-3 on kaplan-webtext2, H100s, SHA-256", [("name", ...)] * 4),
        ("run 5e0adad490ff of 2026-11-20-f888b7e49128, 0.1.0", [("name", ...)] * 3),
        ("by 2035, 84 %", [("year", "2035"), ("percent", "84")]),
    ],
)
def test_numbers_are_found_with_their_kinds(text: str, found: list[tuple[str, str]]) -> None:
    read = [(token.kind, ... if token.kind == "name" else token.form) for token in tokens(text)]
    assert read == found


def knows(pool: Pool, text: str) -> bool:
    found = tokens(f"it is {text} now")
    return len(found) == 1 and pool.says(found[0])


@given(st.floats(1e-3, 9e14))
def test_money_is_known_however_the_house_writes_it(usd: float) -> None:
    pool = Pool().add({"usd_2023": usd})
    assert knows(pool, words.usd(usd))
    assert knows(pool, words.usd(usd, 3))
    assert knows(pool, long_words.money(usd))


@given(st.floats(0, 1))
def test_probabilities_are_known_however_the_house_writes_them(p: float) -> None:
    pool = Pool().add({"p": p})
    assert knows(pool, words.percent(p))
    assert knows(pool, long_words.percent(p))


@given(st.floats(2020.0, 2099.9))
def test_dates_are_known_however_the_house_writes_them(year: float) -> None:
    pool = Pool().add({"median": year})
    for write in (words.calendar_year, words.month, long_words.month, long_words.day):
        assert knows(pool, write(year))


@given(st.floats(1e-6, 1e40))
def test_amounts_are_known_however_the_house_writes_them(value: float) -> None:
    pool = Pool().add({"value": value})
    for write in (words.scientific, words.power, long_words.number):
        assert knows(pool, write(value))


@given(st.integers(0, 10**7))
def test_counts_are_known_with_and_without_separators(count: int) -> None:
    pool = Pool().add({"count": count})
    assert pool.says(Token("", "number", f"{count:,}", 0, 0))
    assert pool.says(Token("", "number", str(count), 0, 0))


def test_constants_of_the_method_have_a_reason_each() -> None:
    assert all(len(reason) > 10 for reason in CONSTANTS.values())
    assert not unknown(
        "median, 50, 80 and 90 % bands, 2023 dollars, the 80 % interval (80 %: 2030)", Pool().add([2030])
    )
    assert [token.text for token in unknown("with 80 % probability, 90 % of 2024 dollars", Pool())] == [
        "80 %",
        "90 %",
        "2024",
    ]


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
