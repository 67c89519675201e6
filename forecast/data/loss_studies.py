"""The scaling studies behind the loss model -> loss_runs.

Runs that a study's own rule leaves out of a fit stay in the table, with the reason in `left_out_because`.
"""

from __future__ import annotations

from pathlib import Path

from forecast.data import rules
from forecast.data.loss_groups import GROUPS, Size
from forecast.data.raw import Imported, RawRow, Refusal, number, read_csv

ISOFLOP_EXPERIMENTS = {
    "epochai_chinchilla__massivetext__chinchilla": "chinchilla-massivetext",
    "marin_202603__comma__llama_2": "marin-comma",
    "marin_202603__dclm__llama_2": "marin-dclm",
    "marin_202603__nemotron__llama_2": "marin-nemotron",
    "misfitting__fineweb_c4__transformer": "misfitting-c4",
}
ISOFLOP_REFUSED = {
    "ml_scalefit": "the same Chinchilla runs digitised a second time",
    "llama_3": "a normalised loss, not nats per token",
}
PORIAN_GROUPS = {"rw": "porian-refinedweb", "owt2": "porian-openwebtext2"}
GADRE_GROUPS = {"c4_original": "gadre-c4-c4val", "rpj": "gadre-rpj-c4val", "rw_original": "gadre-rw-c4val"}
OLMO_EVAL = "c4_en__CE"
CEREBRAS_FAMILIES = {
    "Cerebras-GPT SP (paper)": ("cerebras-pile", "", ""),
    "Cerebras-GPT SP (HF model card)": (
        "cerebras-pile",
        "cerebras-model-card",
        "a second version of the table, which disagrees",
    ),
    "Cerebras-GPT muP (paper)": ("cerebras-pile", "", "another parametrisation"),
    "Pythia (Pile test by Cerebras)": ("pythia-pile-test", "", ""),
    "Pythia (W&B val)": ("pythia-pile-val", "", ""),
}


def hoffmann(folder: Path) -> Imported:
    """The digitised points of Hoffmann et al., D = C / 6N; the five artefacts are marked."""
    group, result = GROUPS["hoffmann-massivetext"], Imported()
    for row in read_csv(folder / "chinchilla_points_besiroglu.csv", ("Model Size", "Training FLOP", "loss")):
        parameters, flop = float(row["Model Size"]), float(row["Training FLOP"])
        tokens = flop / (6.0 * parameters)
        why = "artefact" if rules.is_artefact(parameters, tokens) else ""
        result.rows.append(
            group.run(row, float(row["loss"]), flop, parameters=parameters, tokens=tokens, left_out_because=why)
        )
    return result


def isoflops(folder: Path) -> Imported:
    """The isoFLOP collection: five experiments in nats per token; its own outlier marks are kept as reasons."""
    result = Imported()
    columns = ("source", "experiment", "tokens", "params", "budget", "loss", "outlier", "reason")
    for row in read_csv(folder / "isoflop_collection.csv", columns):
        if row["experiment"] not in ISOFLOP_EXPERIMENTS:
            reason = ISOFLOP_REFUSED.get(row["source"], "an experiment without a known loss unit")
            result.refused.append(Refusal(row.number, row["experiment"], reason, "loss_runs", "isoflop-collection"))
            continue
        budget = float(row["budget"])
        result.rows.append(
            GROUPS[ISOFLOP_EXPERIMENTS[row["experiment"]]].run(
                row,
                float(row["loss"]),
                budget,
                parameters=float(row["params"]),
                tokens=float(row["tokens"]),
                budget_flop=budget,
                left_out_because=f"outlier: {row['reason']}" if row["outlier"] == "True" else "",
            )
        )
    return result


def is_tuned_standard(row: RawRow) -> bool:
    """Porian's runs in one accounting: tuned hyperparameters, standard parameter count, validation loss.

    The file has fifteen variants of the same runs: one is used, and they are never pooled.
    """
    wanted = {"hparams": "tuned", "param_count": "standard", "val": "val"}
    return all(row[column] == value for column, value in wanted.items())


