"""Why two answers differ, with the posterior's change told apart by refits: dates, data, priors, sampling.

What `forecast.engine.explain` can only call "refit needed" is split here: the models are fitted with some of what
differs taken from after and the rest from before, and the parts are exact Shapley values as for any other difference.
Each mixture is one fit of all models, a minute or two. Data published after the as-of date make no fit, so a later
cutoff goes with its later as-of date. The present code and tables make the fits; posteriors that others made are
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from forecast.engine.blending import POSTERIOR
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.explain import Explanation, explain
from forecast.engine.question import Question
from forecast.engine.solver import Solver
from forecast.errors import InputError
from forecast.inference import fit as fitting
from forecast.inference.fit import FitRequest
from forecast.inference.observations import observe
from forecast.inference.runs import version_of
from forecast.inference.sampling import SamplerSettings
from forecast.models import compute, growth, loss, price
from forecast.posterior.artefact import Posterior, seal
from forecast.posterior.manifest import Manifest
from forecast.priors import DEFAULT, Priors

Fit = Callable[[FitRequest], Posterior]

_KEYS: Mapping[str, tuple[str, ...]] = {
    "as_of": ("as_of",),
    "data": ("data_cutoff",),
    "priors": ("priors",),
    "sampling": ("seed", "sampler", "draws"),
}
"""What of a manifest each switch takes from before or after."""


def explain_refit(
    before: tuple[Solver, Question],
    after: tuple[Solver, Question],
    year: int | None = None,
    fit: Fit = fitting.fit,
    tables_folder: Path | None = None,
    checkpoint: Checkpoint = proceed,
) -> Explanation:
    """Why two answers differ, with refits where the posteriors do.

    Parameters
    ----------
    before, after : tuple of Solver and Question
        Each question with the solver on the posterior that answers it.
    year : int, optional
        As in `forecast.engine.explain.explain`.
    fit : callable
        Fits all models.
    tables_folder : Path, optional
        Tables of the user's own import, which both were fitted on; the shipped ones by default.
    checkpoint : callable
        Called between the steps.

    Raises
    ------
    InputError
        As `explain`; also when a posterior was made by other models or on other tables than the present ones.
    """
    parts = Refits(before[0].posterior, after[0].posterior, fit, tables_folder)
    return explain(before, after, year, checkpoint, parts)


class Refits:
    """The change of a posterior by what it was made with.

    Parameters
    ----------
    before, after : Posterior
        The two.
    fit : callable
        Fits all models.
    tables_folder : Path, optional
        Where the tables are.

    Raises
    ------
    InputError
        When one was made by other models, or on other tables.
    """

    def __init__(self, before: Posterior, after: Posterior, fit: Fit, tables_folder: Path | None = None) -> None:
        self._before, self._after, self._fit, self._folder = before, after, fit, tables_folder
        if before.name != after.name:
            for posterior in (before, after):
                _check_made_here(posterior, tables_folder)
        self._made: dict[frozenset[str], Posterior] = {frozenset(): before, frozenset(self.names()): after}

    def names(self) -> tuple[str, ...]:
        """Of `posterior.as_of`, `.data`, `.priors` and `.sampling` those that differ."""
        one, other = self._before.manifest, self._after.manifest
        return tuple(
            POSTERIOR + switch
            for switch, keys in _KEYS.items()
            if any(one[key] != other[key] for key in keys)  # type: ignore[literal-required]
        )

    def posterior(self, flipped: frozenset[str]) -> Posterior:
        """The posterior with some of them from after: fitted when it is first asked for."""
        if flipped not in self._made:
            self._made[flipped] = self._fitted(flipped)
        return self._made[flipped]

    def words(self, name: str) -> tuple[str, str]:
        """What a switch stands for before and after."""
        switch = name.removeprefix(POSTERIOR)
        one, other = self._before.manifest, self._after.manifest
        return _words(switch, one, other), _words(switch, other, one)

    def causes(self, name: str) -> tuple[str, ...]:
        """The switch itself."""
        return (name.removeprefix(POSTERIOR),)

    def _fitted(self, flipped: frozenset[str]) -> Posterior:
        made = {
            key: (self._after if POSTERIOR + switch in flipped else self._before).manifest[key]  # type: ignore[literal-required]
            for switch, keys in _KEYS.items()
            for key in keys
        }
        request = FitRequest(
            as_of=date.fromisoformat(made["as_of"]),
            data_cutoff=date.fromisoformat(made["data_cutoff"]),
            seed=made["seed"],
            settings=SamplerSettings(**made["sampler"]),
            priors=priors_of(made["priors"]),
            tables_folder=self._folder,
            keep_draws=made["draws"],
        )
        fitting.check_dates(request)
        return seal(self._fit(request))[0]  # under a name of its own


def priors_of(told: Mapping[str, Mapping[str, Any]]) -> Priors:
    """The priors that a manifest records."""
    blocks = {}
    for block in fields(DEFAULT):
        defaults = getattr(DEFAULT, block.name)
        values = {
            one.name: type(default)(**value) if isinstance(value, Mapping) else value
            for one in fields(defaults)
            for default, value in [(getattr(defaults, one.name), told[block.name][one.name])]
        }
        blocks[block.name] = replace(defaults, **values)
    return replace(DEFAULT, **blocks)


def _check_made_here(posterior: Posterior, tables_folder: Path | None) -> None:
    present = {"compute": version_of(compute, growth, price), "loss": version_of(loss)}
    for block, version in present.items():
        if posterior.manifest["blocks"][block]["model_version"] != version:
            raise InputError(
                f"posterior {posterior.name} was made by another version of the {block} model, which is not here to be "
                f"refitted: fit it again with `timelines fit --as-of {posterior.as_of}`",
                field="posterior",
            )
    seen = observe(posterior.as_of, posterior.data_cutoff, tables_folder)
    if seen.data_digest != posterior.manifest["data_digest"]:
        raise InputError(
            f"posterior {posterior.name} was fitted on other tables than the present ones, so that its data cannot be "
            f"told from its dates: fit it again with `timelines fit --as-of {posterior.as_of}`",
            field="posterior",
        )


def _words(switch: str, manifest: Manifest, other: Manifest) -> str:
    if switch == "as_of":
        return f"a start on {manifest['as_of']}"
    if switch == "data":
        return f"data to {manifest['data_cutoff']}"
    if switch == "priors":
        return _changed_priors(manifest["priors"], other["priors"])
    return f"seed {manifest['seed']} and {manifest['draws']} draws"


def _changed_priors(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The priors that are not the same in both, with their numbers: `compute.g_spend (mean 0.33, sd 0.25)`."""
    told = []
    for block, priors in one.items():
        for name, prior in priors.items():
            if prior != other.get(block, {}).get(name):
                numbers = prior if isinstance(prior, Mapping) else {"": prior}
                listed = ", ".join(
                    f"{field} {value:g}".strip() for field, value in numbers.items() if field != "source"
                )
                told.append(f"{block}.{name} ({listed})")
    return "; ".join(told) or "no other priors"
