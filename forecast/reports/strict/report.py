"""A report's JSON as the strict check reads it: each text that it says, and the numbers that the text may say.

The numbers of a text are those of its own section: its values, and where it states none its tables and the rows of its
figures that the text can mean, and the quantiles and masses of the lead. Those of a title are its figure's values and
rows besides. Every text may say what the whole report is about: the spec, the posterior and its dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forecast.reports.strict.tokens import plain
from forecast.reports.strict.values import Grid, Pool
from forecast.units import decimal_year

_OF_AN_ANSWER = ("question", "never_reasons", "p_by_year", "binding_limits", "choices", "notices", "data_notice")
_MASSES = ("p_already", "p_beyond_horizon", "p_never")


@dataclass(frozen=True, slots=True)
class Text:
    """Something that a report says.

    Attributes
    ----------
    path : str
        Where in the JSON.
    section : str
        The heading of its section; empty at the top.
    said : str
        On one line.
    may : callable or None
        What such a text may say: text -> Pool; None where it is only compared between the files.
    """

    path: str
    section: str
    said: str
    may: Callable[[str], Pool] | None

    @property
    def pool(self) -> Pool | None:
        """What it may say."""
        return None if self.may is None else self.may(self.said)


def texts(report: Mapping[str, Any]) -> list[Text]:
    """Every text of a report but the cells of its tables.

    Parameters
    ----------
    report : mapping
        As `report.json` tells it.
    """
    reading = _Reading(report)
    return [text for text in (*reading.top(), *reading.faces(), *reading.sections()) if text.said]


def notes_pool(report: Mapping[str, Any]) -> Pool:
    """What the user's notes may say: the answers of every face, and what was asked."""
    pool = _lead(report)
    for face in report.get("faces", []):
        pool.add(headline_values(face["answer"]), f"the answer {face.get('name', '')}".rstrip())
    return pool


def face_pools(report: Mapping[str, Any]) -> dict[str, Pool]:
    """What a row about each face may say, by its name."""
    faces = [(face.get("name", ""), face["answer"]) for face in report.get("faces", [])]
    faces += [("this report", report["answer"])] if "answer" in report else []
    return {plain(name): _asked(report).add(headline_values(answer), name) for name, answer in faces}


def headline_values(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of an answer counts in every text about it: no curve, for any number is near one of a curve, no errors."""
    kept = {name: answer[name] for name in (*_OF_AN_ANSWER, *_MASSES) if name in answer}
    kept["quantiles"] = [
        {name: value for name, value in one.items() if name != "mcse_years"} for one in answer.get("quantiles", [])
    ]
    kept |= _basis(answer)
    return kept | ({"p_by_horizon": answer["cdf"]["probability"][-1]} if "cdf" in answer else {})


def grid_of(part: Mapping[str, Any]) -> Grid:
    """The rows of a table or of a figure."""
    headings = part.get("headings") or part.get("columns") or []
    return Grid(tuple(headings), tuple(tuple(row) for row in part.get("rows", [])), bool(part.get("values")))


def _asked(report: Mapping[str, Any]) -> Pool:
    """The spec without its notes, and what every section may say."""
    spec = {name: value for name, value in report.get("spec", {}).items() if name not in ("notes", "title")}
    return Pool().add(spec, "spec").add(report.get("inputs", {}), "inputs").add(report.get("values", {}), "values")


def _lead(report: Mapping[str, Any]) -> Pool:
    return _asked(report).add(headline_values(report.get("answer", {})), "answer")


def _basis(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer rests on, in every text."""
    told = {name: answer.get("provenance", {}).get(name) for name in ("as_of", "data_cutoff", "draws")}
    return {"provenance": told, "posterior": answer.get("posterior", {}).get("name", "")}


class _Reading:
    """A report, with what each of its parts may say."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        self._report = report
        self._spec, self._lead = _asked(report), _lead(report)
        self._basis = _asked(report).add(_basis(report.get("answer", {})), "answer")
        as_of = report.get("answer", {}).get("provenance", {}).get("as_of")
        self._starts = [decimal_year(date.fromisoformat(as_of))] if as_of else []

    def top(self) -> Iterator[Text]:
        yield Text("title", "", plain(str(self._report.get("title", ""))), None)
        yield Text("headline", "", plain(str(self._report.get("headline", ""))), _always(self._lead))
        for i, words in enumerate(self._report.get("words", [])):
            yield Text(f"words[{i}]", "", plain(words), _always(self._lead))

    def faces(self) -> Iterator[Text]:
        for i, face in enumerate(self._report.get("faces", [])):
            own = Pool().add(headline_values(face["answer"]), f"faces[{i}].answer").merged(self._spec)
            yield Text(f"faces[{i}].headline", "", plain(face.get("headline", "")), _always(own))
            for j, figure in enumerate(face.get("figures", [])):
                yield from self._figure(figure, f"faces[{i}].figures[{j}]", "", own, [])

    def sections(self) -> Iterator[Text]:
        for i, section in enumerate(self._report.get("sections", [])):
            yield from self._section(section, f"sections[{i}]")

    def _section(self, section: Mapping[str, Any], path: str) -> Iterator[Text]:
        heading = plain(str(section.get("heading", "")))
        stated = section.get("values", {})
        own = Pool().add(stated, section.get("slug", path)).merged(self._basis if stated else self._lead)
        figures, tables = section.get("figures", []), section.get("tables", [])
        of_tables = [grid_of(one) for one in tables]
        grids = [] if stated else [*of_tables, *(grid_of(one) for one in figures)]
        for name in ("words", "notes"):
            for i, words in enumerate(section.get(name, [])):
                yield Text(f"{path}.{name}[{i}]", heading, plain(words), self._with(own, grids))
        for name in ("heading", "missing"):
            yield Text(f"{path}.{name}", heading, plain(str(section.get(name, ""))), _always(own))
        for i, table in enumerate(tables):
            may = self._with(own, of_tables[i : i + 1])
            yield Text(f"{path}.tables[{i}].caption", heading, plain(table["caption"]), may)
        for i, figure in enumerate(figures):
            yield from self._figure(figure, f"{path}.figures[{i}]", heading, own, of_tables)

    def _figure(
        self, figure: Mapping[str, Any], path: str, heading: str, own: Pool, beside: list[Grid]
    ) -> Iterator[Text]:
        pool = Pool().add(figure.get("values", {}), figure.get("slug", "figure")).merged(own)
        pool.quotes |= {plain(heading).partition(": ")[2] for heading in figure.get("columns", [])} - {""}
        for name in ("title", "subtitle"):
            may = self._with(pool, [grid_of(figure), *([] if figure.get("values") else beside)])
            yield Text(f"{path}.{name}", heading, plain(figure.get(name, "")), may)
        yield Text(f"{path}.description", heading, plain(figure.get("description", "")), None)

    def _with(self, pool: Pool, grids: list[Grid]) -> Callable[[str], Pool]:
        def may(said: str) -> Pool:
            made = pool.merged()
            for grid in grids:
                made.cells(grid.meant(said, self._starts))
            return made

        return may


def _always(pool: Pool) -> Callable[[str], Pool]:
    return lambda _: pool
