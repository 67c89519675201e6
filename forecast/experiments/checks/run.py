"""All checks of the machinery: what there is to do, shared out, kept as it is finished.

1. simulate: shards of simulation-based calibration, and one full fit of each sampled model on the shipped tables
2. look:     leave-one-out, power scaling and predictive checks of those fits
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from forecast.data import tables
from forecast.evaluation import checks
from forecast.executors.executor import Executor
from forecast.experiments.checks import answers, fits, loo, power_scaling, predictive, sbc
from forecast.experiments.checks.fits import Fit, as_posterior
from forecast.experiments.checks.grids import PublishedMachine, StudyMachine
from forecast.experiments.checks.machines import JointMachine, LossMachine, Machine, PriceMachine
from forecast.experiments.checks.sbc import Ranks, Simulated
from forecast.experiments.sharing import Told, share
from forecast.inference.observations import Observations, observe
from forecast.posterior.artefact import Posterior, read
from forecast.posterior.selection import reference

Row = dict[str, Any]


@lru_cache(maxsize=1)
def observations() -> Observations:
    """The shipped tables as of their release."""
    return observe(tables.RELEASED_ON, tables.RELEASED_ON)


@lru_cache(maxsize=1)
def _shipped() -> Posterior:
    return read(reference().path)


def _study() -> Machine:
    return StudyMachine(observations().loss, _shipped().blocks["loss"])


def _published() -> Machine:
    return PublishedMachine(observations().loss, _shipped().blocks["loss"])


MACHINES: Mapping[str, Callable[[], Machine]] = {
    "compute": lambda: JointMachine(observations()),
    "price": lambda: PriceMachine(observations().price),
    "loss": lambda: LossMachine(observations().loss),
    "study": _study,
    "published_law": _published,
}
"""The models that are simulated, slowest first."""


@lru_cache(maxsize=1)
def machine(name: str) -> Machine:
    """A model under test, compiled at most once in a process while tasks of one model follow each other."""
    return MACHINES[name]()


@dataclass(frozen=True)
class Shard:
    """Simulations of one model that are made together."""

    model: str
    numbers: range

    @property
    def name(self) -> str:
        """What the progress calls it."""
        return f"{self.model}: simulations {self.numbers.start + 1} to {self.numbers.stop}"

    def perform(self, folder: Path) -> list[Simulated]:
        """Its ranks, or those that were kept."""
        return sbc.perform(machine(self.model), self.numbers, folder)

    def kept(self) -> list[str]:
        """The file of its ranks."""
        return [sbc.file_of(machine(self.model), self.numbers)]


@dataclass(frozen=True)
class Full:
    """A full fit of a sampled model on the shipped tables."""

    model: str

    @property
    def name(self) -> str:
        """What the progress calls it."""
        return f"{self.model}: full fit"

    def perform(self, folder: Path) -> list[Simulated]:
        """Leaves its checkpoint, and no ranks."""
        fits.fit(self.model, observations(), folder)
        return []

    def kept(self) -> list[str]:
        """The file of its draws."""
        return [fits.kept(self.model, observations())]


@dataclass(frozen=True)
class Look:
    """One check of the full fits: the name of a table."""

    table: str

    @property
    def name(self) -> str:
        """What the progress calls it."""
        return self.table.removesuffix(".csv").replace("_", " ")

    def perform(self, folder: Path) -> list[Row]:
        """The table's rows."""
        return LOOKS[self.table]({model: fits.fit(model, observations(), folder) for model in FITTED})

    def kept(self) -> list[str]:
        """The files of the full fits."""
        return [fits.kept(model, observations()) for model in FITTED]


Fits = Mapping[str, Fit]
FITTED = ("compute", "loss")


def _leave_one_out(found: Fits) -> list[Row]:
    return [row for fit in found.values() for row in loo.table(fit, observations())]


def _power_scaling(found: Fits) -> list[Row]:
    parts = {model: power_scaling.parts(fit, observations()) for model, fit in found.items()}
    rows = [
        row
        for model, fit in found.items()
        for row in power_scaling.table(model, power_scaling.parameters(fit), parts[model])
    ]
    posterior = as_posterior(_shipped(), found["compute"].draws, found["loss"].draws)
    told = {name: answers.finite(years) for name, years in answers.arrivals(posterior).items()}
    told |= answers.levels(posterior)
    both = (parts["compute"] + parts["loss"]).without("rental offers")
    headline = {name: found["loss"].by_chain(values) for name, values in told.items()}
    return [*power_scaling.table("headline", headline, both), *rows]


LOOKS: Mapping[str, Callable[[Fits], list[Row]]] = {
    checks.LOO: _leave_one_out,
    checks.POWER_SCALING: _power_scaling,
    checks.PREDICTIVE: lambda found: predictive.table(found, observations()),
    checks.PRIOR_POSTERIOR: lambda found: predictive.prior_posterior(found, observations(), _shipped()),
}
"""Every table that follows from the full fits."""


@dataclass(frozen=True)
class Checked:
    """Everything that was found.

    Attributes
    ----------
    ranks : list of Ranks
        Simulation-based calibration by model.
    tables : mapping of str to list of dict
        Rows of the other tables by file name.
    """

    ranks: list[Ranks]
    tables: Mapping[str, list[Row]]


def plan(simulations: int | None = None) -> list[Shard]:
    """Every shard, model by model; `simulations` is the most of any model, by default its own number."""
    counts = {name: _count(make(), simulations) for name, make in MACHINES.items()}
    return [Shard(name, numbers) for name, count in counts.items() for numbers in sbc.shards(count)]


def _count(model: Machine, most: int | None) -> int:
    return model.simulations if most is None else min(most, model.simulations)


class _Alone[Result](Protocol):
    """A task that does itself."""

    def perform(self, folder: Path) -> Result: ...

    def kept(self) -> list[str]: ...


@dataclass(frozen=True)
class Performing:
    """The plan of tasks that do themselves."""

    def perform[Result](self, task: _Alone[Result], folder: Path) -> Result:
        """The task's result."""
        return task.perform(folder)

    def kept(self, task: _Alone[Any]) -> list[str]:
        """The task's files."""
        return task.kept()


def check(folder: Path, executor: Executor, told: Told, simulations: int | None = None) -> Checked:
    """Simulate, fit and look; what is finished is kept.

    Parameters
    ----------
    folder : Path
        Where finished simulations and fits are kept.
    executor : Executor
        Shares the tasks out. The compiler's environment is set already (`prepare_environment`); processes inherit it.
    told : callable
        As for `share`.
    simulations : int, optional
        The most of any model; by default each model's own number.

    Raises
    ------
    WorkerLostError
        If workers die; what is finished is kept.
    """
    shards = plan(simulations)
    tasks: list[Shard | Full] = [*(Full(model) for model in FITTED), *shards]
    made = share(Performing(), tasks, folder, executor, told, _name)
    found = {shard.model: Ranks(shard.model) for shard in shards}
    for task, simulated in zip(tasks, made, strict=True):
        if isinstance(task, Shard):
            found[task.model].simulated.extend(simulated)
    looks = [Look(table) for table in LOOKS]
    rows = share(Performing(), looks, folder, executor, told, _name)
    return Checked(list(found.values()), {look.table: mine for look, mine in zip(looks, rows, strict=True)})


def _name(task: Shard | Full | Look, _: object) -> str:
    return task.name
