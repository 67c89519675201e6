"""A report comes into its place: batch answered, sections made, files written beside and moved when all are there.

    from forecast.reports.report.writing import write
    written = write(spec, forecaster, "out/report")

What a run that was cut off had answered is taken up by the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forecast
from forecast.batch.parquet import FOLDER
from forecast.batch.run import Told as BatchTold
from forecast.batch.run import answer_batch, untold
from forecast.batch.spec import Spec
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.errors import InputError, StorageError
from forecast.executors.executor import Executor
from forecast.executors.here import Here
from forecast.forecaster import Forecaster
from forecast.reports.report import changes, compose
from forecast.reports.report.asking import check_lead
from forecast.reports.report.changes import Earlier, read_report
from forecast.reports.report.compose import Told
from forecast.reports.report.files import JSON, MARKDOWN, PAGE, files, page
from forecast.reports.report.questions import Asked, told_of
from forecast.reports.strict.check import disagreements
from forecast.storage.held import Held
from forecast.storage.manifest import MANIFEST, Manifest
from forecast.storage.replacing import Recording, Replacing
from forecast.storage.store import MissingFileError, Store, store_of

KIND = "report"


class DisagreementError(InputError):
    """Words of a report that its numbers do not bear out."""

    reason = "STRICT"


@dataclass(frozen=True, slots=True)
class Written:
    """A report in its place.

    Attributes
    ----------
    place : str
        The folder or URL.
    report : Report
        What is there.
    manifest : Manifest
        Every file with its hash.
    """

    place: str
    report: compose.Report
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Way:
    """How a report is made.

    Attributes
    ----------
    executor : Executor
        Answers the batch.
    since : str
        Where the report is that it is compared with; empty for the one in its place, if there is one.
    strict : bool
        Whether words that the numbers do not bear out are an error.
    told : callable
        Hears of the steps of the page.
    batch_told : callable
        Hears of the batch: questions answered, all questions, words.
    checkpoint : callable
        Called between steps, to end the work by raising.
    """

    executor: Executor
    since: str = ""
    strict: bool = False
    told: Told = lambda what, done, of: None
    batch_told: BatchTold = untold
    checkpoint: Checkpoint = proceed


def write(spec: Spec, forecaster: Forecaster, place: Path | str, way: Way | None = None) -> Written:
    """Answer a spec, and put its report in its place.

    Parameters
    ----------
    spec : Spec
        What is asked for.
    forecaster : Forecaster
        That answers.
    place : Path or str
        A folder, or a URL.
    way : Way, optional
        By default one after the other, in this process.

    Raises
    ------
    InputError
        When the lead is no question or does not fit the posterior.
    DisagreementError
        When words and numbers disagree, and it is to be strict.
    StorageError
        When the place cannot be written, or holds what timelines did not write; what was there is there still.
    """
    way = way or Way(Here())
    check_lead(spec, forecaster)
    key = compose.key_of(spec, forecaster)
    earlier = _earlier(way.since or str(place), bool(way.since), key, forecaster)
    with Replacing(place, KIND) as new:
        report = fill(new.store, spec, forecaster, way, earlier)
        manifest = new.finish(_kept(new.store.files, spec), _told_of(report))
    return Written(new.place, report, manifest)


def _kept(names: Iterable[str], spec: Spec) -> list[str]:
    """The files of a report: the answers as Parquet only where they are wanted."""
    return [name for name in names if "parquet" in spec.formats or not name.startswith(f"{FOLDER}/")]


def hold(spec: Spec, forecaster: Forecaster, way: Way | None = None) -> tuple[compose.Report, Held]:
    """A report in memory, its manifest the last of its files.

    Parameters
    ----------
    spec, forecaster, way
        As of `write`.
    """
    held = Held()
    recording = Recording(held)
    answers = recording if "parquet" in spec.formats else Held()
    report = fill(recording, spec, forecaster, way or Way(Here()), answers=answers)
    held.write(MANIFEST, Manifest(KIND, dict(sorted(recording.files.items())), _told_of(report)).to_bytes())
    return report, held


def page_of(spec: Spec, forecaster: Forecaster, way: Way | None = None) -> str:
    """The page alone, as HTML.

    Parameters
    ----------
    spec, forecaster, way
        As of `write`.
    """
    way = way or Way(Here())
    asked = _asked(spec, forecaster, Held(), way)
    return page(compose.make(spec, forecaster, asked=asked, told=way.told, checkpoint=way.checkpoint))


def fill(
    store: Store,
    spec: Spec,
    forecaster: Forecaster,
    way: Way,
    earlier: Earlier | None = None,
    answers: Store | None = None,
) -> compose.Report:
    """Answer a spec and write every file of its report into a store, the manifest left out.

    Parameters
    ----------
    store : Store
        Where the files go; answers that are there already are not asked again.
    spec, forecaster, way
        As of `write`.
    earlier : Earlier, optional
        What it is compared with.
    answers : Store, optional
        Where the answers of the batch go instead.

    Raises
    ------
    InputError, DisagreementError, StorageError
        As `write`.
    """
    asked = _asked(spec, forecaster, store if answers is None else answers, way)
    report = compose.make(spec, forecaster, asked=asked, earlier=earlier, told=way.told, checkpoint=way.checkpoint)
    for name, data in files(report, spec.formats, way.checkpoint):
        store.write(name, data)
    if way.strict:
        check(_with_words(store, report))
    return report


def _with_words(store: Store, report: compose.Report) -> Store:
    """What the check needs: the page where there is one, and words and numbers, whichever formats are wanted."""
    held = Held()
    if store.exists(PAGE):
        held.write(PAGE, store.read(PAGE))
    for name, data in files(report, ("markdown", "json")):
        held.write(name, data)
    return held


def _asked(spec: Spec, forecaster: Forecaster, store: Store, way: Way) -> Asked | None:
    """The answered questions, where there are more than the lead."""
    if not len(spec.items):
        return None
    summary = answer_batch(
        spec.items,
        forecaster,
        store,
        executor=way.executor,
        told=way.batch_told,
        checkpoint=way.checkpoint,
        curves=spec.curves,
    )
    return told_of(store, summary)


def _earlier(place: str, wanted: bool, key: str, forecaster: Forecaster) -> Earlier | None:
    """What the report in a place says; none where there is no report, unless it is wanted."""
    try:
        data = store_of(place).read(JSON)
    except MissingFileError:
        if wanted:
            raise InputError(f"{place} has no {JSON}; give the folder of an earlier report", field="since") from None
        return None
    except StorageError:
        if wanted:
            raise
        return None  # whatever is there, the writing will say
    return changes.earlier_of(read_report(data, place), key, forecaster)


def check(store: Store) -> None:
    """Hold the words of a report against its numbers.

    Raises
    ------
    DisagreementError
        Naming the file, the line, what it says and the nearest that the run has.
    """
    told: Mapping[str, Any] = json.loads(store.read(JSON))
    html = store.read(PAGE).decode() if store.exists(PAGE) else None
    found = disagreements(told, store.read(MARKDOWN).decode(), html)
    if found:
        shown = "\n".join(f"  {one.in_words()}" for one in found[:20])
        raise DisagreementError(f"{len(found)} numbers in the words are not the run's:\n{shown}", field="strict")


def _told_of(report: compose.Report) -> dict[str, Any]:
    """What the manifest tells besides the files: what would make the report again."""
    lead = report.lead.provenance
    return {
        "title": report.title,
        "spec_digest": report.spec.digest,
        "posterior": lead.posterior,
        "posterior_sha256": report.posterior_sha256,
        "as_of": lead.as_of,
        "seed": lead.seed,
        "code_version": forecast.__version__,
        "key": report.key,
    }
