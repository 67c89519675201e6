"""The part of the client that blocks which asks what can be asked beside a forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from timelines.catalogue import Catalogue
from timelines.comparisons import Comparison, Overlay
from timelines.draws import Draws, gathered
from timelines.inquiry_requests import (
    Asked,
    Explained,
    affordable_loss_request,
    compare_request,
    explain_request,
    required_budget_request,
    sensitivity_request,
)
from timelines.inverses import AffordableLoss, RequiredBudget
from timelines.requests import draws_request
from timelines.sensitivities import Explanation, Sensitivity

if TYPE_CHECKING:
    from timelines.answers import Answer
    from timelines.options import LossFree
    from timelines.question import Question
    from timelines.scenarios import Scenario


class Inquiries(Catalogue):
    """Asks for inverses, sensitivities, comparisons and explanations."""

    def affordable_loss(
        self, *, scale: str, date: dt.date | str, timeout: float | None = None, **options: Unpack[LossFree]
    ) -> AffordableLoss:
        """The lowest loss that a payer can buy on a day.

        Parameters
        ----------
        scale : str
            On which the loss is measured.
        date : date or str
            The day, from the as-of date to the horizon.
        timeout : float, optional
            Seconds for this call.
        **options
            Keywords of `Question` but for its target; quantiles are those of the loss.
        """
        request = affordable_loss_request(scale, date, dict(options))
        return AffordableLoss.from_raw(self._calls.unary(self._forecast.AffordableLoss, request, timeout))

    def required_budget(
        self,
        question: Asked,
        dates: Iterable[dt.date | str],
        *,
        budgets_usd: Iterable[float] | None = None,
        timeout: float | None = None,
    ) -> RequiredBudget:
        """The budget that a target needs by each of some days.

        Parameters
        ----------
        question : Question or mapping
            Names no payer; its quantiles are those of the budget.
        dates : iterable of date or str
            1 to 50 days, from the as-of date to the horizon.
        budgets_usd : iterable of float, optional
            Sums in constant 2023 US dollars, at most 50, for the surface of probabilities by day and sum.
        timeout : float, optional
            Seconds for this call.
        """
        request = required_budget_request(question, dates, budgets_usd)
        return RequiredBudget.from_raw(self._calls.unary(self._forecast.RequiredBudget, request, timeout))

    def sensitivity(
        self,
        question: Asked,
        *,
        inputs: int | None = None,
        shapley: bool | None = None,
        timeout: float | None = None,
    ) -> Sensitivity:
        """What the answer to a question depends on.

        Parameters
        ----------
        question : Question or mapping
            What is asked.
        inputs : int, optional
            How many inputs to tell of, from 1 to 100.
        shapley : bool, optional
            Whether to work out the effects of blocks too, which takes a second or more.
        timeout : float, optional
            Seconds for this call.
        """
        request = sensitivity_request(question, inputs, shapley)
        return Sensitivity.from_raw(self._calls.unary(self._forecast.Sensitivity, request, timeout))

    def compare(
        self,
        question: Asked,
        scenarios: Sequence[str | Scenario | Mapping[str, Any]],
        *,
        overlays: Iterable[Overlay] = (),
        timeout: float | None = None,
    ) -> Comparison:
        """The answers to one question in several scenarios, beside what others believe.

        Parameters
        ----------
        question : Question or mapping
            Names no scenario.
        scenarios : sequence of str, Scenario or mapping
            1 to 20, as in `Question`.
        overlays : iterable of Overlay
            What others believe about the date, at most 20.
        timeout : float, optional
            Seconds for this call.
        """
        request = compare_request(question, scenarios, overlays)
        reply = self._calls.unary(self._forecast.Compare, request, timeout)
        return Comparison.from_raw(reply, self.draws)

    def explain(
        self, before: Explained, after: Explained, *, year: int | None = None, timeout: float | None = None
    ) -> Explanation:
        """Why two questions have different answers: the parts of the change.

        Parameters
        ----------
        before, after : Question, mapping, ForecastRecord or str
            The two, perhaps on different posteriors; a string is the name of a published forecast.
        year : int, optional
            For the probability of arrival by its end, where a median lies beyond the horizon.
        timeout : float, optional
            Seconds for this call.
        """
        request = explain_request(before, after, year)
        return Explanation.from_raw(self._calls.unary(self._forecast.Explain, request, timeout))

    def draws(self, asked: Question | Answer, *, chunk_draws: int | None = None, timeout: float | None = None) -> Draws:
        """The arrival dates themselves, draw by draw.

        Parameters
        ----------
        asked : Question or Answer
            Whose draws; those of an answer are of its posterior and seed.
        chunk_draws : int, optional
            Draws in each message, from 1 to 10,000.
        timeout : float, optional
            Seconds for the whole stream.
        """
        return gathered(self._calls.stream(self._forecast.StreamDraws, draws_request(asked, chunk_draws), timeout))
