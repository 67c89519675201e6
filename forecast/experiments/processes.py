"""Work shared out among processes that are started afresh, never forked, and end with the one that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from forecast.errors import FitError

NICENESS = 10
EXIT_ORPHANED = 3

Told = Callable[[int, int, str], None]


def perform[Task, Result](
    tasks: Sequence[Task], work: Callable[[Task], Result], jobs: int, told: Told, words: Callable[[Task, Result], str]
) -> list[Result]:
    """Do every task in `jobs` processes; results in the order of the tasks.

    Parameters
    ----------
    tasks : sequence
        Picklable.
    work : callable
        A module's function; called in the processes.
    jobs : int
        Number of processes. The compiler's environment is set already; they inherit it.
    told : callable
        Called with the number of finished tasks, of all tasks, and the words for the one that has just ended.
    words : callable
        What is said of a task that has ended.

    Raises
    ------
    FitError
        If a process dies; what tasks have kept is kept.
    """
    told(0, len(tasks), "")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_settle) as pool:
        futures = {pool.submit(work, task): task for task in tasks}
        try:
            for finished, future in enumerate(as_completed(futures), 1):
                told(finished, len(tasks), words(futures[future], future.result()))
        except BrokenProcessPool as error:
            raise FitError("a process ended early (out of memory?); run the command again: it goes on") from error
        except BaseException:  # Ctrl-C too: what has been queued would run to its end
            for process in multiprocessing.active_children():
                process.terminate()
            raise
        return [future.result() for future in futures]


def _settle() -> None:
    """In each process: low priority, deaf to Ctrl-C (the parent ends it), and gone when the parent is gone."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(EXIT_ORPHANED)
