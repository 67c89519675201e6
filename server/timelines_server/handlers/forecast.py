"""What ForecastService does: what is remembered is answered in the event loop, the rest in a thread beside it."""

from __future__ import annotations

from collections.abc import Callable

from forecast.engine import training_cost
from forecast.engine.answer import Answer
from forecast.engine.draws import Draws
from forecast.engine.fan import Driver, Fan
from forecast.engine.question import Question
from forecast.engine.training_cost import TrainingCompute
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
