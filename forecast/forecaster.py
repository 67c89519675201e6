"""The facade that library users, the command line, reports and server handlers call.

    forecaster = Forecaster.load()
    answer = forecaster.when(loss=1.24, scale="kaplan-webtext2", budget_usd=1e9)

A forecaster holds one posterior; a question that names another, or another as-of date, is answered from that one, which
is found and verified like the first. Nothing here looks at the clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from forecast.catalogue.named.studies import StoredScales
from forecast.engine.answer import Answer
from forecast.engine.arguments import Asked, question_of
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import parse_day
from forecast.engine.memory import Memory
from forecast.engine.question import Question, Scenario, Target
from forecast.engine.recent import Recent
from forecast.engine.solver import Solver
from forecast.errors import InputError
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior
from forecast.posterior.fetching import find
from forecast.storage.store import is_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from forecast.engine.draws import Draws
    from forecast.engine.explain import Explanation
    from forecast.engine.fan import Driver, Fan
    from forecast.engine.imported import ImportedScale
    from forecast.engine.inverse import AffordableLoss, RequiredBudget
    from forecast.engine.sensitivity_answer import Sensitivity

OTHER_POSTERIORS = 3
"""How many posteriors besides its own a forecaster keeps."""

MAX_COMPARED = 20


class Forecaster:
    """Answers questions on a posterior.

    Parameters
    ----------
    posterior : Posterior
        The posterior that answers when a question names none.
    home : Path or str, optional
        The state folder in which others are looked for; default as in `forecast.posterior.state`.
    imported : mapping, optional
        Imported scales by name; by default those in the state folder (`forecast.catalogue.named.studies`), read when a
        question names a scale that the posterior does not know.
    memory : Memory, optional
        What is remembered between questions; by default a memory of its own.
    fetches : bool
        Whether a question may name a posterior by URL; where strangers ask, they would choose what this connects to.

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
        fetches: bool = True,
    ) -> None:
        self.posterior, self._home, self._fetches = posterior, home, fetches
        self.imported = StoredScales(home) if imported is None else imported
        self._memory = Memory() if memory is None else memory
        self._own = Solver(posterior, self.imported, self._memory)
        self._others: Recent[Solver] = Recent(OTHER_POSTERIORS, lambda _: 1)

    @classmethod
    def load(
        cls,
        posterior: str | None = None,
        as_of: date | str | None = None,
        home: Path | str | None = None,
        memory: Memory | None = None,
        fetches: bool = True,
    ) -> Forecaster:
        """Find and verify a posterior.

        Parameters
        ----------
        posterior : str, optional
            Its name, a prefix that only one has, or its URL (`forecast.posterior.fetching`).
        as_of : date or str, optional
            The as-of date that selects it. With neither, the current one.
        home, memory, fetches
            As for the class.

        Raises
        ------
        PosteriorNotFoundError
            When there is none; the message lists those that are, and the command that makes one.
        ArtefactError
            When it is damaged.
        StorageError
            When its URL cannot be reached.
        """
        day = None if as_of is None else parse_day(as_of, "as_of")
        return cls(find(posterior, as_of=day, home=home), home, memory=memory, fetches=fetches)

    def on(self, posterior: Posterior) -> Forecaster:
        """The same forecaster on another posterior, with the same memory."""
        return Forecaster(posterior, self._home, self.imported, self._memory, self._fetches)

    def ask(self, question: Question, checkpoint: Checkpoint = proceed) -> Answer:
        """The answer to a question; the checkpoint is called between the steps of the work, to end it by raising.

        Raises
        ------
        InputError
            When the question does not fit the posterior.
        PosteriorNotFoundError
            When it names a posterior or an as-of date that is not there.
        """
        solver, asked = self.ready(question)
        return solver.ask(asked, checkpoint)

    def recall(self, question: Question) -> Answer | None:
        """The answer if it needs only what is remembered, and so comes in well under a millisecond; else None.

        Raises
        ------
        InputError
            As `ask`.
        """
        own = self._is_own(question.posterior, question.as_of)
        solver = self._own if own else self._others.find((question.posterior, question.as_of))
        return None if solver is None else solver.recall(self._in_2023_usd(question, solver))

    def draws(self, question: Question, checkpoint: Checkpoint = proceed) -> Draws:
        """The arrivals that the answer to a question summarizes, draw by draw; arguments and errors as for `ask`."""
        from forecast.engine.draws import draws

        return draws(*self.ready(question), checkpoint)

    def when(self, **asked: Unpack[Asked]) -> Answer:
        """Ask when a target becomes affordable.

        Parameters
        ----------
        **asked
            The question in plain arguments: see `forecast.engine.arguments.Asked`.

        Returns
        -------
        Answer
            Quantiles, distribution, masses, limits, choices and provenance.

        Raises
        ------
        InputError
            Naming the field, its value and the remedy.
        """
        return self.ask(self.question(**asked))

    def question(self, **asked: Unpack[Asked]) -> Question:
        """The question that plain arguments make, with its scenario found; arguments and errors as for `when`."""
        return question_of(asked, self.scenario)

    def scenario(self, name: str) -> Scenario:
        """A scenario by its name, or from its file.

        Raises
        ------
        UnknownNameError
            Listing those that there are.
        """
        from forecast.catalogue.named.scenarios import scenario_of

        return scenario_of(name, self._home)

    def affordable_loss(self, question: Question, day: date | str, checkpoint: Checkpoint = proceed) -> AffordableLoss:
        """The lowest loss that a payer can buy on a day; see `forecast.engine.inverse.affordable_loss`."""
        from forecast.engine.inverse import affordable_loss

        return affordable_loss(*self.ready(question), day, checkpoint)

    def required_budget(
        self,
        question: Question,
        days: Sequence[date | str],
        budgets_usd_2023: Sequence[float] = (),
        checkpoint: Checkpoint = proceed,
    ) -> RequiredBudget:
        """The budget that a target needs by each of some days; see `forecast.engine.inverse.required_budget`."""
        from forecast.engine.inverse import required_budget

        solver = self._solver(question.posterior, question.as_of)  # a payer of the scenario has no part in it
        return required_budget(solver, question, days, budgets_usd_2023, checkpoint)

    def compare(
        self, question: Question, scenarios: Sequence[str | Scenario], checkpoint: Checkpoint = proceed
    ) -> tuple[tuple[str, Answer], ...]:
        """The answers to one question under several scenarios, each with its scenario's name.

        Raises
        ------
        InputError
            As `ask`; also when there are no scenarios, or more than 20.
        """
        if not 1 <= len(scenarios) <= MAX_COMPARED:
            raise InputError(f"{len(scenarios)} scenarios; give 1 to {MAX_COMPARED}", field="scenarios")
        found = [self.scenario(one) if isinstance(one, str) else one for one in scenarios]
        return tuple((one.name, self.ask(question.under(one), checkpoint)) for one in found)

    def sensitivity(
        self, question: Question, checkpoint: Checkpoint = proceed, *, inputs: int = 10, shapley: bool = True
    ) -> Sensitivity:
        """What an answer depends on; see `forecast.engine.sensitivity.sensitivity`."""
        from forecast.engine.sensitivity import sensitivity

        return sensitivity(*self.ready(question), checkpoint, inputs=inputs, shapley=shapley)

    def explain(
        self, before: Question, after: Question, year: int | None = None, checkpoint: Checkpoint = proceed
    ) -> Explanation:
        """Why two questions have different answers; see `forecast.engine.explain.explain`."""
        from forecast.engine.explain import explain

        return explain(self.ready(before), self.ready(after), year, checkpoint)

    def fan(self, driver: Driver, bands: Sequence[float] | None = None, /, **asked: Unpack[Asked]) -> Fan:
        """Monthly quantiles of one driver (`forecast.engine.fan.UNITS`), with the observed points.

        `bands` are its quantiles; of the other arguments, which are those of `when`, a target counts only for
        `cost_of_target`.
        """
        if bands is not None:
            asked["quantiles"] = bands
        return self.trajectory(driver, question_of(asked, self.scenario, Target.training_flop(1.0)))

    def trajectory(self, driver: Driver, asked: Question, checkpoint: Checkpoint = proceed) -> Fan:
        """The fan of one driver, for a question's quantiles, horizon, choices and posterior; its target is not read.

        Parameters
        ----------
        driver : str
            What to follow.
        asked, checkpoint : Question and callable
            As for `ask`.

        Raises
        ------
        InputError, PosteriorNotFoundError
            As `ask`; also when algorithms or a price basis are chosen for a driver that has none.
        """
        from forecast.engine.fan import fan

        solver, ready = self.ready(asked)
        return fan(solver, driver, ready, checkpoint)

    def ready(self, question: Question) -> tuple[Solver, Question]:
        """The solver of a question, and the question with its money in 2023 dollars."""
        solver = self._solver(question.posterior, question.as_of)
        return solver, self._in_2023_usd(question, solver)

    @staticmethod
    def _in_2023_usd(question: Question, solver: Solver) -> Question:
        if question.payer.kind != "stated":
            return question
        from forecast.money import carried_over

        return replace(question, payer=carried_over(question.payer, solver.posterior.as_of))

    def _is_own(self, name: str | None, as_of: date | None) -> bool:
        own = self.posterior
        if as_of is not None and as_of != own.as_of:
            return False
        if name is None or name == own.name:
            return True
        return own.name.startswith(name) and selection.find_entry(name, self._home).name == own.name

    def _solver(self, name: str | None, as_of: date | None) -> Solver:
        if self._is_own(name, as_of):
            return self._own
        return self._others.get((name, as_of), lambda: self._found(name, as_of))

    def _found(self, name: str | None, as_of: date | None) -> Solver:
        if is_url(name) and not self._fetches:
            raise InputError("a posterior is named by URL, which is not allowed here; give its name", field="posterior")
        return Solver(find(name, as_of=as_of, home=self._home), self.imported, self._memory)
