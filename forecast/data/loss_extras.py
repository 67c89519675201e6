"""Scaling studies beside those that the loss model fits -> loss_runs: repeated data, learning-rate sweeps, logs."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

from forecast.data import rules
from forecast.data.loss_studies import cerebras_and_pythia, gadre, hoffmann, isoflops, loss_run, olmo, porian
from forecast.data.raw import Imported, RawRow, Refusal, Row, read_csv
from forecast.data.sources import SOURCES, Source


def loss_runs(folder: Path) -> Imported:
    """Every study's runs from the folder with the loss files."""
    result = Imported()
    for read in (hoffmann, isoflops, porian, gadre, olmo, cerebras_and_pythia, misfitting, datablations, opt, steplaw):
        result.extend(read(folder))
    return result


def misfitting(folder: Path) -> Imported:
    """Last checkpoints: the best learning rate of each size and token count; the others are refused."""
    source = SOURCES["misfitting"]
    rows = read_csv(folder / "misfitting_last_checkpoint.csv", ("C4 Eval Loss", "N", "D", "peak_lr", "model"))
    return _best(
        rows, source, lambda row: (row["N"], row["D"]), lambda row: float(row["C4 Eval Loss"]),
        lambda row: loss_run(
            source, row, "misfitting-last-c4", "fineweb", "c4", float(row["C4 Eval Loss"]),
            rules.six_n_d(float(row["N"]), float(row["D"])), "6nd_total", parameters=float(row["N"]),
            tokens=float(row["D"]),
        ),
        "model",
    )


def steplaw(folder: Path) -> Imported:
    """Step Law's best hyperparameters of each size and token count."""
    source = SOURCES["steplaw"]
    rows = read_csv(folder / "steplaw_best_per_cell.csv", ("N", "D", "loss", "exp_name"))
    return _best(
        rows, source, lambda row: (row["N"], row["D"]), lambda row: float(row["loss"]),
        lambda row: loss_run(
            source, row, "steplaw-train", "stepfun-mix", "training loss", float(row["loss"]),
            rules.six_n_d(float(row["N"]), float(row["D"])), "6nd_non_embedding", parameters=float(row["N"]),
            tokens=float(row["D"]),
        ),
        "exp_name",
    )


def _best(
    rows: Sequence[RawRow], source: Source, cell: Callable[[RawRow], Hashable], loss: Callable[[RawRow], float],
    run: Callable[[RawRow], Row], name: str,
) -> Imported:
    best = rules.best_per_cell(rows, cell, loss)
    kept = {row.number for row in best}
    refused = [
        Refusal(row.number, row[name], "another learning rate did better in its cell", "loss_runs", source.key)
        for row in rows
        if row.number not in kept
    ]
    return Imported([run(row) for row in best], refused)


def datablations(folder: Path) -> Imported:
    """Runs with repeated data: tokens and unique tokens rebuilt from the name, at most four epochs."""
    source, result = SOURCES["datablations"], Imported()
    for row in read_csv(folder / "datablations_contour_losses.csv", ("model_args", "num_params", "openLM_loss")):
        name = ast.literal_eval(row["model_args"])["name"]
        parameters = float(row["num_params"])
        _, tokens, unique = rules.from_name(name, parameters, float(row["token_num"]))
        if not rules.epochs_within_four(tokens, unique):
            result.refused.append(Refusal(row.number, name, "more than four epochs", "loss_runs", source.key))
            continue
        result.rows.append(
            loss_run(
                source, row, "datablations-c4", "c4", "c4-validation", float(row["openLM_loss"]),
                rules.six_n_d(parameters, tokens), "6nd_total", tokenizer="gpt-2", parameters=parameters,
                tokens=tokens,
            )
        )
    return result


def opt(folder: Path) -> Imported:
    """OPT along its training: tokens and FLOP out of log10, perplexity to nats per token."""
    source, result = SOURCES["opt"], Imported()
    for row in read_csv(folder / "opt_trajectories.csv", ("model_size", "num_token", "flops", "ppl")):
        result.rows.append(
            loss_run(
                source, row, "opt-validation", "opt-mix", "opt-validation", math.log(float(row["ppl"])),
                rules.from_log10(row["flops"]), "6nd_total", tokenizer="gpt-2",
                parameters=rules.from_log10(row["flops"]) / 6 / rules.from_log10(row["num_token"]),
                tokens=rules.from_log10(row["num_token"]),
                left_out_because="a checkpoint along a longer schedule",
            )
        )
    return result
