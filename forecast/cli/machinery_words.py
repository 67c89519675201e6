"""Checks of the machinery as plain text: what passed is counted, what did not is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from forecast.cli.layout import filled_wide

if TYPE_CHECKING:
    from forecast.evaluation.checks import Loo, PowerScaling, Predictive, Sbc
    from forecast.evaluation.machinery import Machinery


def machinery_text(machinery: Machinery) -> str:
    """The checks; empty where none is stored."""
    parts = [
        *_simulated(machinery.simulation_based),
        *_left_out(machinery.leave_one_out),
        *_scaled(machinery.power_scaling),
        *_predicted(machinery.predictive),
    ]
    stale = [_line(f"Stale: {' '.join(machinery.stale_reasons)} `make checks` makes them anew.")]
    return "\n".join(["Checks of the machinery", *(stale if machinery.stale_reasons else []), *parts]) if parts else ""


def _simulated(checks: Sequence[Sbc]) -> Iterable[str]:
    for model in _models(checks):
        own = [check for check in checks if check.model == model]
        failed = [check for check in own if not check.passed]
        worst = min(check.p_value for check in own)
        yield _line(
            f"simulation-based calibration, {model}: {len(own) - len(failed)} of {len(own)} parameters passed in "
            f"{max(check.simulations for check in own):,} simulations, smallest p {worst:.2g}"
        )
        for check in failed:
            yield _line(f"{check.parameter} failed: p {check.p_value:.2g}, ranks {' '.join(map(str, check.ranks))}", 4)


def _left_out(checks: Sequence[Loo]) -> Iterable[str]:
    from forecast.evaluation.checks import TRUSTED_K

    for model in _models(checks):
        own = [check for check in checks if check.model == model]
        above, total = sum(check.above_07 for check in own), sum(check.rows for check in own)
        yield _line(
            f"leave-one-out, {model}: {above} of {total:,} rows with a Pareto k above {TRUSTED_K:g}, largest "
            f"{max(check.max_k for check in own):.2f}"
        )
        for check in own:
            if check.above_07:
                yield _line(f"{check.group}: {check.above_07} of {check.rows}, largest {check.max_k:.2f}", 4)


def _scaled(checks: Sequence[PowerScaling]) -> Iterable[str]:
    """What moves by all priors of its model, or all data, at once; what is not fine is named."""
    from forecast.evaluation.checks import FINE

    together = [check for check in checks if not check.scaled]
    for model in _models(together):
        own = [check for check in together if check.model == model]
        fine = sum(check.verdict == FINE for check in own)
        yield _line(f"prior and data, {model}: {fine} of {len(own)} listen to the data and not too much to the priors")
        for verdict in dict.fromkeys(check.verdict for check in own if check.verdict != FINE):
            yield _line(f"{verdict}: {', '.join(check.parameter for check in own if check.verdict == verdict)}", 4)


def _predicted(checks: Sequence[Predictive]) -> Iterable[str]:
    for kind in dict.fromkeys(check.kind for check in checks):
        own = [check for check in checks if check.kind == kind]
        odd = [check for check in own if check.extreme]
        yield _line(f"{kind} predictive: {len(own) - len(odd)} of {len(own)} statistics of the data are ordinary")
        for check in odd:
            span = f"{check.q5:.3g} to {check.q95:.3g}"
            yield _line(f"{check.model}, {check.statistic}: {check.observed:.3g} where {span} is predicted (90 %)", 4)


def _models(checks: Iterable[Sbc | Loo | PowerScaling | Predictive]) -> list[str]:
    return list(dict.fromkeys(check.model for check in checks))


def _line(words: str, indent: int = 2) -> str:
    return filled_wide(words, " " * indent, " " * (indent + 2))
