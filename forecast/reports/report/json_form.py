"""A report as JSON values: every number of it, and beside them the words that they are held against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from forecast.batch.spec import Spec
from forecast.reports.report.compose import Report
from forecast.reports.report.faces import Face
from forecast.reports.section_json import figure_dict, section_dict, tile_dict

KIND = "timelines report"
SCHEMA = 1


def report_dict(report: Report) -> dict[str, Any]:
    """A report as JSON values.

    Returns
    -------
    dict
        schema, kind, key, title, headline, tiles, answer (all of the lead), faces, sections, notes, earlier,
        questions, spec.
    """
    lead = report.faces[0]
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": KIND,
        "key": report.key,
        "title": report.title,
        "headline": lead.sentence,
        "notes": report.notes,
        "tiles": [tile_dict(tile) for tile in lead.tiles],
        "answer": lead.answer.to_dict(),
        "faces": [_face_dict(face) for face in report.faces],
        "sections": [section_dict(section) for section in report.sections],
        "earlier": None if report.earlier is None else _earlier_dict(report),
        "spec": spec_dict(report.spec),
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def report_json(report: Report) -> str:
    """A report as JSON text, ending in a newline; the same report gives the same bytes."""
    return json.dumps(report_dict(report), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _face_dict(face: Face) -> dict[str, Any]:
    return {
        "name": face.name,
        "headline": face.sentence,
        "tiles": [tile_dict(tile) for tile in face.tiles],
        "answer": face.answer.to_dict(),
        "figures": [figure_dict(figure) for figure in face.figures],
    }


def _earlier_dict(report: Report) -> Mapping[str, Any]:
    assert report.earlier is not None
    return {"what": report.earlier.what, "answer": dict(report.earlier.answer)}


def spec_dict(spec: Spec) -> dict[str, Any]:
    """What a spec says, without its questions."""
    return {
        "name": spec.name,
        "digest": spec.digest,
        "title": spec.title,
        "notes": spec.notes,
        "lead": _plain(spec.lead),
        "defaults": _plain(spec.defaults),
        "scenarios": [{"name": one.name, **_plain(one.asked)} for one in spec.scenarios],
        "budgets_usd": list(spec.budgets_usd),
        "questions": len(spec.items),
    }


def _plain(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as JSON values; what is no JSON (a date) as its text."""
    return json.loads(json.dumps(dict(asked), default=str))  # type: ignore[no-any-return]
