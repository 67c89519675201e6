"""What ForecastService does: what is remembered is answered in the event loop, the rest in a thread beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forecast.catalogue.named import scenarios
from forecast.engine import training_cost
from forecast.engine.answer import Answer
from forecast.engine.beliefs import Overlay
from forecast.engine.checkpoint import Checkpoint
from forecast.engine.comparison import Comparison
from forecast.engine.draws import Draws
from forecast.engine.explain import Explanation
from forecast.engine.fan import Driver, Fan
from forecast.engine.inverse_parts import AffordableLoss, RequiredBudget
from forecast.engine.question import Question
from forecast.engine.scenario import Scenario
from forecast.engine.sensitivity_answer import Sensitivity
from forecast.engine.training_cost import TrainingCompute
from forecast.families import placed
from forecast.publishing.replays import pinned
from timelines_server.handlers.records import RecordHandlers
from timelines_server.resources import Resources

_TRAINING_COMPUTE: dict[str, Callable[..., TrainingCompute]] = {
    "parameters_tokens": training_cost.from_parameters,
    "chips_hours": training_cost.from_chips,
}


class ForecastHandlers:
    """Answers questions.

    Parameters
    ----------
    resources : Resources
        The forecaster that answers now, and threads for what would hold up the event loop.
    """

    def __init__(self, resources: Resources) -> None:
        self._current, self._work = resources.current, resources.work
        self._records = RecordHandlers(resources)

    async def scenario(self, name: str) -> Scenario:
        """The scenario that a question names.

        Raises
        ------
        UnknownNameError
            When there is none of that name; lists those that are most like it.
        DamagedScenarioError
            When a user made it, and its file is no scenario any more.
        StorageError
            When the state folder may not be read.
        """
        if name in scenarios.built_in_names():
            return scenarios.find(name).scenario
        return await self._work.run(lambda _: scenarios.find(name, self._current.home).scenario)

    async def forecast(self, question: Question) -> Answer:
        """The answer to a question.

        Raises
        ------
        ForecastError
            As `Forecaster.ask`; NotReadyError while there is no posterior.
        """
        forecaster = self._current.forecaster
        remembered = forecaster.recall(question)
        if remembered is not None:
            return remembered
        return await self._work.run(lambda checkpoint: forecaster.ask(question, checkpoint))

    async def trajectory(self, driver: Driver, question: Question) -> Fan:
        """The fan of one driver.

        Raises
        ------
        ForecastError
            As `Forecaster.trajectory`; NotReadyError while there is no posterior.
        """
        forecaster = self._current.forecaster
        return await self._work.run(lambda checkpoint: forecaster.trajectory(driver, question, checkpoint))

    async def draws(self, question: Question) -> Draws:
        """The arrivals of all draws.

        Raises
        ------
        ForecastError
            As `Forecaster.draws`; NotReadyError while there is no posterior.
        """
        forecaster = self._current.forecaster
        return await self._work.run(lambda checkpoint: forecaster.draws(question, checkpoint))

    async def affordable_loss(self, question: Question, day: str) -> AffordableLoss:
        """The lowest loss that a payer can buy on a day.

        Raises
        ------
        ForecastError
            As `Forecaster.affordable_loss`; NotReadyError while there is no posterior.
        """
        forecaster = self._current.forecaster
        return await self._work.run(lambda checkpoint: forecaster.affordable_loss(question, day, checkpoint))

    async def required_budget(
        self, question: Question, days: Sequence[str], budgets_usd_2023: Sequence[float]
    ) -> RequiredBudget:
        """The budget that a target needs by each of some days.

        Raises
        ------
        ForecastError
            As `Forecaster.required_budget`; NotReadyError while there is no posterior.
        """
        forecaster = self._current.forecaster
        return await self._work.run(
            lambda checkpoint: forecaster.required_budget(question, days, budgets_usd_2023, checkpoint)
        )

    async def sensitivity(self, question: Question, inputs: int, shapley: bool) -> Sensitivity:
        """What the answer to a question depends on.

        Raises
        ------
        ForecastError
            As `Forecaster.sensitivity`; NotReadyError while there is no posterior.
        """
        forecaster = self._current.forecaster
        return await self._work.run(
            lambda checkpoint: forecaster.sensitivity(question, checkpoint, inputs=inputs, shapley=shapley)
        )

    async def compare(self, questions: Sequence[Question], overlays: tuple[Overlay, ...]) -> Comparison:
        """The answers to one question in several scenarios.

        Raises
        ------
        ForecastError
            As `Forecaster.ask`; NotReadyError while there is no posterior.
        """
        forecaster = self._current.forecaster

        def job(checkpoint: Checkpoint) -> Comparison:
            """Ask one after the other beside the event loop."""
            answers = tuple((one.scenario.name, forecaster.ask(one, checkpoint)) for one in questions)
            return Comparison(answers, overlays)

        return await self._work.run(job)

    async def explain(self, before: Question, after: Question, year: int | None) -> Explanation:
        """Why two questions have different answers.

        Raises
        ------
        ForecastError
            As `Forecaster.explain`, naming which of the two is wrong; NotReadyError while there is no posterior.
        """
        forecaster = self._current.forecaster

        def job(checkpoint: Checkpoint) -> Explanation:
            """Answer both beside the event loop, which says whose fields are wrong, then explain."""
            for name, question in (("before", before), ("after", after)):
                with placed(name):
                    forecaster.ask(question, checkpoint)
            return forecaster.explain(before, after, year, checkpoint)

        return await self._work.run(job)

    async def recorded(self, name: str, field: str) -> Question:
        """The question of a published forecast, on the posterior that answered it; `field` holds its name.

        Raises
        ------
        ForecastError
            As `RecordHandlers.get_record`; InputError when this version reads no question there.
        """
        return pinned(await self._records.get_record(name, field))

    async def training_compute(self, kind: str, factors: dict[str, float]) -> TrainingCompute:
        """The compute of one run.

        Parameters
        ----------
        kind : {"parameters_tokens", "chips_hours"}
            How it is described.
        factors : dict of str to float
            The factors of that description, by name.

        Raises
        ------
        InputError
            When a factor is out of its bounds.
        """
        return _TRAINING_COMPUTE[kind](**factors)
