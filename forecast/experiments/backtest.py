"""Refit as of past year-ends and on held-out losses, score what came after, store the tables with their provenance.

1. plan:    one task an origin, one a shape of the loss folds (those share a compiled model, their data are swapped)
2. perform: in processes of their own, or on a cluster; every finished fit leaves a checkpoint, so that an interrupted
            backtest goes on
3. collect: rows in the order of the plan, whatever ended first
4. store:   scores.csv (a row for every outcome and forecaster), summary.csv, skill.csv, fans.csv (what each origin said
            of the years after it), fits.csv, law_weights.json, provenance.json

The loss folds of one shape are compiled once. Origins are not: they differ in years of slopes, chips and vendors, so
each compiles its own model, about 18 of its 50 CPU-seconds, under 4 CPU-minutes for all of them. One shape would need
the years, chips and vendors of 2023 in 2013 too, without rows. They would be sampled from their prior, in every step
of every origin, and would not leave the rest alone: effects of vendors sum to zero, so that their law depends on how
many there are. The shipped model would have to know its padding, for minutes that nobody waits for.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from forecast.data import tables
from forecast.evaluation import past_fans
from forecast.executors.executor import Executor
from forecast.experiments import loss_folds, refits
from forecast.experiments.checkpoints import file_of
from forecast.experiments.fans import fan_rows
from forecast.experiments.loss_targets import loss_outcomes
from forecast.experiments.origins import ORIGINS
from forecast.experiments.price_targets import price_outcomes
from forecast.experiments.refits import SEED, SETTINGS, refit
from forecast.experiments.run_targets import run_outcomes
from forecast.experiments.scored import rows
from forecast.experiments.sharing import Told, share
from forecast.inference import diagnostics
from forecast.inference.diagnostics import Convergence
from forecast.inference.observations import Observations, observe
from forecast.inference.runs import Run
from forecast.inference.sampling import SamplerSettings
from forecast.posterior.artefact import Posterior
from forecast.priors import DEFAULT

Row = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """One unit of work: an origin, or the loss folds with a number of groups."""

    origin: date | None = None
    groups: int = 0

    @property
    def name(self) -> str:
        """What the progress calls it."""
        return f"as of {self.origin}" if self.origin else f"losses held out, {self.groups} groups left"


@dataclass(frozen=True)
class Done:
    """Scores of one task's outcomes, how its fits went, and the fans of its forecasts."""

    scores: list[Row]
    fits: list[Row]
    fans: list[Row] = field(default_factory=list)
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Backtest:
    """What to run, and how.

    Attributes
    ----------
    checkpoints : Path
        Where finished fits are kept.
    origins : tuple of date
        Year-ends.
    losses : bool
        Whether losses are held out too.
    settings : SamplerSettings
        Counts and tuning of every fit.
    seed : int
        Of every sampler and simulation.
    """

    checkpoints: Path
    origins: tuple[date, ...] = ORIGINS
    losses: bool = True
    settings: SamplerSettings = SETTINGS
    seed: int = SEED

    def plan(self) -> list[Task]:
        """Every task, later origins first, since they take longest."""
        shapes = loss_folds.shapes(loss_folds.Points.load()) if self.losses else {}
        return [Task(origin) for origin in reversed(self.origins)] + [Task(groups=groups) for groups in shapes]

    def perform(self, task: Task, folder: Path) -> Done:
        """Fit, forecast and score one task; finished fits are kept in the folder."""
        began = time.process_time()
        done = self._origin(task.origin, folder) if task.origin else self._losses(task.groups, folder)
        return replace(done, cpu_seconds=time.process_time() - began)

    def kept(self, task: Task) -> list[str]:
        """Files of the fits of one task."""
        if task.origin:
            return [file_of(refits.identity(task.origin, self.settings, self.seed))]
        folds = loss_folds.shapes(loss_folds.Points.load())[task.groups]
        return [file_of(name) for name in loss_folds.identities(folds, DEFAULT.loss, self.settings, self.seed)]

    def _origin(self, origin: date, folder: Path) -> Done:
        posterior, seen = refit(origin, folder, self.settings, self.seed)
        today = observe(tables.RELEASED_ON, tables.RELEASED_ON)
        outcomes = [*run_outcomes(posterior, self.seed), *price_outcomes(posterior, seen, today, self.seed)]
        return Done(rows(outcomes), [_origin_fit(posterior, seen)], list(fan_rows(posterior, self.seed)))

    def _losses(self, groups: int, folder: Path) -> Done:
        points, done = loss_folds.Points.load(), Done([], [])
        folds = loss_folds.shapes(points)[groups]
        for fold, runs in loss_folds.fit_folds(folds, folder, DEFAULT.loss, self.settings, self.seed):
            done.scores.extend(rows(list(loss_outcomes(points, fold, runs, DEFAULT.loss, self.seed))))
            done.fits.extend(_loss_fit(fold, form, run) for form, run in runs.items())
        return done


def _origin_fit(posterior: Posterior, seen: Observations) -> Row:
    nowcast = posterior.manifest["nowcast"]
    return {
        "fit": posterior.as_of.isoformat(),
        "status": posterior.status,
        "reasons": "; ".join(posterior.reasons),
        "rows": len(seen.compute.run_year) + len(seen.compute.cost_year),
        "hindsight_rows": sum(seen.hindsight_rows.values()),
        **_mixing(posterior.manifest["diagnostics"]["compute"]),
        "nowcast_inside_80": round(nowcast["inside_80"], 3),
        "nowcast_reach": round(nowcast["reach"], 4),
    }


def _loss_fit(fold: loss_folds.Fold, form: loss_folds.Form, run: Run) -> Row:
    verdict = diagnostics.judge_convergence(Convergence(**run.diagnostics))
    name = f"without {fold.name}" + ("" if form is loss_folds.SHIPPED else f", {form.forecaster}")
    about = {"fit": name, "status": verdict.status, "reasons": "; ".join(verdict.reasons)}
    return {**about, "rows": len(fold.fitted.log_loss), "hindsight_rows": "", **_mixing(run.diagnostics)}


def _mixing(found: Mapping[str, Any]) -> Row:
    return {name: found[name] for name in ("divergences", "max_r_hat", "min_ess")}


def run(backtest: Backtest, executor: Executor, told: Told) -> list[Done]:
    """Perform every task; results in the order of the plan.

    Parameters
    ----------
    backtest : Backtest
        What to run. The compiler's environment is set already (`prepare_environment`); processes inherit it.
    executor : Executor
        Shares the tasks out.
    told : callable
        Called with the number of finished tasks, of all tasks, and what has just ended.

    Raises
    ------
    WorkerLostError
        If workers die; finished fits are kept.
    """
    return share(backtest, backtest.plan(), backtest.checkpoints, executor, told, _ended)


def _ended(task: Task, done: Done) -> str:
    return f"{task.name}: {_verdicts(done)}"


def _verdicts(done: Done) -> str:
    return ", ".join(dict.fromkeys(fit["status"] for fit in done.fits))


def collected(results: Sequence[Done]) -> Done:
    """Everything of all tasks, sorted so that equal results give equal files."""
    keys = ("quantity", "part", "origin", "years_ahead", "target", "forecaster")
    return Done(
        scores=sorted((row for done in results for row in done.scores), key=lambda row: tuple(row[k] for k in keys)),
        fits=sorted((row for done in results for row in done.fits), key=lambda row: row["fit"]),
        fans=sorted(
            (row for done in results for row in done.fans), key=lambda row: tuple(row[k] for k in past_fans.COLUMNS[:3])
        ),
        cpu_seconds=sum(done.cpu_seconds for done in results),
    )
