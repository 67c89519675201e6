"""A report with its Markdown and its page, in a layout that is not the product's own, for the strict check."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from forecast.engine import words as long_words
from forecast.engine.answer import Answer
from forecast.forecaster import Forecaster
from forecast.reports import drivers, limits, stories, tornado
from forecast.reports.drivers import Shown
from forecast.reports.evidence import basis, calibration, claims, glossary
from forecast.reports.report.faces import tiles
from forecast.reports.section_json import figure_dict, section_dict, tile_dict
from forecast.reports.sections import Section, drawn
from tests.synthetic import synthetic_posterior

Report = dict[str, Any]
NOTES = "By hand: nothing. By the run: 2030."


def face(name: str, answer: Answer) -> Report:
    return {
        "name": name,
        "headline": long_words.sentence(answer),
        "tiles": [tile_dict(tile) for tile in tiles(answer)],
        "answer": answer.to_dict(),
        "figures": [figure_dict(stories.single(answer))],
    }


def make() -> Report:
    """A report of two faces on a small posterior."""
    forecaster = Forecaster(synthetic_posterior(400))
    asked: dict[str, Any] = {"loss": 1.24, "scale": "kaplan-webtext2", "by_years": (2030, 2035, 2040)}
    lead, free = forecaster.when(**asked), forecaster.when(**asked, scenario="no-physical-limits")
    found = forecaster.sensitivity(forecaster.question(**asked), shapley=False)
    sections = [
        Section("drivers", "What drives it", figures=tuple(drivers.pictures(forecaster, Shown((), (), ("8mo",))))),
        Section("decides", "What decides it", figures=(tornado.tornado_chart(found),)),
        Section("limits", "What limits it", figures=drawn(limits.limits_picture(forecaster))),
        claims.claims_section(forecaster),
        calibration.calibration_section(),
        *basis.basis_section(forecaster, [lead, free], "ab" * 32),
        glossary.glossary_section([lead, free]),
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
