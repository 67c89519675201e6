"""A spec and a forecaster -> the report: faces, sections, and what they rest on.

Every number in it is an answer's, a picture's or a stored table's; nothing is drawn before it is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import forecast
from forecast.batch.spec import Spec
from forecast.engine.answer import Answer
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.forecaster import Forecaster
from forecast.reports import notes
from forecast.reports.evidence import basis, calibration, claims, glossary
from forecast.reports.report import changes, findings
from forecast.reports.report.asking import of_lead
from forecast.reports.report.changes import Earlier
from forecast.reports.report.faces import Face, faces
from forecast.reports.report.findings import Subject
from forecast.reports.report.questions import Asked, asked_section
from forecast.reports.sections import Section

DEFAULT_TITLE = "When does a training loss become affordable?"

Told = Callable[[str, int, int], None]
"""Called with what is made, how many steps are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report, ready to be written.

    Attributes
    ----------
    spec : Spec
        What was asked for.
    key : str
        SHA-256 of what it is made of: spec, posterior, code.
    faces : tuple of Face
        The lead first.
    sections : tuple of Section
        In the order of the page.
    asked : Asked or None
        The batch of questions, where there is one.
    earlier : Earlier or None
        What it is compared with.
    posterior_sha256 : str
        Of the posterior that answers the lead.
    """

    spec: Spec
    key: str
    faces: tuple[Face, ...]
    sections: tuple[Section, ...]
    asked: Asked | None
    earlier: Earlier | None
    posterior_sha256: str

    @property
    def title(self) -> str:
        """Over the page."""
        return self.spec.title or DEFAULT_TITLE

    @property
    def lead(self) -> Answer:
        """The answer that the page is about."""
        return self.faces[0].answer

    @property
    def notes(self) -> str:
        """The user's own words, with the numbers filled in."""
        return notes.filled(self.spec.notes, self.faces, self.spec.name) if self.spec.notes else ""


def key_of(spec: Spec, forecaster: Forecaster) -> str:
    """What a report is made of, as a SHA-256: spec, posterior, code.

    Parameters
    ----------
    spec : Spec
        What is asked for.
    forecaster : Forecaster
        That answers.
    """
    parts: dict[str, Any] = {
        "spec": spec.digest,
        "posterior": of_lead(spec, forecaster).posterior.manifest["sha256"],
        "code": forecast.__version__,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def make(
    spec: Spec,
    forecaster: Forecaster,
    *,
    asked: Asked | None = None,
    earlier: Earlier | None = None,
    told: Told = lambda what, done, of: None,
    checkpoint: Checkpoint = proceed,
) -> Report:
    """Make a report.

    Parameters
    ----------
    spec : Spec
        What is asked for.
    forecaster : Forecaster
        That answers.
    asked : Asked, optional
        The answered questions of the batch.
    earlier : Earlier, optional
        What it is compared with; by default the newest shipped posterior before this one.
    told : callable
        Hears of each step.
    checkpoint : callable
        Called between steps, to end the work by raising.

    Raises
    ------
    InputError
        When the lead or a scenario is no question, or does not fit the posterior.
    """
    forecaster = of_lead(spec, forecaster)
    builders = _builders(asked, earlier)
    total = len(builders) + 1
    told("answers", 0, total)
    found = faces(spec, forecaster, checkpoint)
    subject = Subject(spec, forecaster, found.shown, found.left_out, checkpoint)
    made: list[Section] = []
    for done, (what, build) in enumerate(builders, 1):
        checkpoint()
        told(what, done, total)
        made += [section for section in build(subject, made) if section is not None]
    told("written", total, total)
    return Report(
        spec=spec,
        key=key_of(spec, forecaster),
        faces=subject.faces,
        sections=tuple(made),
        asked=asked,
        earlier=earlier,
        posterior_sha256=str(forecaster.posterior.manifest["sha256"]),
    )


Builder = Callable[[Subject, Sequence[Section]], Sequence[Section | None]]
"""Of the subject and the sections before; what it makes."""


def _builders(asked: Asked | None, earlier: Earlier | None) -> list[tuple[str, Builder]]:
    """What is told while each part is made, and what makes it, in the order of the page."""

    def one(build: Callable[[Subject], Section | None]) -> Builder:
        return lambda subject, before: [build(subject)]

    return [
        *((what, one(build)) for what, build in findings.SECTIONS),
        *([("questions", one(lambda subject: asked_section(asked)))] if asked is not None else []),
        ("claims", one(lambda subject: claims.claims_section(subject.forecaster))),
        ("calibration", one(lambda subject: calibration.calibration_section())),
        ("changes", one(lambda subject: changes.changed(subject, earlier))),
        ("basis", _basis),
        ("glossary", _glossary),
    ]


def _basis(subject: Subject, before: Sequence[Section]) -> Sequence[Section]:
    return basis.basis_section(subject.forecaster, _answers(subject), subject.spec.digest)


def _glossary(subject: Subject, before: Sequence[Section]) -> Sequence[Section]:
    return [glossary.glossary_section(_answers(subject), before)]


def _answers(subject: Subject) -> list[Answer]:
    return [face.answer for face in subject.faces]
