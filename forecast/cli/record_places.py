"""Where `timelines record` finds published forecasts: this machine's catalogue, or a server's; both tell JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from forecast.cli import connection
from forecast.cli.ask import portable

if TYPE_CHECKING:
    from forecast.catalogue import Catalogue
    from timelines import Client

Told = dict[str, Any]

_PAGE = 100


class Place(Protocol):
    """Keeps published forecasts."""

    def add(self, asked: Told, said: Told) -> Told:
        """Answer a question and publish the answer."""

    def get(self, name: str) -> Told:
        """One, whole."""

    def newest(self, limit: int | None, series: str) -> Iterator[Told]:
        """Those of a series, or all, newest first, without question and answer."""

    def diff(self, name: str, other: str | None, year: int | None, explain: bool) -> Told:
        """What changed since another, by default the one before."""


def opened(options: Mapping[str, Any]) -> AbstractContextManager[Place]:
    """The server that the options name, else the catalogue that this machine uses."""
    return connection.opened(options, There, Here)


class Here:
    """The catalogue of this machine.

    Parameters
    ----------
    catalogue : Catalogue
        Open.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._records = catalogue.records

    def add(self, asked: Told, said: Told) -> Told:
        """Answer a question and publish the answer."""
        from forecast.forecaster import Forecaster
        from forecast.publishing.encode import published_dict
        from forecast.publishing.making import publish

        wanted = {name: asked.pop(name, None) for name in ("posterior", "as_of")}
        forecaster = Forecaster.load(**wanted)
        return published_dict(publish(self._records, forecaster, forecaster.question(**asked), **said))

    def get(self, name: str) -> Told:
        """One, whole."""
        from forecast.publishing.encode import published_dict

        return published_dict(self._records.get(_bare(name)))

    def newest(self, limit: int | None, series: str) -> Iterator[Told]:
        """Those of a series, or all, newest first, without question and answer."""
        return islice(self._pages(series or None), limit)

    def diff(self, name: str, other: str | None, year: int | None, explain: bool) -> Told:
        """What changed since another, by default the one before."""
        from forecast.errors import InputError
        from forecast.publishing.differing import differ
        from forecast.publishing.replays import Replays

        after = self._records.get(_bare(name))
        before = other or after.previous
        if not before:
            raise InputError(f"{after.name} is the first of its series; name another published forecast", field="other")
        return differ(self._records.get(_bare(before)), after, Replays() if explain else None, year).to_dict()

    def _pages(self, series: str | None) -> Iterator[Told]:
        from forecast.publishing.encode import published_dict

        before = None
        while page := self._records.list(_PAGE, before, series):
            yield from (published_dict(one, whole=False) for one in page)
            before = page[-1].name


class There:
    """A server.

    Parameters
    ----------
    client : Client
        Of that server.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def add(self, asked: Told, said: Told) -> Told:
        """Answer a question and publish the answer."""
        return self._client.record(portable(asked), **said).to_dict()

    def get(self, name: str) -> Told:
        """One, whole."""
        return self._client.get_record(name).to_dict()

    def newest(self, limit: int | None, series: str) -> Iterator[Told]:
        """Those of a series, or all, newest first, without question and answer."""
        return (one.to_dict() for one in islice(self._client.records(series=series), limit))

    def diff(self, name: str, other: str | None, year: int | None, explain: bool) -> Told:
        """What changed since another, by default the one before."""
        return self._client.diff_record(name, other, year=year, explain=explain).to_dict()


def _bare(name: str) -> str:
    return name.removeprefix("forecasts/")
