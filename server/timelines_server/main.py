"""One server process, from the open port to the last call.

1. Check the tokens and the certificates, open the port. Health says NOT_SERVING.
2. Beside the loop, read the posterior that was named, else the current one; verify it and warm the default scenario.
   Health turns SERVING, and the ready line is printed; over HTTP, a first chart is drawn then. While no posterior can
   be used, one line says what to run, and it is looked for every second.
3. Meanwhile fits that wait are run, and what other processes make current is followed.
4. On SIGTERM or SIGINT: health NOT_SERVING at once, and a fit that runs is ended and waits again; new calls are still
   taken for the lame-duck pause, so that whoever balances load can turn away; then calls in flight finish within the
   grace. A second signal ends at once.

Lines for people go to standard output, the structured log to standard error.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress

from forecast.errors import ForecastError
from forecast.storage.masking import masked
from timelines_server.access import tokens
from timelines_server.access.reloading import Watch
from timelines_server.allocator import return_large_blocks
from timelines_server.collector import look_seldom
from timelines_server.configuration.settings import Settings
from timelines_server.health import Health
from timelines_server.keeping import kept_up
from timelines_server.manners.status import CallError
from timelines_server.manners.wording import names_a_path
from timelines_server.observing import logs
from timelines_server.observing.logs import Log
from timelines_server.ports import MetricsPage, listen
from timelines_server.resources import Resources
from timelines_server.server import Service, build
from timelines_server.state.current import Current
from timelines_server.state.following import Follower
from timelines_server.state.shared import SharedCatalogue
from timelines_server.state.sharing import Sharing
from timelines_server.work import Work

PACKAGE = "timelines.v1"
LOOK_AGAIN_S = 1.0
"""How often a server without a posterior looks for one, seconds."""

_REMEDY = "no posterior can be used: make one with `timelines fit`, or choose one with `timelines posterior use NAME`"

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> None:
    """Serve until a signal asks to stop.

    Parameters
    ----------
    settings : Settings
        How.
    say : callable
        Takes the lines that are meant for people.

    Raises
    ------
    InputError
        When the tokens or the certificates are unsound.
    PortError
        When a port cannot be opened.
    """
    return_large_blocks()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(settings, lambda line: say(masked(line))))


def _warnings(settings: Settings) -> tuple[str, ...]:
    return settings.warnings + (tokens.warnings(settings.tokens) if settings.tokens else ())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    if sys.platform == "win32":
        return asyncio.new_event_loop
    import uvloop

    return uvloop.new_event_loop


async def _serve(settings: Settings, say: Say) -> None:
    log = logs.Log()
    logs.relay_libraries(log)
    catalogue = SharedCatalogue(settings.home, settings.catalogue)
    pinned = settings.posterior is not None
    resources = Resources(Current(settings.home), Work(), catalogue, pinned, settings.artefacts)
    with ExitStack() as leaving:
        leaving.callback(resources.close)
        watch = Watch(log)
        leaving.callback(watch.close)
        service = build(settings, resources, log, watch)
        if service.tracing:
            leaving.callback(service.tracing.close)
        address = listen(service.server, settings, watch)
        for warning in _warnings(settings):
            say(f"Warning: {warning}")
        if settings.metrics_port is not None:
            page = MetricsPage(settings.metrics_port, service.metrics.registry)
            leaving.callback(page.close)
            say(f"Metrics on {page.url}")
        if service.gateway is not None:
            leaving.callback(service.gateway.close)
            say(f"HTTP (Connect, gRPC-Web) on {service.gateway.url}")
            if service.gateway.explorer:
                say(f"Explorer at {service.gateway.explorer}")
        stop = _signals(log)
        look_seldom()  # before there is a posterior: another may take its place
        watch.start()
        await service.server.start()
        if service.gateway is not None:
            service.gateway.start()
        follower, sharing = Follower(resources, log), Sharing(resources, log)
        beside = {"fits": service.fits.run, "follower": follower.run, "sharing": sharing.run}
        kept = (kept_up(name, run, log) for name, run in beside.items())
        ready = _get_ready(service, resources, settings.posterior, say, address, log)
        await _until(stop, service.health, ready, *kept)
        await _drain(service, settings)


async def _until(stop: asyncio.Event, health: Health, *tasks: Coroutine[None, None, None]) -> None:
    """Wait for `stop`, and end the tasks; a fault on the way to readiness ends the server."""
    async with asyncio.TaskGroup() as group:
        under_way = [group.create_task(task) for task in tasks]
        await stop.wait()
        await health.enter_graceful_shutdown()
        for task in under_way:
            task.cancel()


async def _get_ready(
    service: Service, resources: Resources, name: str | None, say: Say, address: str, log: Log
) -> None:
    await _posterior_found(resources, name, say)
    await service.health.serving()
    posterior = resources.current.forecaster.posterior
    say(f"Serving {PACKAGE} on {address} · posterior {posterior.name} ({posterior.status}) · as of {posterior.as_of}")
    if service.gateway is not None:
        await _warm(service, log)


async def _warm(service: Service, log: Log) -> None:
    """Draw a chart before the first visitor of the page asks for one; a server that cannot draw serves all the same."""
    try:
        await service.charts.warm()
    except CallError:  # nothing to draw with is installed: who asks for a chart is told
        pass
    except Exception:
        log.events.warning("first chart", exc_info=True)


async def _posterior_found(resources: Resources, name: str | None, say: Say) -> None:
    """Return when a posterior answers; what stands in the way is said once, and told to callers."""
    current, said = resources.current, ""
    while not current.ready:
        try:
            await resources.work.run(lambda _: resources.switching.begin(name))
        except ForecastError as error:
            private = names_a_path(error.message) or "://" in error.message
            current.problem = _REMEDY if private else error.message
            if error.message != said:
                said = error.message
                say(f"Not serving yet: {said}")
            await asyncio.sleep(LOOK_AGAIN_S)


async def _drain(service: Service, settings: Settings) -> None:
    await asyncio.sleep(settings.lame_duck_s)
    service.fits.watching.stop()
    service.health.close()
    over_http = () if service.gateway is None else (service.gateway.stop(),)
    await asyncio.gather(service.server.stop(settings.grace_s), *over_http)


def _signals(log: Log) -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; the second ends the process at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def asked(number: signal.Signals) -> None:
        log.events.info("stopping", signal=number.name, at_once=stop.is_set())
        if stop.is_set():
            log.flush()
            os._exit(1)  # threads may be at work, and an ordinary exit waits for them
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # on Windows Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, asked, number)
    return stop
