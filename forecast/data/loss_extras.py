"""Scaling studies beside those that the loss model fits -> loss_runs: repeated data, learning-rate sweeps, logs."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from pathlib import Path

from forecast.data import rules
from forecast.data.loss_groups import GROUPS, Group, Size
from forecast.data.loss_studies import cerebras_and_pythia, gadre, hoffmann, isoflops, olmo, porian
from forecast.data.raw import Imported, RawRow, Refusal, read_csv


def loss_runs(folder: Path) -> Imported:
    """Every study's runs, from the folder with the loss files."""
    result = Imported()
    for read in (hoffmann, isoflops, porian, gadre, olmo, cerebras_and_pythia, misfitting, datablations, opt, steplaw):
        result.extend(read(folder))
    return result


def misfitting(folder: Path) -> Imported:
    """Last checkpoints: the best learning rate of each size and token count; the others are refused."""
    rows = read_csv(folder / "misfitting_last_checkpoint.csv", ("C4 Eval Loss", "N", "D", "model"))
    return _best_of_cells(rows, GROUPS["misfitting-last-c4"], "C4 Eval Loss", "model")


def steplaw(folder: Path) -> Imported:
    """Step Law's best hyperparameters of each size and token count."""
    rows = read_csv(folder / "steplaw_best_per_cell.csv", ("N", "D", "loss", "exp_name"))
    return _best_of_cells(rows, GROUPS["steplaw-train"], "loss", "exp_name")


def _best_of_cells(rows: Sequence[RawRow], group: Group, loss: str, name: str) -> Imported:
    best = rules.best_per_cell(rows, lambda row: (row["N"], row["D"]), lambda row: float(row[loss]))
    kept = {row.number for row in best}
    result = Imported()
    for row in rows:
        if row.number not in kept:
            reason = "another learning rate did better in its cell"
            result.refused.append(Refusal(row.number, row[name], reason, "loss_runs", group.source))
            continue
        size: Size = {"parameters": float(row["N"]), "tokens": float(row["D"])}
        result.rows.append(group.run(row, float(row[loss]), rules.six_n_d(**size), **size))
    return result


def datablations(folder: Path) -> Imported:
    """Runs with repeated data: tokens and unique tokens rebuilt from the name, at most four epochs."""
    group, result = GROUPS["datablations-c4"], Imported()
    columns = ("model_args", "num_params", "token_num", "openLM_loss")
    for row in read_csv(folder / "datablations_contour_losses.csv", columns):
        name, parameters = ast.literal_eval(row["model_args"])["name"], float(row["num_params"])
        _, tokens, unique = rules.from_name(name, parameters, float(row["token_num"]))
        if not rules.epochs_within_four(tokens, unique):
            result.refused.append(Refusal(row.number, name, "more than four epochs", "loss_runs", group.source))
            continue
        size: Size = {"parameters": parameters, "tokens": tokens}
        result.rows.append(group.run(row, float(row["openLM_loss"]), rules.six_n_d(**size), **size))
    return result


def opt(folder: Path) -> Imported:
    """OPT along its training: tokens and FLOP out of log10, perplexity to nats per token."""
    group, result = GROUPS["opt-validation"], Imported()
    for row in read_csv(folder / "opt_trajectories.csv", ("num_token", "flops", "ppl")):
        flop, tokens = rules.from_log10(row["flops"]), rules.from_log10(row["num_token"])
        size: Size = {"parameters": flop / 6.0 / tokens, "tokens": tokens}
        why = "a checkpoint along a longer schedule"
        result.rows.append(group.run(row, math.log(float(row["ppl"])), flop, **size, left_out_because=why))
    return result
