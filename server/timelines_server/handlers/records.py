"""What ForecastRecordService does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from forecast.catalogue.entries.published import Published
from forecast.engine.question import Question
from forecast.errors import InputError, UnknownNameError
from forecast.publishing.differing import Difference, differ
from forecast.publishing.making import record_of
from forecast.publishing.replays import Replays, check_is_here
from timelines_server.resources import ResourceNotFoundError, Resources


class RecordHandlers:
    """Publishes forecasts, and tells what was published.

    Parameters
    ----------
    resources : Resources
        The forecaster that answers now, threads for its work, and the catalogue that keeps what is published.
    """

    def __init__(self, resources: Resources) -> None:
        self._current, self._work, self._catalogue = resources.current, resources.work, resources.catalogue

    async def record_forecast(
        self, question: Question, series: str, title: str, note: str, request_id: str, published_by: str
    ) -> Published:
        """Answer a question and publish the answer; when that fails, nothing was published.

        Raises
        ------
        ForecastError
            As `Forecaster.ask`; NotReadyError while there is no posterior.
        PosteriorGoneError
            When the files of the posterior that answers are gone.
        InputError
            When the series, the title, the note or the request_id cannot be one, or the last was used for another.
        StorageError
            When the catalogue cannot be written or reached.
        """
        forecaster = self._current.forecaster
        record = await self._work.run(
            lambda checkpoint: record_of(
                forecaster, question, series=series, title=title, note=note, checkpoint=checkpoint
            )
        )
        check = partial(check_is_here, record.posterior, self._current.home)
        return await self._catalogue.run(
            lambda catalogue: catalogue.records.add(record, request_id, published_by, check)
        )

    async def get_record(self, name: str, field: str = "name") -> Published:
        """One published forecast.

        Raises
        ------
        ResourceNotFoundError
            When there is none of that name; lists those that are most like it.
        StorageError
            When the catalogue cannot be read or reached.
        """
        with _resource_errors(field):
            _check_printable(name, field)
            return await self._catalogue.run(lambda catalogue: catalogue.records.get(name))

    async def list_records(self, size: int, after: str | None, series: str | None) -> tuple[Published, ...]:
        """A page of published forecasts, newest first, and one more where there is another page.

        Raises
        ------
        ResourceNotFoundError
            When there is none that the page could follow.
        StorageError
            When the catalogue cannot be read or reached.
        """
        with _resource_errors("page_token"):
            _check_printable(after or "", "page_token")
            return await self._catalogue.run(lambda catalogue: catalogue.records.list(size + 1, after, series))

    async def diff_records(self, name: str, other: str, year: int | None, explained: bool) -> Difference:
        """What changed between a published forecast and another, by default the one before in its series.

        Raises
        ------
        ResourceNotFoundError
            When there is none of a name.
        InputError
            When there is none before it, or no simulation reaches the year.
        NotReadyError
            While there is no posterior, where the change is to be explained.
        StorageError
            When the catalogue cannot be read or reached.
        """
        after = await self.get_record(name)
        if not (other or after.previous):
            raise InputError(f"{name} is the first of its series; name another published forecast", field="other")
        before = await self.get_record(other or str(after.previous), "other")
        replays = Replays(self._current.forecaster, self._current.home) if explained else None
        return await self._work.run(lambda checkpoint: differ(before, after, replays, year, checkpoint))


def _check_printable(name: str, field: str) -> None:
    """Refuse what no database may be asked for, such as a zero byte."""
    if not name.isprintable():
        raise UnknownNameError("published forecast", f"{name:.80}", (), field=field)


@contextmanager
def _resource_errors(field: str) -> Iterator[None]:
    """Names that are not there, as the service's own error."""
    try:
        yield
    except UnknownNameError as error:
        raise ResourceNotFoundError(error.message, field=field) from error
