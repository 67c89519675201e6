"""Where fits are looked for: at a server, or in the catalogue that this machine uses; either tells them as messages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from forecast.catalogue.entries.fit_record import FINAL_STATES, fit_dict
from forecast.cli import connection

if TYPE_CHECKING:
    from forecast.catalogue import Catalogue
    from timelines import Client
    from timelines.v1.fit_service_pb2 import Fit

LOOK_EVERY_S = 0.5

type Told = Mapping[str, Any]
"""A fit as the service's message, by the names of its fields; those that are empty are left out."""


class Place(Protocol):
    """What has fits."""

    def newest(self, limit: int, states: tuple[str, ...]) -> list[Told]:
        """The newest fits, in one of these states or in any."""

    def get(self, name: str) -> Told:
        """One fit."""

    def watch(self, name: str) -> Iterator[Told]:
        """A fit whenever it has changed, until it has ended."""

    def cancel(self, name: str) -> Told:
        """Cancel one."""


class Here:
    """The catalogue that this machine uses.

    Parameters
    ----------
    catalogue : Catalogue
        Open.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._fits = catalogue.fits

    def newest(self, limit: int, states: tuple[str, ...]) -> list[Told]:
        """The newest fits, in one of these states or in any."""
        from forecast.catalogue.entries.fit_record import FitState

        return [fit_dict(one) for one in self._fits.list(limit, states=[FitState(state) for state in states])]

    def get(self, name: str) -> Told:
        """One fit."""
        return fit_dict(self._fits.get(_bare(name)))

    def watch(self, name: str) -> Iterator[Told]:
        """A fit whenever it has changed, until it has ended."""
        seen: Told = {"state": ""}
        while seen["state"] not in FINAL_STATES:
            if (now := self.get(name)) != seen:
                seen = now
                yield seen
            else:
                time.sleep(LOOK_EVERY_S)

    def cancel(self, name: str) -> Told:
        """Cancel one; whichever server runs it sees that within a second."""
        return fit_dict(self._fits.cancel(_bare(name)))


class There:
    """A server.

    Parameters
    ----------
    client : Client
        Of it.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def newest(self, limit: int, states: tuple[str, ...]) -> list[Told]:
        """The newest fits, in one of these states or in any."""
        from itertools import islice

        found = self._client.fits(states=states, page_size=min(limit, 1_000))  # type: ignore[arg-type]  # click's choice
        return [as_told(one.raw) for one in islice(found, limit)]

    def get(self, name: str) -> Told:
        """One fit."""
        return as_told(self._client.get_fit(name).raw)

    def watch(self, name: str) -> Iterator[Told]:
        """A fit whenever it has changed, until it has ended."""
        return (as_told(one.raw) for one in self._client.watch_fit(name))

    def cancel(self, name: str) -> Told:
        """Cancel one."""
        return as_told(self._client.cancel_fit(name).raw)


def opened(options: Mapping[str, Any]) -> AbstractContextManager[Place]:
    """The server that the options name, else the catalogue that this machine uses."""
    return connection.opened(options, There, Here)


def as_told(fit: Fit) -> Told:
    """The client's message by the names of its fields."""
    from google.protobuf.json_format import MessageToDict

    told: Told = MessageToDict(fit, preserving_proto_field_name=True)
    return told


def _bare(name: str) -> str:
    return name.removeprefix("fits/")
