"""Published forecasts as plain text: a list, one of them, and what changed between two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from forecast.cli.explain import render as explanation_text
from forecast.cli.layout import filled
from forecast.cli.listing import columns, fields
from forecast.cli.words import render
from forecast.engine.decode import answer_from_dict
from forecast.engine.explain import ExplainedPart, Explanation, Measure
from forecast.engine.words import month, percent

Told = Mapping[str, Any]

_FIGURES = {
    "MEDIAN": "median",
    "INTERVAL_80_LOW": "80 % from",
    "INTERVAL_80_HIGH": "80 % to",
    "P_BY_HORIZON": "by the horizon",
    "P_BEYOND_HORIZON": "beyond the horizon",
    "P_NEVER": "never",
}


def bare(name: str) -> str:
    """The name without its collection."""
    return name.removeprefix("forecasts/")


def list_text(found: Iterable[Told]) -> str:
    """Name, series and title of each, and what it says."""
    return (
        "\n\n".join(_entry(told) for told in found) or "Nothing was published yet: publish with `timelines record add`."
    )


def _entry(told: Told) -> str:
    head = "  ".join(part for part in (bare(told["name"]), told["series"], told.get("title", "")) if part)
    return f"{head}\n{filled(told['statement'], '  ', '  ')}"


def record_text(told: Told) -> str:
    """One published forecast: where it belongs, the publisher's words, the answer; ends in a newline."""
    rows = [
        ("published", told["published_at"][:19].replace("T", " ") + " UTC"),
        ("by", told.get("published_by", "")),
        ("series", told["series"]),
        ("before it", bare(told.get("previous", "")) or "none"),
        ("title", told.get("title", "")),
        ("posterior", f"{told['posterior']} (SHA-256 {told['posterior_sha256'][:12]})"),
        ("SHA-256", told["content_sha256"]),
    ]
    head = f"Published forecast {bare(told['name'])}\n" + fields([row for row in rows if row[1]], "  ")
    note = "\n".join(filled(line, "  ", "  ") if line else "" for line in told.get("note", "").split("\n"))
    answer = render(answer_from_dict(told["answer"]))
    return "\n\n".join(part for part in (head, note.rstrip(), answer) if part)


def difference_text(told: Told) -> str:
    """What changed between two published forecasts; ends in a newline."""
    before, after = told["before"], told["after"]
    header = ("", bare(before["name"]), bare(after["name"]), "change")
    parts = [columns(header, list(_rows(told["figures"])), right=header[1:])]
    if before["posterior"] != after["posterior"]:
        parts.append(filled(f"Posteriors {before['posterior']} and {after['posterior']}."))
    parts += [filled(f"{notice[0].upper()}{notice[1:]}.") for notice in told.get("notices", ())]
    if "explanation" in told:
        parts.append(explanation_text(_explanation(told["explanation"])).rstrip("\n"))
    return "\n\n".join(parts) + "\n"


def _rows(figures: Iterable[Told]) -> Iterator[tuple[str, str, str, str]]:
    for told in figures:
        figure = told["figure"].removeprefix("RECORD_FIGURE_")
        is_date = figure in ("MEDIAN", "INTERVAL_80_LOW", "INTERVAL_80_HIGH")
        before, after = told.get("before"), told.get("after")
        change = "" if before is None or after is None else _change(after - before, is_date)
        name = _FIGURES.get(figure, f"by {told.get('year', '')}")
        yield name, _value(before, is_date), _value(after, is_date), change


def _value(value: float | None, is_date: bool) -> str:
    if value is None:
        return "later or never"
    return month(value) if is_date else percent(value)


def _change(change: float, is_date: bool) -> str:
    if abs(change) < 1e-12:
        return "none"
    return f"{change:+.2f} years" if is_date else f"{100 * change:+.1f} points"


def _explanation(told: Told) -> Explanation:
    parts = (
        ExplainedPart(one["switch"], one["words"], one.get("change", 0.0), tuple(one.get("causes", ())))
        for one in told.get("parts", ())
    )
    measure: Measure = "median" if told["measure"] == "EXPLAIN_MEASURE_MEDIAN" else "p_by_year"
    return Explanation(measure, told.get("year"), told["value_before"], told["value_after"], tuple(parts), ())
