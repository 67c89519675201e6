"""What ScaleService does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from forecast.catalogue.named import scales
from forecast.catalogue.named.scales import ScaleRecord
from forecast.engine.checkpoint import Checkpoint
from forecast.engine.imported import ImportedScale
from forecast.errors import UnknownNameError
from forecast.posterior.artefact import Posterior
from timelines_server.resources import ResourceNotFoundError, Resources


class ScaleHandlers:
    """Lists scales, imports studies and removes them.

    Parameters
    ----------
    resources : Resources
        The forecaster that answers now, and threads for what would hold up the event loop.
    """

    def __init__(self, resources: Resources) -> None:
        self._current, self._work = resources.current, resources.work

    async def list_scales(self) -> tuple[ScaleRecord, ...]:
        """Every scale that questions can name now, in the order of their names.

        Raises
        ------
        NotReadyError
            While there is no posterior.
        StorageError
            When the state folder may not be read.
        """
        posterior = self._posterior
        return await self._work.run(lambda _: scales.known(posterior, self._current.home))

    async def get_scale(self, name: str) -> ScaleRecord:
        """One scale.

        Raises
        ------
        ResourceNotFoundError
            When there is none of that name; lists those that are.
        DamagedScaleError
            When it was imported, and its file fails a check.
        NotReadyError
            While there is no posterior.
        """
        posterior = self._posterior
        with _resource_errors():
            return await self._work.run(lambda _: scales.find(name, posterior, self._current.home))

    async def import_study(self, study: ImportedScale, *, validate_only: bool) -> ScaleRecord:
        """Check a study whole and keep it, unless it is only to be checked.

        Raises
        ------
        ScaleTakenError
            When something else has its name.
        InputError
            When its request_id was used for another study, or no law comes near its points.
        StorageError
            When the state folder cannot be written.
        NotReadyError
            While there is no posterior.
        """
        posterior = self._posterior

        def job(checkpoint: Checkpoint) -> ImportedScale:
            """Import beside the event loop."""
            home = self._current.home
            return scales.import_study(study, posterior, home, validate_only=validate_only, checkpoint=checkpoint)

        with _resource_errors():
            return scales.of_import(await self._work.run(job))

    async def delete_scale(self, name: str) -> None:
        """Remove an imported scale.

        Raises
        ------
        ResourceNotFoundError
            When none of that name was imported.
        InputError
            When it is a built-in one.
        StorageError
            When the state folder cannot be written.
        NotReadyError
            While there is no posterior.
        """
        posterior = self._posterior
        with _resource_errors():
            await self._work.run(lambda _: scales.remove(name, posterior, self._current.home))

    @property
    def _posterior(self) -> Posterior:
        return self._current.forecaster.posterior


@contextmanager
def _resource_errors() -> Iterator[None]:
    """Names that are not there, as the service's own error."""
    try:
        yield
    except UnknownNameError as error:
        raise ResourceNotFoundError(error.message, field=error.field) from error
