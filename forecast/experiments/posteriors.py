"""`make posteriors`: refit the posteriors that the package ships, and replace them when every one passes its gates.

The reference keeps 4,000 draws; the ones as of the dates of published claims keep 1,000.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from forecast.data.tables import RELEASED_ON
from forecast.errors import FitError
from forecast.inference.sampling import ChainProgress, prepare_environment
from forecast.posterior import artefact
from forecast.posterior.artefact import Posterior
from forecast.posterior.selection import SHIPPED
from forecast.posterior.state import state_folder

SHIPPED_FITS: dict[date, int] = {
    RELEASED_ON: 4000,
    date(2020, 5, 28): 1000,
    date(2020, 7, 27): 1000,
    date(2021, 10, 12): 1000,
    date(2021, 12, 15): 1000,
}
"""Draws kept, by as-of date: the tables' release, then Gwern, Jones, MT-NLG and the skeptic's case."""

SEED = 20261120


def main() -> int:
    """Fit all, then swap the shipped folder's content."""
    prepare_environment(state_folder().compile_cache)
    posteriors = [_fit(as_of, draws) for as_of, draws in SHIPPED_FITS.items()]
    for posterior in posteriors:
        if posterior.status == "REFUSED":
            raise FitError(f"as of {posterior.as_of}: REFUSED ({'; '.join(posterior.reasons)}); nothing was replaced")
    _replace(posteriors, SHIPPED)
    return 0


def _fit(as_of: date, draws: int) -> Posterior:
    from forecast.inference.diagnostics import in_words
    from forecast.inference.fit import FitRequest, fit

    posterior = fit(FitRequest(as_of=as_of, seed=SEED, keep_draws=draws), _say)
    print(f"\n{as_of}: {posterior.status} {'; '.join(posterior.reasons)}\n{in_words(posterior.manifest)}", flush=True)
    return posterior


def _say(chains: Sequence[ChainProgress]) -> None:
    done, total = sum(c.finished_draws for c in chains), sum(c.total_draws for c in chains)
    print(f"\r{chains[0].model}: {100 * done // total:3d} %", end="", flush=True)


def _replace(posteriors: Sequence[Posterior], folder: Path) -> None:
    """Write the new ones first, so that a failure leaves the old ones whole."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        names = {artefact.write(posterior, Path(scratch)).stem for posterior in posteriors}
    for posterior in posteriors:
        path = artefact.write(posterior, folder)
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")
    for path in folder.iterdir():
        if path.suffix in {".nc", ".json"} and path.stem not in names:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