def porian(folder: Path) -> Imported:
    """Porian's isoFLOP points in the one accounting that is used."""
    result = Imported()
    columns = ("dataset", "hparams", "param_count", "val", "budget_flops", "N", "D", "loss")
    for row in read_csv(folder / "porian_isoflop_points.csv", columns):
        group, budget = GROUPS[PORIAN_GROUPS[row["dataset"]]], float(row["budget_flops"])
        if not is_tuned_standard(row):
            reason = "another accounting of the same runs"
            result.refused.append(Refusal(row.number, row["dataset"], reason, "loss_runs", group.source))
            continue
        size: Size = {"parameters": float(row["N"]), "tokens": float(row["D"])}
        result.rows.append(group.run(row, float(row["loss"]), budget, **size, budget_flop=budget))
    return result


def gadre(folder: Path) -> Imported:
    """104 models on three corpora, evaluated on C4 validation; the seven other evaluation sets are refused."""
    result = Imported()
    columns = ("name", "train_dataset", "N", "D", "chinchilla_multiplier", "val_set", "loss")
    for row in read_csv(folder / "gadre_losses_long.csv", columns):
        group = GROUPS[GADRE_GROUPS[row["train_dataset"]]]
        if "/c4_val/" not in row["val_set"]:
            reason = "another evaluation set: not comparable with C4 validation"
            result.refused.append(Refusal(row.number, row["name"], reason, "loss_runs", group.source))
            continue
        size: Size = {"parameters": float(row["N"]), "tokens": float(row["D"])}
        why = "" if float(row["chinchilla_multiplier"]) == 1.0 else "not at 20 tokens a parameter"
        result.rows.append(group.run(row, float(row["loss"]), rules.six_n_d(**size), **size, left_out_because=why))
    return result


def olmo_reason(file: str) -> str:
    """Why a run of the OLMo ladder enters neither of its two groups; empty for those that do."""
    if file.startswith("peteish"):
        return "" if file in OLMO_TARGETS else "a part or a variant of a longer run"
    if "rerun" in file:
        return "a rerun"
    return "" if file.split("-")[1] in ("1xC.csv", "10xC.csv") else "neither 1x nor 10x Chinchilla"


OLMO_TARGETS = ("peteish7_eval_full.csv", "peteish13_eval_full.csv")


def olmo(folder: Path) -> Imported:
    """The OLMo ladder and the 7B and 13B runs, C4 cross-entropy, the authors' FLOP."""
    result = Imported()
    for row in read_csv(folder / "olmo_ladder_final_losses.csv", ("file", "N_nonemb", "D", "C_olmo", OLMO_EVAL)):
        group = GROUPS["olmo-1xc-c4" if "-1xC" in row["file"] else "olmo-10xc-c4"]
        size: Size = {"parameters": float(row["N_nonemb"]), "tokens": float(row["D"])}
        why = olmo_reason(row["file"])
        result.rows.append(group.run(row, float(row[OLMO_EVAL]), float(row["C_olmo"]), **size, left_out_because=why))
    return result


def cerebras_and_pythia(folder: Path) -> Imported:
    """Two laboratories on the Pile; five families, one of them a disagreeing copy and one another parametrisation."""
    result = Imported()
    columns = ("family", "N_total", "D_tokens", "C_flop", "loss_nats_per_token")
    for row in read_csv(folder / "published_loss_tables_cerebras_pythia.csv", columns):
        name, source, why = CEREBRAS_FAMILIES[row["family"]]
        loss, flop = float(row["loss_nats_per_token"]), float(row["C_flop"])
        parameters, tokens = number(row["N_total"]), number(row["D_tokens"])
        result.rows.append(
            GROUPS[name].run(row, loss, flop, parameters=parameters, tokens=tokens, left_out_because=why, source=source)
        )
    return result
