"""`timelines report`: a spec of questions -> a page, Markdown, JSON, CSV, pictures, and the answers as Parquet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.counting import counting
from forecast.cli.tasks import progress
from forecast.errors import ArtefactError, InputError

if TYPE_CHECKING:
    from forecast.batch.run import Told
    from forecast.batch.spec import Spec
    from forecast.executors.executor import Executor
    from forecast.forecaster import Forecaster
    from forecast.reports.report.writing import Written


@click.command(short_help="Answer a file of questions, and write the report.")
@click.argument("spec", required=False, metavar="[SPEC.yaml]", type=click.Path(path_type=Path))
@click.option("--out", metavar="FOLDER|URL", help="Where the report goes; one that is there is replaced.")
@click.option("--posterior", metavar="NAME|URL", help="A posterior, instead of the current one.")
@click.option("--as-of", metavar="DATE", help="The posterior of that as-of date.")
@click.option("--since", metavar="FOLDER|URL", help="The report to compare with.  [default: the one in --out]")
@click.option("--strict", is_flag=True, help="Fail where words and numbers of the report disagree.")
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Processes that answer the questions.")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786, instead.")
@click.option("--answers-only", is_flag=True, help="Answer the questions, and draw no page.")
@click.option("--example", is_flag=True, help="Print a spec to begin with, and stop.")
@click.option("--check", metavar="FOLDER|URL", help="Check a report that is there: its hashes, its words; and stop.")
def report(
    spec: Path | None,
    out: str | None,
    posterior: str | None,
    as_of: str | None,
    since: str | None,
    strict: bool,
    jobs: int | None,
    cluster: str | None,
    answers_only: bool,
    example: bool,
    check: str | None,
) -> None:
    """Answer the questions of a spec, and write the report on them.

    Without a spec the headline is asked. The report is a page that opens offline, the same as Markdown, every number
    as JSON and CSV, pictures, and the answers as Parquet; a manifest has the hash of each. It is made beside its place
    and moved there when it is whole. What a run that was cut off had answered is not asked again.
    """
    if example:
        from forecast.reports.specs import example as text

        click.echo(text(), nl=False)
        return
    if check is not None:
        _check(check)
        return
    if out is None:
        raise InputError("where does the report go? Give --out FOLDER", field="out")
    from forecast.executors.executor import open_executor
    from forecast.forecaster import Forecaster

    forecaster = Forecaster.load(posterior, as_of)
    read = _spec(spec, forecaster)
    with open_executor(cluster, jobs or _jobs(read)) as executor, ExitStack() as stack:
        shown = _Shown(stack)
        if answers_only:
            _answers(read, forecaster, out, executor, shown.batch)
            return
        from forecast.reports.report.writing import Way, write

        way = Way(executor, since or "", strict, shown.page, shown.batch)
        written = write(read, forecaster, out, way)
    _tell(written)


class _Shown:
    """What is shown of the work on standard error: first of the batch, then of the page."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self._doing = stack, ""
        self._told: Told = lambda done, total, words: None

    def batch(self, done: int, total: int, words: str) -> None:
        """Hear of the batch; a few questions are done before anybody could read of them."""
        if total > FEW:
            self._begin("questions", counting)
            self._told(done, total, words)

    def page(self, what: str, done: int, total: int) -> None:
        """Hear of the page."""
        self._begin("drawing", progress)
        self._told(done, total, what)

    def _begin(self, doing: str, shown: Callable[[str], AbstractContextManager[Told]]) -> None:
        if self._doing != doing:
            self._stack.close()
            self._doing, self._told = doing, self._stack.enter_context(shown(doing))


FEW = 2_000
"""So many questions are answered sooner here than other processes start."""


def _jobs(spec: Spec) -> int | None:
    return 1 if len(spec.items) <= FEW else None


def _spec(path: Path | None, forecaster: Forecaster) -> Spec:
    if path is None:
        from forecast.reports.specs import default

        return default(forecaster.scenario)
    from forecast.batch.reading import read_spec

    return read_spec(path, forecaster.scenario)


def _answers(spec: Spec, forecaster: Forecaster, out: str, executor: Executor, told: Told) -> None:
    """Answer the questions, without a page."""
    from forecast.batch.run import answer_batch
    from forecast.batch.words import outcome
    from forecast.storage.replacing import Replacing

    with Replacing(out, "answers") as new:
        summary = answer_batch(spec.items, forecaster, new.store, executor=executor, told=told, curves=spec.curves)
        new.finish(extra={"spec_digest": spec.digest, "posterior": forecaster.posterior.name})
    click.echo(outcome(summary))
    click.echo(f"Answers: {new.place}")


def _check(place: str) -> None:
    """Hold a report against its manifest and its words against its numbers."""
    from forecast.reports.report.writing import check
    from forecast.storage.manifest import faults, read_manifest
    from forecast.storage.store import store_of

    store = store_of(place)
    if found := faults(store):
        told = "\n".join(f"  {fault.in_words()}" for fault in found)
        raise ArtefactError(f"{store.place} is not as it was written:\n{told}")
    manifest = read_manifest(store)
    check(store)
    click.echo(f"{store.place}: {len(manifest.files)} files as they were written; words and numbers agree.")


def _tell(written: Written) -> None:
    from forecast.batch.words import outcome
    from forecast.cli.layout import filled
    from forecast.reports.report.files import PAGE

    lead = written.report.faces[0]
    click.echo(filled(lead.sentence))
    click.echo("")
    asked = written.report.asked
    if asked is not None:
        click.echo(filled(outcome(asked.summary)))
    size = sum(file.size for file in written.manifest.files.values())
    click.echo(f"Report: {written.place} ({len(written.manifest.files)} files, {size / 1e6:.1f} MB)")
    if PAGE in written.manifest.files:
        click.echo(f"Page:   {written.place.rstrip('/')}/{PAGE} (opens offline)")
