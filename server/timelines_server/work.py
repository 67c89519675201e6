"""Work that would hold up the event loop: a small pool of threads, and a flag that stops what nobody waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from forecast.engine.checkpoint import Checkpoint
from forecast.errors import StoppedError

THREADS = 2


class Work:
    """Runs jobs beside the event loop.

    Parameters
    ----------
    threads : int
        How many run at once; NumPy lets go of the interpreter in its long steps, so two are worth having.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="timelines-work")

    async def run[Result](self, job: Callable[[Checkpoint], Result]) -> Result:
        """The job's result; when the caller is gone, the job stops at its next checkpoint.

        Parameters
        ----------
        job : callable
            Takes the checkpoint that it must call between its steps.
        """
        gone = Event()

        def checkpoint() -> None:
            """Stop the job when its caller is gone."""
            if gone.is_set():
                raise StoppedError("nobody waits for this answer any more")

        def guarded() -> Result:
            """Begin the job, if its caller still waits."""
            checkpoint()  # it may have waited in the queue for longer than its caller
            return job(checkpoint)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, guarded)
        finally:
            gone.set()

    def close(self) -> None:
        """Let running jobs end and refuse new ones."""
        self._pool.shutdown(wait=True, cancel_futures=True)
