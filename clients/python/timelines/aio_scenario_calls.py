"""The part of the asyncio client which is about scenarios."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from timelines.paging import async_pages
from timelines.resource_requests import resource_name
from timelines.scenarios import Prior, Scenario, scenario_request
from timelines.v1 import scenario_service_pb2 as messages
from timelines.v1.scenario_service_pb2_grpc import ScenarioServiceStub

if TYPE_CHECKING:
    from timelines.aio_calls import AsyncCalls
    from timelines.v1.scenario_service_pb2_grpc import ScenarioServiceAsyncStub


class AsyncScenarioCalls:
    """What the server knows of scenarios.

    Parameters
    ----------
    calls : AsyncCalls
        How calls are made.
    """

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    # Made in the event loop that calls run in, not where the client is made.
    @cached_property
    def _scenario(self) -> ScenarioServiceAsyncStub:
        return ScenarioServiceStub(self._calls.channel)

    async def scenarios(self, *, page_size: int = 0, timeout: float | None = None) -> AsyncIterator[Scenario]:
        """Scenarios that questions can name, by name, page after page as they are read.

        Parameters
        ----------
        page_size : int
            On a page; 0 for the server's own choice.
        timeout : float, optional
            Seconds for each page.
        """

        async def _fetch(token: str) -> messages.ListScenariosResponse:
            request = messages.ListScenariosRequest(page_size=page_size, page_token=token)
            return await self._calls.unary(self._scenario.ListScenarios, request, timeout)

        async for page in async_pages(_fetch):
            for one in page.scenarios:
                yield Scenario.from_raw(one)

    async def scenario(self, name: str, *, timeout: float | None = None) -> Scenario:
        """One scenario."""
        request = messages.GetScenarioRequest(name=resource_name("scenarios", name))
        return Scenario.from_raw((await self._calls.unary(self._scenario.GetScenario, request, timeout)).scenario)

    async def create_scenario(
        self,
        name: str,
        *,
        about: str = "",
        source: str = "",
        published_on: date | str | None = None,
        values: Mapping[str, float] | None = None,
        priors: Mapping[str, Prior] | None = None,
        switches: Mapping[str, bool] | None = None,
        chosen: Mapping[str, Any] | None = None,
        request_id: str | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> Scenario:
        """Make a scenario of your own, for questions to name. Needs a token of the scope `fit`.

        Parameters
        ----------
        name : str
            Name that questions will use: 3 to 63 small letters, digits and hyphens, a letter first.
        about, source : str
            What it assumes, in words, and where that comes from.
        published_on : date or str, optional
            When that was published.
        values : mapping, optional
            Inputs that have one value in every draw, by name: `{"compute.r_realised": 0.08}`.
        priors : mapping, optional
            Inputs that are believed to be otherwise: a 90 % interval (low, high) of a log-normal, a LogNormal, or a
            Distribution as JSON.
        switches : mapping, optional
            Limits and the algorithmic jump, on or off: `{"scaling_break": True}`.
        chosen : mapping, optional
            What a question takes that does not say it itself, as JSON by the names of the protos:
            `{"payer": {"fixed_usd_2023": 1e9}}`.
        request_id : str, optional
            A UUID by which a repeated request is known as one; default: a new one.
        validate_only : bool
            Check everything, keep nothing.
        timeout : float, optional
            Seconds for this call.

        Raises
        ------
        InvalidQuestionError
            Naming the field that is wrong.
        NameTakenError
            When another scenario has the name.
        """
        request = scenario_request(
            name,
            about=about,
            source=source,
            published_on=published_on,
            values=values,
            priors=priors,
            switches=switches,
            chosen=chosen,
            request_id=request_id,
            validate_only=validate_only,
        )
        return Scenario.from_raw((await self._calls.unary(self._scenario.CreateScenario, request, timeout)).scenario)

    async def delete_scenario(self, name: str, *, timeout: float | None = None) -> None:
        """Remove a scenario that was created. Needs a token of the scope `admin`."""
        request = messages.DeleteScenarioRequest(name=resource_name("scenarios", name))
        await self._calls.unary(self._scenario.DeleteScenario, request, timeout)
