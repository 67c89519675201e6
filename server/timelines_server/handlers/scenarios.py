"""What ScenarioService does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from forecast.catalogue.named import scenarios
from forecast.catalogue.named.scenarios import ScenarioRecord
from forecast.engine.scenario import Scenario
from forecast.errors import UnknownNameError
from timelines_server.resources import ResourceNotFoundError, Resources


class ScenarioHandlers:
    """Lists scenarios, keeps those that users make and removes them.

    Parameters
    ----------
    resources : Resources
        The state folder, and threads for what would hold up the event loop.
    """

    def __init__(self, resources: Resources) -> None:
        self._current, self._work = resources.current, resources.work

    async def list_scenarios(self) -> tuple[ScenarioRecord, ...]:
        """Every scenario that questions can name now, in the order of their names.

        Raises
        ------
        StorageError
            When the state folder may not be read.
        """
        return await self._work.run(lambda _: scenarios.known(self._current.home))

    async def get_scenario(self, name: str) -> ScenarioRecord:
        """One scenario.

        Raises
        ------
        ResourceNotFoundError
            When there is none of that name; lists those that are most like it.
        DamagedScenarioError
            When a user made it, and its file is no scenario any more.
        StorageError
            When the state folder may not be read.
        """
        with _resource_errors():
            return await self._work.run(lambda _: scenarios.find(name, self._current.home))

    async def create_scenario(self, scenario: Scenario, request_id: str, *, validate_only: bool) -> ScenarioRecord:
        """Check a scenario whole and keep it, unless it is only to be checked.

        Raises
        ------
        ScenarioTakenError
            When something else has its name.
        InputError
            When it breaks a rule, or its request_id was used for another scenario.
        StorageError
            When the state folder cannot be written.
        """
        home = self._current.home
        return await self._work.run(
            lambda _: scenarios.create(scenario, home, request_id=request_id, validate_only=validate_only)
        )

    async def delete_scenario(self, name: str) -> None:
        """Remove a scenario that a user made.

        Raises
        ------
        ResourceNotFoundError
            When nobody made one of that name.
        InputError
            When it is a built-in one.
        StorageError
            When the state folder cannot be written.
        """
        with _resource_errors():
            await self._work.run(lambda _: scenarios.delete(name, self._current.home))


@contextmanager
def _resource_errors() -> Iterator[None]:
    """Names that are not there, as the service's own error."""
    try:
        yield
    except UnknownNameError as error:
        raise ResourceNotFoundError(error.message, field="name") from error
