"""A batch from its questions to its files: parts that are there already stay, the others are answered and written.

A part is named by what its rows follow from: its questions, the posterior, what names stand for, the version of the
program. It is written whole or not at all, so a batch that was stopped at any moment goes on where it was, and ends
with the same bytes, however many workers it had.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pyarrow as pa

from forecast.batch import parquet
from forecast.batch.answering import Task, answer_part
from forecast.batch.arrays import table_of
from forecast.batch.columns import Layout
from forecast.batch.failures import Failure
from forecast.batch.freight import Freight, freight, part_key
from forecast.batch.grid import Element, Expanded
from forecast.batch.parts import Part, grounds, parts
from forecast.batch.spec import Items
from forecast.batch.summary import BatchSummary, Gathered
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.executors.executor import Executor
from forecast.forecaster import Forecaster
from forecast.storage.store import Store

Told = Callable[[int, int, str], None]

_UNKNOWN_DAY = "unknown"


def untold(done: int, questions: int, words: str) -> None:
    """Progress that nobody follows."""


def answer_batch(
    items: Items,
    forecaster: Forecaster,
    store: Store,
    *,
    executor: Executor,
    told: Told = untold,
    checkpoint: Checkpoint = proceed,
    curves: bool = False,
) -> BatchSummary:
    """Answer every question that has no answer in the store yet.

    Parameters
    ----------
    items : Items
        The questions.
    forecaster : Forecaster
        Finds posteriors, scenarios and imported scales; workers need no state folder.
    store : Store
        Where answers lie, below `answers/`; parts there that are not of this batch are removed at the end.
    executor : Executor
        Who answers.
    told : callable
        Called with the number of questions done, of all questions, and words on the part that has just ended.
    checkpoint : callable
        Called between the parts; ends the batch by raising. What is answered is kept.
    curves : bool
        Whether answers keep their whole distribution by month.

    Returns
    -------
    BatchSummary
        The same for the same inputs, but for how many questions had been answered before.

    Raises
    ------
    StorageError
        When a part cannot be written.
    WorkerLostError
        When the workers are gone; what is answered is kept.
    """
    return _Batch(items, forecaster, store, curves, told, checkpoint).run(executor)


class _Batch:
    """What a run holds: the freight, the parts that are there, and the summary that grows."""

    def __init__(
        self, items: Items, forecaster: Forecaster, store: Store, curves: bool, told: Told, checkpoint: Checkpoint
    ) -> None:
        self._items, self._store, self._told, self._checkpoint = _expanded(items), store, told, checkpoint
        self._freight: Freight = freight(self._items, curves, forecaster, grounds(self._items))
        self._gathered = Gathered(self._items)
        self._kinds = Layout.of(self._items, curves).kinds()
        version, columns = self._freight.context.version, list(self._kinds.items())
        self._common = part_key({"version": version, "columns": columns, **self._freight.context.digests()})

    def run(self, executor: Executor) -> BatchSummary:
        """Answer what is not there, and tell what it all came to."""
        self._told(0, len(self._items), "")
        there = frozenset(self._store.names(f"{parquet.FOLDER}/"))
        with closing(_closable(executor.run(answer_part, self._missing(there), self._freight.parcels))) as results:
            for task, columns in results:
                self._checkpoint()
                table = table_of(self._kinds, columns)
                data = parquet.encode(table, task.key)
                self._store.write(task.name, data)
                self._take(task, data, table)
        summary = self._gathered.summary()
        for name in there - self._gathered.names():
            if parquet.PART.fullmatch(name):
                self._store.remove(name)
        self._store.write(parquet.SUMMARY, _json(summary))
        return summary

    def _missing(self, there: frozenset[str]) -> Iterator[Task]:
        """The parts that have to be answered; those that are there and whole are taken in on the way."""
        for part in parts(self._items):
            self._checkpoint()
            task = self._task(part)
            data = self._store.read(task.name) if task.name in there else b""
            table = parquet.decode(data, task.key) if data else None
            if table is None:
                yield task
            else:
                self._take(task, data, table, kept=True)

    def _take(self, task: Task, data: bytes, table: pa.Table, *, kept: bool = False) -> None:
        self._gathered.add(task.number, task.name, data, table, kept=kept)
        found = self._gathered
        words = f"{found.failed:,} failed" if found.failed else ""
        self._told(found.answered + found.failed, len(self._items), words)

    def _task(self, part: Part) -> Task:
        ground = part.ground
        standing = self._freight.standing[ground.as_of, ground.posterior]
        posterior: str | Failure
        if isinstance(standing, Failure):
            day, posterior, known = ground.as_of or _UNKNOWN_DAY, standing, [standing.code, standing.message]
        else:
            day, posterior, known = standing.as_of, standing.sha256, [standing.sha256]
        questions = [_told(self._items, index) for index in part.indices]
        key = part_key({"common": self._common, "posterior": known, "questions": questions})
        scenario = f"{ground.scenario}-{ground.told}" if ground.told else ground.scenario
        name = parquet.part_name(day, scenario, part.number, key)
        return Task(part.number, name, key, part.indices, self._freight.digest, posterior)


def _told(items: Expanded, index: int) -> list[Any]:
    item = items[index]
    return [item.index, item.name, item.asked, item.axes]


def _expanded(items: Items) -> Expanded:
    if isinstance(items, Expanded):
        return items
    return Expanded(tuple(Element(item.name, item.asked) for item in items))


def _closable[Value](results: Iterator[Value]) -> Any:
    """The results as a generator, so that leaving them early ends the work."""
    return results if hasattr(results, "close") else (result for result in results)


def _json(summary: BatchSummary) -> bytes:
    text = json.dumps(summary.to_dict(), indent=1, ensure_ascii=False, allow_nan=False, default=str)
    return f"{text}\n".encode()
