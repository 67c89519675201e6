"""loss_runs -> loss_points: the compute-efficient points of each group, by a stated derivation.

The loss model fits these alone: additive laws of size and data fail on runs far from the optimum.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from forecast.data.loss_groups import GROUPS, Size
from forecast.data.loss_studies import PORIAN_GROUPS, is_tuned_standard
from forecast.data.raw import Imported, Refusal, Row, read_csv

ISOFLOP_GROUPS = ("chinchilla-massivetext", "marin-comma", "marin-dclm", "marin-nemotron", "misfitting-c4")
PUBLISHED_GROUPS = ("cerebras-pile", "olmo-1xc-c4", "olmo-10xc-c4")
LOWEST_GROUPS = ("gadre-c4-c4val", "gadre-rpj-c4val", "gadre-rw-c4val")
FEWEST_SIZES = 5
FEWEST_BUDGETS = 4
BEST_SHARE = 0.6


def loss_points(runs: Sequence[Row], folder: Path) -> Imported:
    """Every group's points.

    Parameters
    ----------
    runs : sequence of dict
        Rows of loss_runs.
    folder : Path
        The folder with the loss files (Porian's optima are the authors' own).
    """
    used = [run for run in runs if not run["left_out_because"]]
    result = Imported()
    for group in ISOFLOP_GROUPS:
        result.extend(isoflop_minima(run for run in used if run["group"] == group))
    result.extend(tuned_optima(folder))
    result.rows += [_point(run, "published_point") for run in used if run["group"] in PUBLISHED_GROUPS]
    for group in LOWEST_GROUPS:
        result.rows += lowest_at_compute([run for run in used if run["group"] == group])
    return result


def isoflop_minima(runs: Iterable[Row]) -> Imported:
    """The minimum of each budget with enough sizes; a group with fewer than four minima has no points."""
    budgets: dict[float, list[Row]] = defaultdict(list)
    for run in runs:
        budgets[run["budget_flop"]].append(run)
    result = Imported()
    for budget, members in sorted(budgets.items()):
        found = minimum([run["parameters"] for run in members], [run["loss_nats_per_token"] for run in members])
        if isinstance(found, str):
            name = f"{members[0]['group']} at {budget:.4g} FLOP"
            result.refused.append(Refusal(0, name, found, "loss_points", members[0]["source"]))
            continue
        parameters, loss = found
        at = {"parameters": parameters, "tokens": budget / (6.0 * parameters), "loss_nats_per_token": loss}
        result.rows.append(_point({**members[0], **at}, "isoflop_minimum"))
    if len(result.rows) < FEWEST_BUDGETS:
        why = "under four budgets"
        result.refused += [Refusal(0, row["group"], why, "loss_points", row["source"]) for row in result.rows]
        result.rows.clear()
    return result


def minimum(parameters: Sequence[float], losses: Sequence[float]) -> tuple[float, float] | str:
    """Size and loss at the minimum of a quadratic in ln N through the best 60 % (at least five) of the losses.

    Returns
    -------
    (parameters, nats per token), or the reason why there is no minimum.
    """
    if len(losses) < FEWEST_SIZES:
        return f"only {len(losses)} sizes"
    best = np.argsort(losses, kind="stable")[: max(FEWEST_SIZES, math.ceil(BEST_SHARE * len(losses)))]
    x, y = np.log(np.asarray(parameters)), np.asarray(losses)
    centre = float(x[best].mean())
    curvature, slope, level = np.polyfit(x[best] - centre, y[best], 2)
    if curvature <= 0:
        return "not convex"
    at = -slope / (2 * curvature)
    if not x.min() <= centre + at <= x.max():
        return "its minimum is outside the sizes"
    return math.exp(centre + at), float(level - slope**2 / (4 * curvature))


def tuned_optima(folder: Path) -> Imported:
    """Porian's optima, in the one accounting that is used; the other thirteen variants are refused."""
    result = Imported()
    columns = ("flops", "n", "t", "loss", "dataset", "hparams", "param_count", "val")
    for row in read_csv(folder / "porian_optimal_pairs.csv", columns):
        group = GROUPS[PORIAN_GROUPS[row["dataset"]]]
        if not is_tuned_standard(row):
            reason = "another accounting of the same runs"
            result.refused.append(Refusal(row.number, row["dataset"], reason, "loss_points", group.source))
            continue
        size: Size = {"parameters": float(row["n"]), "tokens": float(row["t"])}
        result.rows.append(_point(group.run(row, float(row["loss"]), float(row["flops"]), **size), "tuned_optimum"))
    return result


def lowest_at_compute(runs: Iterable[Row]) -> list[Row]:
    """The lowest loss at each compute."""
    best: dict[float, Row] = {}
    for run in runs:
        flop = run["training_flop"]
        if flop not in best or run["loss_nats_per_token"] < best[flop]["loss_nats_per_token"]:
            best[flop] = run
    return [_point(run, "lowest_at_compute") for _, run in sorted(best.items())]


def _point(run: Row, derivation: str) -> Row:
    return {**run, "derivation": derivation}
