"""What ForecastService does."""

from __future__ import annotations

from forecast.engine.answer import Answer
from forecast.engine.question import Question
from timelines_server.resources import Resources


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
        return await self._work.run(lambda _: forecaster.ask(question))
