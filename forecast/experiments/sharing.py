"""An experiment's tasks, shared out by an executor; what they finish is kept in the state folder of this machine.

Processes of this machine keep their finished fits themselves. A worker on another machine gets those that its task may
need, works in a folder of its own, and sends back what it has made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from forecast.executors.executor import Executor, Parcels
from forecast.inference.away import Away, Packed
from forecast.storage import atomic

Told = Callable[[int, int, str], None]

type _Files = Mapping[str, bytes]


class Plan[Task, Result](Protocol):
    """What can be shared out; picklable."""

    def perform(self, task: Task, folder: Path) -> Result:
        """Do one task; what it finishes on the way is kept in the folder, and taken from there."""

    def kept(self, task: Task) -> Sequence[str]:
        """Names of the files that a task may keep."""


def share[Task, Result](
    plan: Plan[Task, Result],
    tasks: Sequence[Task],
    folder: Path,
    executor: Executor,
    told: Told,
    words: Callable[[Task, Result], str],
) -> list[Result]:
    """Do every task; results in the order of the tasks.

    Parameters
    ----------
    plan : Plan
        Does a task.
    tasks : sequence
        Picklable.
    folder : Path
        Where what is finished is kept.
    executor : Executor
        The compiler's environment is set already; processes inherit it, other machines set their own.
    told : callable
        Called with the number of finished tasks, of all tasks, and the words for the one that has just ended.
    words : callable
        What is said of a task that has ended.

    Raises
    ------
    WorkerLostError
        If workers die; what tasks have kept is kept.
    """
    told(0, len(tasks), "")
    results: dict[int, Result] = {}
    stream = _elsewhere if executor.elsewhere else _beside
    for finished, (number, result) in enumerate(stream(plan, tasks, folder, executor), 1):
        results[number] = result
        told(finished, len(tasks), words(tasks[number], result))
    return [results[number] for number in range(len(tasks))]


def _beside[Task, Result](
    plan: Plan[Task, Result], tasks: Sequence[Task], folder: Path, executor: Executor
) -> Iterator[tuple[int, Result]]:
    work = partial(_perform, plan=plan, folder=folder)
    for (number, _), result in executor.run(work, enumerate(tasks)):
        yield number, result


def _perform(numbered: tuple[int, Any], _: Parcels, plan: Plan[Any, Any], folder: Path) -> Any:
    return plan.perform(numbered[1], folder)


def _elsewhere[Task, Result](
    plan: Plan[Task, Result], tasks: Sequence[Task], folder: Path, executor: Executor
) -> Iterator[tuple[int, Result]]:
    packed = (Packed.of(number, (task, _read(folder, plan.kept(task)))) for number, task in enumerate(tasks))
    for task, (result, made) in executor.run(Away.of(partial(_perform_away, plan)), packed):
        for name, content in made.items():
            atomic.write_bytes(atomic.make_folder(folder) / name, content)
        yield task.number, result


def _perform_away[Task, Result](plan: Plan[Task, Result], sent: tuple[Task, _Files]) -> tuple[Result, _Files]:
    task, known = sent
    with TemporaryDirectory(prefix="timelines-") as name:
        folder = Path(name)
        for file, content in known.items():
            (folder / file).write_bytes(content)
        result = plan.perform(task, folder)
        return result, _read(folder, [path.name for path in folder.iterdir() if path.name not in known])


def _read(folder: Path, names: Sequence[str]) -> _Files:
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
