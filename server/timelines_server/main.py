"""One server process, from the open port to the last call.

1. Check the settings, the tokens and the certificates; open the port. Health says NOT_SERVING.
2. Read the current posterior, verify it, warm the default scenario, beside the loop. Health turns SERVING, and the
   ready line is printed. While no posterior can be used, one line says what to run, and it is looked for every second.
3. On SIGTERM or SIGINT: health NOT_SERVING at once; new calls are still taken for the lame-duck pause, so that
   whoever balances load can turn away; then calls in flight finish within the grace. A second signal ends at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from forecast.errors import ForecastError
from timelines_server.current import Current
from timelines_server.resources import Resources
from timelines_server.server import PACKAGE, Service, build, listen
from timelines_server.settings import Settings
from timelines_server.work import Work

LOOK_AGAIN_S = 1.0
"""How often a server without a posterior looks for one, seconds."""

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> None:
    """Serve until a signal asks to stop.

    Parameters
    ----------
    settings : Settings
        How.
    say : callable
        Takes the lines that are meant for people: the ready line, what to run.

    Raises
    ------
    InputError, PortError
        When it cannot begin.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(settings, say))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    if sys.platform == "win32":
        return asyncio.new_event_loop
    import uvloop

    return uvloop.new_event_loop


async def _serve(settings: Settings, say: Say) -> None:
    resources = Resources(Current(settings.home), Work())
    service = build(settings, resources)
    address = listen(service.server, settings)
    stop = _signals()
    await service.server.start()
    getting_ready = asyncio.create_task(_get_ready(service, resources, address, say))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait((getting_ready, waiting), return_when=asyncio.FIRST_COMPLETED)
    if getting_ready.done():
        getting_ready.result()
    await waiting
    getting_ready.cancel()
    await _drain(service, settings)
    resources.work.close()


async def _get_ready(service: Service, resources: Resources, address: str, say: Say) -> None:
    current = resources.current
    told = ""
    while not current.ready:
        try:
            current.use(await resources.work.run(lambda _: current.load()))
        except ForecastError as error:
            if error.message != told:
                told = error.message
                say(f"Not serving yet: {told}")
            await asyncio.sleep(LOOK_AGAIN_S)
    await service.health.tell(serving=True)
    posterior = current.forecaster.posterior
    say(f"Serving {PACKAGE} on {address} · posterior {posterior.name} ({posterior.status}) · as of {posterior.as_of}")


async def _drain(service: Service, settings: Settings) -> None:
    await service.health.enter_graceful_shutdown()
    await asyncio.sleep(settings.lame_duck_s)
    service.health.close()
    await service.server.stop(settings.grace_s)


def _signals() -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; the second ends the process."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def asked() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, asked)
    return stop
