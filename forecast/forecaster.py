"""The facade that library users, the command line, reports and server handlers call.

    forecaster = Forecaster.load()
    answer = forecaster.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)

A forecaster holds one posterior; a question that names another, or another as-of date, is answered from that one, which
is found and verified like the first. Nothing here looks at the clock.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.catalogue.studies import StoredScales
from forecast.engine.answer import Answer
from forecast.engine.arguments import algorithms_of, law_of, payer_of, target_of
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import parse_day
from forecast.engine.draws import Draws
from forecast.engine.draws import draws as make_draws
from forecast.engine.fan import Driver, Fan
from forecast.engine.fan import fan as make_fan
from forecast.engine.memory import Memory
from forecast.engine.question import (
    DEFAULT_HORIZON,
    DEFAULT_QUANTILES,
    DEFAULT_SEED,
    Question,
    Target,
)
from forecast.engine.recent import Recent
from forecast.engine.solver import Solver
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior
from forecast.priors import LogNormal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from forecast.engine.imported import ImportedScale
    from forecast.engine.question import Criterion, PriceBasis

OTHER_POSTERIORS = 3
"""How many posteriors besides its own a forecaster keeps."""


class Forecaster:
    """Answers questions on a posterior.

    Parameters
    ----------
    posterior : Posterior
        The posterior that answers when a question names none.
    home : Path or str, optional
        The state folder in which others are looked for; default as in `forecast.posterior.state`.
    imported : mapping, optional
        Imported scales by name; by default those in the state folder (`forecast.catalogue.studies`), read when a
        question names a scale that the posterior does not know.
    memory : Memory, optional
        What is remembered between questions; by default a memory of its own.

    Examples
    --------
    >>> from forecast import Forecaster
    >>> forecaster = Forecaster.load()
    >>> answer = forecaster.when(flop=1e29, criterion="on_trend")
    >>> 0 <= answer.p_by(2030) <= answer.p_by(2040) <= 1
    True
    """

    def __init__(
        self,
        posterior: Posterior,
        home: Path | str | None = None,
        imported: Mapping[str, ImportedScale] | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.posterior = posterior
        self._home = home
        self._imported = StoredScales(home) if imported is None else imported
        self._memory = Memory() if memory is None else memory
        self._own = Solver(posterior, self._imported, self._memory)
        self._others: Recent[Solver] = Recent(OTHER_POSTERIORS, lambda _: 1)

    @classmethod
    def load(
        cls,
        posterior: str | None = None,
        as_of: date | str | None = None,
        home: Path | str | None = None,
        memory: Memory | None = None,
    ) -> Forecaster:
        """Find and verify a posterior.

        Parameters
        ----------
        posterior : str, optional
            Its name, or a prefix that only one has.
        as_of : date or str, optional
            The as-of date that selects it. With neither, the current one.
        home, memory
            As for the class.

        Raises
        ------
        PosteriorNotFoundError
            When there is none; the message lists those that are, and the command that makes one.
        ArtefactError
            When it is damaged.
        """
        day = None if as_of is None else parse_day(as_of, "as_of")
        return cls(selection.find(posterior, as_of=day, home=home), home, memory=memory)

    def ask(self, question: Question, checkpoint: Checkpoint = proceed) -> Answer:
        """The answer to a question; the checkpoint is called between the steps of the work, to end it by raising.

        Raises
        ------
        InputError
            When the question does not fit the posterior.
        PosteriorNotFoundError
            When it names a posterior or an as-of date that is not there.
        """
        return self._solver(question.posterior, question.as_of).ask(question, checkpoint)

    def recall(self, question: Question) -> Answer | None:
        """The answer if it needs only what is remembered, and so comes in well under a millisecond; else None.

        Raises
        ------
        InputError
            As `ask`.
        """
        own = self._is_own(question.posterior, question.as_of)
        solver = self._own if own else self._others.peek((question.posterior, question.as_of))
        return None if solver is None else solver.recall(question)

    def draws(self, question: Question, checkpoint: Checkpoint = proceed) -> Draws:
        """The arrivals that the answer to a question summarizes, draw by draw; arguments and errors as for `ask`."""
        return make_draws(self._solver(question.posterior, question.as_of), question, checkpoint)

    def when(
        self,
        *,
        loss: float | None = None,
        scale: str | None = None,
        flop: float | None = None,
        gpt3: float | None = None,
        budget_usd: float | None = None,
        payer: str | None = None,
        criterion: Criterion = "affordable",
        law: str | None = None,
        noise: float | None = None,
        algorithms: str | LogNormal | None = None,
        algorithms_ceiling_oom: float | None = None,
        price: PriceBasis = "realised",
        as_of: date | str | None = None,
        posterior: str | None = None,
        horizon: str = DEFAULT_HORIZON,
        quantiles: Sequence[float] = DEFAULT_QUANTILES,
        by_years: Sequence[int] | None = None,
        seed: int = DEFAULT_SEED,
        max_draws: int = 4_000,
    ) -> Answer:
        """Ask when a target becomes affordable.

        Parameters
        ----------
        loss, scale : float and str, optional
            A loss in nats per token and its scale.
        flop, gpt3 : float, optional
            FLOP of one training run, or a multiple of GPT-3's 3.14e23. Exactly one of loss, flop and gpt3 is given.
        budget_usd : float, optional
            A fixed sum in constant 2023 US dollars; without it the frontier's own spend pays.
        payer : {"frontier_spend"}, optional
            To say so.
        criterion : {"affordable", "on_trend"}
            Whether the payer can buy it, or the frontier of compute reaches it.
        law : str, optional
            `pooled`, `mixture` or the name of a published law.
        noise : float, optional
            Relative noise with which a published law enters the pool; .01 by default.
        algorithms : str or LogNormal, optional
            `off`, `8mo`, `16mo`, or your own prior of the halving time in months.
        algorithms_ceiling_oom : float, optional
            The most that algorithms can ever give.
        price : {"realised", "list_rental", "amortized_purchase"}
            Which price of compute is meant.
        as_of, posterior, horizon, quantiles, by_years, seed, max_draws
            As in `forecast.engine.question.Question`.

        Returns
        -------
        Answer
            Quantiles, distribution, masses, choices and provenance.

        Raises
        ------
        InputError
            Naming the field, its value and the remedy.
        """
        return self.ask(
            Question(
                target=target_of(loss, scale, flop, gpt3),
                payer=payer_of(budget_usd, payer),
                criterion=criterion,
                price_basis=price,
                law=law_of(law, noise),
                algorithms=algorithms_of(algorithms, algorithms_ceiling_oom),
                as_of=None if as_of is None else parse_day(as_of, "as_of"),
                posterior=posterior,
                horizon=horizon,
                quantiles=tuple(quantiles),
                by_years=None if by_years is None else tuple(by_years),
                seed=seed,
                max_draws=max_draws,
            )
        )

    def fan(
        self,
        driver: Driver,
        quantiles: Sequence[float] = DEFAULT_QUANTILES,
        *,
        algorithms: str | LogNormal | None = None,
        price: PriceBasis = "realised",
        horizon: str = DEFAULT_HORIZON,
        seed: int = DEFAULT_SEED,
        max_draws: int = 4_000,
    ) -> Fan:
        """Monthly quantiles of one driver, with the observed points.

        Parameters
        ----------
        driver : {"frontier_compute", "price", "algorithms", "spend"}
            What to follow: the largest run's compute (FLOP), the price of compute (2023 $ per FLOP), the multiplier of
            algorithmic efficiency since the as-of date, the spend on the largest run (2023 $).
        quantiles : sequence of float
            Probabilities above 0 and below 1.
        algorithms : str or LogNormal, optional
            For `algorithms`: by default the newest published.
        price : {"realised", "list_rental", "amortized_purchase"}
            For `price`.
        horizon, seed, max_draws
            As in a question; the same seed gives the paths that the answers run on.

        Returns
        -------
        Fan
            log10 bands and points.
        """
        asked = Question(
            Target.training_flop(1.0),
            price_basis=price,
            algorithms=algorithms_of(algorithms, None),
            horizon=horizon,
            quantiles=tuple(quantiles),
            seed=seed,
            max_draws=max_draws,
        )
        return self.trajectory(driver, asked)

    def trajectory(self, driver: Driver, asked: Question, checkpoint: Checkpoint = proceed) -> Fan:
        """The fan of one driver, for a question's quantiles, horizon, choices and posterior; its target is not read.

        Parameters
        ----------
        driver : {"frontier_compute", "price", "algorithms", "spend"}
            What to follow.
        asked, checkpoint : Question and callable
            As for `ask`.

        Raises
        ------
        InputError, PosteriorNotFoundError
            As `ask`; also when algorithms or a price basis are chosen for a driver that has none.
        """
        return make_fan(self._solver(asked.posterior, asked.as_of), driver, asked, checkpoint)

    def _is_own(self, name: str | None, as_of: date | None) -> bool:
        own = self.posterior
        if as_of not in (None, own.as_of):
            return False
        if name is None or name == own.name:
            return True
        return own.name.startswith(name) and selection.find_entry(name, self._home).name == own.name

    def _solver(self, name: str | None, as_of: date | None) -> Solver:
        if self._is_own(name, as_of):
            return self._own
        return self._others.get((name, as_of), lambda: self._found(name, as_of))

    def _found(self, name: str | None, as_of: date | None) -> Solver:
        found = selection.find(name, as_of=as_of, home=self._home)
        return Solver(found, self._imported, self._memory)
