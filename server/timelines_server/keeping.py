"""What goes on beside the calls for as long as the server does: fits, following, sharing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from timelines_server.observing.logs import Log

AGAIN_S = 5.0
"""When something is begun again that broke."""


async def kept_up(name: str, run: Callable[[], Awaitable[None]], log: Log) -> None:
    """Run something until it returns; when it breaks it is begun again, since forecasts go on without it.

    Parameters
    ----------
    name : str
        What the log calls it.
    run : callable
        Begins it.
    log : Log
        Is told what broke it.
    """
    while True:
        try:
            return await run()
        except Exception:  # nobody foresaw it, and it is no reason to answer no question any more
            log.events.error("task_broken", task=name, exc_info=True)
        await asyncio.sleep(AGAIN_S)
