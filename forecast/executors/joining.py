"""Joining a Dask cluster: who answers at an address, and whether everybody there has what this machine has."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from distributed import Client
from distributed.core import rpc
from distributed.versions import VersionMismatchWarning

from forecast.errors import InputError

CONNECT_SECONDS = 5.0
PACKAGE = "ai-timelines"

_EVERYWHERE = ("python", "dask", "distributed", PACKAGE)
_ON_WORKERS = (*_EVERYWHERE, "numpy")
"""What results and the way to them hang on; the scheduler computes nothing."""

type _Versions = Mapping[str, str | None]


def join(address: str) -> Client:
    """A client of the scheduler at an address, whose workers have the versions of this machine.

    Raises
    ------
    InputError
        When the address cannot be one, nobody or somebody else answers there within seconds, or versions differ.
    """
    kind = _identity(address)
    if kind != "Scheduler":
        raise InputError(
            f"at {address} is a {kind}, not a scheduler: give the address of the scheduler", field="cluster"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VersionMismatchWarning)  # said below, and better
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="timelines")
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost scheduler is told by an error of ours
    try:
        check_versions(address, cast("Mapping[str, Any]", client.get_versions(packages=[PACKAGE])))
    except BaseException:
        client.close()
        raise
    return client


def _identity(address: str) -> str:
    """What answers there: asked first, since a client waits for ever for a port that says nothing."""
    try:
        with ThreadPoolExecutor(1) as aside:  # there may be an event loop in this thread already
            return str(aside.submit(asyncio.run, _asked(address)).result()["type"])
    except OSError as error:  # a TimeoutError is one
        raise InputError(
            f"no Dask scheduler answers at {address} within {CONNECT_SECONDS:.0f} s: check the address, or start one "
            "with `dask scheduler`",
            field="cluster",
        ) from error
    except Exception as error:
        raise InputError(
            f"--cluster {address!r} is no address of a Dask scheduler ({error}): write it as tcp://HOST:8786",
            field="cluster",
        ) from error


async def _asked(address: str) -> Mapping[str, Any]:
    async with asyncio.timeout(CONNECT_SECONDS), rpc(address, timeout=CONNECT_SECONDS) as scheduler:
        found: Mapping[str, Any] = await scheduler.identity()
        return found


def check_versions(address: str, found: Mapping[str, Any]) -> None:
    """Refuse a cluster whose versions are not those of this machine: results would differ, or not come at all.

    Parameters
    ----------
    address : str
        Of the scheduler.
    found : mapping
        As `distributed.Client.get_versions` tells it.

    Raises
    ------
    InputError
        Names what differs, here and there.
    """
    here = _short(found["client"])
    there: dict[str, tuple[_Versions, tuple[str, ...]]] = {
        f"the scheduler at {address}": (_short(found["scheduler"]), _EVERYWHERE)
    }
    there |= {f"the worker at {name}": (_short(worker), _ON_WORKERS) for name, worker in found["workers"].items()}
    for place, (versions, names) in there.items():
        differing = "; ".join(_differences(here, versions, names))
        if differing:
            raise InputError(
                f"{place} has other versions than this machine: {differing}. Install the same on every machine of the "
                "cluster",
                field="cluster",
            )


def _short(node: Mapping[str, Any]) -> dict[str, str | None]:
    """Versions by name; of Python without the last figure, which changes no result."""
    packages = dict(node["packages"])
    return packages | {"python": ".".join(str(packages["python"]).split(".")[:2])}


def _differences(here: _Versions, there: _Versions, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if here.get(name) != there.get(name):
            yield f"{name} {there.get(name) or 'is missing'} there, {here.get(name) or 'none'} here"


def refuse_version(mine: str, wanted: str) -> None:
    """On a worker: refuse work of another version of this package, as of a worker that joined later."""
    if mine != wanted:
        raise InputError(
            f"a worker has {PACKAGE} {mine}, this machine {wanted}: install the same on every machine of the cluster",
            field="cluster",
        )
