"""Recorded questions, to be asked again on the posterior that answered them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from forecast.catalogue.entries.published import Published
from forecast.engine.decode_question import question_from_dict
from forecast.engine.question import Question
from forecast.engine.solver import Solver
from forecast.errors import ArtefactError, PosteriorNotFoundError, UnansweredError
from forecast.forecaster import Forecaster
from forecast.posterior import fetching, selection
from forecast.posterior.artefact import Posterior
from forecast.posterior.state import state_folder
from forecast.storage.store import is_url

ARTEFACTS = "TIMELINES_ARTEFACTS"
"""Folder or URL of the posteriors that several machines share."""


class PosteriorGoneError(UnansweredError):
    """The posterior that answers is in memory only: nobody could ask the question again."""

    reason = "POSTERIOR_GONE"


def check_is_here(name: str, home: Path | str | None = None) -> None:
    """Refuse to publish from a posterior whose files are gone.

    Raises
    ------
    PosteriorGoneError
        When it lies neither in the state folder nor in the package.
    """
    if not _is_here(name, home):
        message = (
            f"the files of posterior {name} are gone or damaged, so nobody could ask again: import it, then publish"
        )
        raise PosteriorGoneError(message, field="posterior")


def _is_here(name: str, home: Path | str | None) -> bool:
    """Looked for by its name: to list every posterior takes the reading of as many manifests."""
    for folder, origin in _places(home):
        path = folder / f"{name}.nc"
        if path.with_suffix(".json").exists():
            return not selection.as_entry(path, origin).problem
    try:
        return not fetching.find_entry(name, home).problem
    except PosteriorNotFoundError:
        return False


def _places(home: Path | str | None) -> tuple[tuple[Path, selection.Origin], ...]:
    return (state_folder(home).posteriors, "state"), (selection.SHIPPED, "shipped")


def pinned(published: Published) -> Question:
    """Its question, on the posterior that answered it and no other.

    Raises
    ------
    InputError
        When this version reads no question there.
    """
    record = published.record
    return replace(question_from_dict(record.question), posterior=record.posterior, as_of=None)


class Replays:
    """Finds the posterior of a published forecast: in the state folder, in the package, or where several share them.

    Parameters
    ----------
    forecaster : Forecaster, optional
        Whose memory and loaded posteriors are used; by default one is made when it is needed.
    home : Path or str, optional
        The state folder.
    artefacts : str, optional
        Folder or URL of shared posteriors; default TIMELINES_ARTEFACTS.
    """

    def __init__(
        self, forecaster: Forecaster | None = None, home: Path | str | None = None, artefacts: str | None = None
    ) -> None:
        self._forecaster, self._home = forecaster, home
        self._artefacts = os.environ.get(ARTEFACTS, "") if artefacts is None else artefacts

    def ready(self, published: Published) -> tuple[Solver, Question]:
        """Its solver and its question, as `Forecaster.ready`.

        Raises
        ------
        PosteriorNotFoundError
            When its posterior is not at hand.
        ArtefactError
            When the posterior of that name is damaged or has another hash.
        InputError
            When the question cannot be asked any more, as where its scale was removed.
        """
        record = published.record
        solver, question = self._ready(pinned(published))
        if solver.posterior.manifest["sha256"] != record.posterior_sha256:
            message = f"the posterior {record.posterior} that lies here is not the one that answered: its hash differs"
            raise ArtefactError(message, field="posterior")
        return solver, question

    def _ready(self, question: Question) -> tuple[Solver, Question]:
        name = str(question.posterior)
        if self._forecaster is None:
            self._forecaster = Forecaster(self._shared(name), self._home)
        try:
            return self._forecaster.ready(question)
        except PosteriorNotFoundError:
            return self._forecaster.on(self._shared(name)).ready(question)

    def _shared(self, name: str) -> Posterior:
        try:
            return fetching.find(name, home=self._home)
        except PosteriorNotFoundError:
            if not self._artefacts:
                raise
        place = self._artefacts if is_url(self._artefacts) else Path(self._artefacts).resolve().as_uri()
        return fetching.find(f"{place.rstrip('/')}/{name}", home=self._home)
