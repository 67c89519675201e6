"""One part of a batch answered, as a worker does it: the part and the parcels in, the columns of its rows out.

The file is written where the batch began: a worker needs no Arrow, and its version changes no byte.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forecast.batch.asking import WHOLE, question_of, without
from forecast.batch.columns import Columns, Layout, Rows
from forecast.batch.failures import Failure, Found, failure_of
from forecast.batch.freight import Context, unpack_context, unpack_posterior
from forecast.batch.grid import Expanded
from forecast.batch.spec import Item
from forecast.engine.answer import Answer
from forecast.engine.memory import ENVELOPE_BYTES, Memory
from forecast.engine.recent import Recent
from forecast.engine.scenario import BASELINE, Scenario
from forecast.errors import StoppedError
from forecast.executors.executor import Parcels
from forecast.forecaster import Forecaster

KEPT_CONTEXTS, KEPT_FORECASTERS = 2, 1
"""The parts of one posterior follow each other: with the next one, all that was remembered of it goes."""

ENVELOPE_BYTES_PER_DRAW = 2_750
KEPT_ENVELOPES = 3
"""The two of a question, and one that the next scenario may share."""


@dataclass(frozen=True, slots=True)
class Task:
    """A part as it is handed to a worker.

    Attributes
    ----------
    number : int
        Of the part.
    name, key : str
        Of its file, and what that follows from.
    indices : tuple of int
        Of its questions.
    context : str
        Digest of the parcel that holds them.
    posterior : str or Failure
        Digest of the parcel with their posterior, or why there is none.
    """

    number: int
    name: str
    key: str
    indices: tuple[int, ...]
    context: str
    posterior: str | Failure


@dataclass(frozen=True, slots=True)
class _Opened:
    """A context as a worker uses it."""

    context: Context
    layout: Layout
    scenario_of: Callable[[str], Scenario]


_contexts: Recent[_Opened] = Recent(KEPT_CONTEXTS, lambda _: 1)
_forecasters: Recent[Forecaster] = Recent(KEPT_FORECASTERS, lambda _: 1)


def answer_part(task: Task, parcels: Parcels) -> Columns:
    """The columns of a part: a row for each question, also for those that have no answer.

    Parameters
    ----------
    task : Task
        The part.
    parcels : mapping
        The context and the posterior by their digests.
    """
    opened = _contexts.get(task.context, lambda: _open(parcels[task.context]))
    standing = task.posterior
    asked_of = standing if isinstance(standing, Failure) else _forecaster(standing, task.context, opened, parcels)
    rows, items = Rows(opened.layout), opened.context.items
    for index in task.indices:
        item = items[index]
        rows.add(item, _outcome(item, asked_of, opened.scenario_of))
    return rows.columns()


def _open(parcel: bytes) -> _Opened:
    context = unpack_context(parcel)
    scenarios = {BASELINE.name: BASELINE, **context.scenarios}
    return _Opened(context, Layout.of(context.items, context.curves), Found(scenarios).__getitem__)


def _outcome(item: Item, asked_of: Forecaster | Failure, scenario_of: Callable[[str], Scenario]) -> Answer | Failure:
    """The answer, or why there is none: nothing that one question does ends the batch."""
    if isinstance(asked_of, Failure):
        return asked_of
    try:
        asked = without(item.asked, "as_of", "posterior")  # they chose the posterior that is asked
        return asked_of.ask(question_of(asked, scenario_of))
    except (StoppedError, MemoryError):
        raise
    except Exception as error:
        return failure_of(error)


def _forecaster(digest: str, shipped: str, opened: _Opened, parcels: Parcels) -> Forecaster:
    """The forecaster on a posterior, knowing the scales that were shipped with the questions."""

    def make() -> Forecaster:
        posterior = unpack_posterior(parcels[digest])
        memory = _memory(opened.context.items, posterior.draws)
        return Forecaster(posterior, imported=Found(opened.context.scales), memory=memory)

    return _forecasters.get((digest, shipped), make)


def _memory(items: Expanded, draws: int) -> Memory:
    """Room for what the next questions share with the last: they come in that order, so that little is enough."""
    if items.arguments() & {WHOLE, "limit_effects"}:
        return Memory(kept_answers=1)
    return Memory(min(KEPT_ENVELOPES * ENVELOPE_BYTES_PER_DRAW * draws, ENVELOPE_BYTES), kept_answers=1)
