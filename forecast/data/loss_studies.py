"""The scaling studies behind the loss model -> loss_runs, each run with its FLOP convention and its own group.

A loss is comparable only within one study, corpus, tokenizer and evaluation set: that is what a `group` is. Runs that a
study's own rule leaves out of a fit stay in the table, with the reason in `left_out_because`.
"""

from __future__ import annotations

from pathlib import Path

from forecast.data import rules
from forecast.data.raw import Imported, RawRow, Refusal, Row, number, read_csv
from forecast.data.sources import SOURCES, Source

ISOFLOP_EXPERIMENTS = {
    "epochai_chinchilla__massivetext__chinchilla": ("chinchilla-massivetext", "isoflop-hoffmann", "6nd_total"),
    "marin_202603__comma__llama_2": ("marin-comma", "isoflop-marin", "authors"),
    "marin_202603__dclm__llama_2": ("marin-dclm", "isoflop-marin", "authors"),
    "marin_202603__nemotron__llama_2": ("marin-nemotron", "isoflop-marin", "authors"),
    "misfitting__fineweb_c4__transformer": ("misfitting-c4", "isoflop-misfitting", "authors"),
}
ISOFLOP_REFUSED = {
    "ml_scalefit": "the same Chinchilla runs digitised a second time",
    "llama_3": "a normalised loss, not nats per token",
}
EVAL_SETS = {"chinchilla": "massivetext", "marin": "paloma-macro", "misfitting": "c4"}
CORPORA = {"misfitting-c4": "fineweb"}
PORIAN_CORPORA = {"rw": "refinedweb", "owt2": "openwebtext2"}
GADRE_CORPORA = {"c4_original": "c4", "rpj": "rpj", "rw_original": "rw"}
OLMO_EVAL = "c4_en__CE"


def loss_run(
    source: Source, row: RawRow, group: str, corpus: str, eval_set: str, loss: float, flop: float, convention: str,
    *, confidence: str = "confident", tokenizer: str = "", parameters: float | None = None,
    tokens: float | None = None, budget_flop: float | None = None, left_out_because: str = "",
) -> Row:
    """One row of loss_runs; the study is the first word of its group."""
    return {
        "run_id": f"{source.key}-{row.number:04d}",
        "group": group,
        "study": group.split("-")[0],
        "corpus": corpus,
        "tokenizer": tokenizer,
        "eval_set": eval_set,
        "parameters": parameters,
        "tokens": tokens,
        "training_flop": flop,
        "flop_convention": convention,
        "loss_nats_per_token": loss,
        "budget_flop": budget_flop,
        "left_out_because": left_out_because,
        **source.provenance(confidence),
    }


def hoffmann(folder: Path) -> Imported:
    """The digitised points of Hoffmann et al., D = C / 6N; the five artefacts are marked."""
    source = SOURCES["hoffmann-digitised"]
    result = Imported()
    for row in read_csv(folder / "chinchilla_points_besiroglu.csv", ("Model Size", "Training FLOP", "loss")):
        parameters, flop = float(row["Model Size"]), float(row["Training FLOP"])
        tokens = flop / (6.0 * parameters)
        result.rows.append(
            loss_run(
                source, row, "hoffmann-massivetext", "massivetext", "massivetext", float(row["loss"]), flop,
                "6nd_total", confidence="likely", parameters=parameters, tokens=tokens,
                left_out_because="artefact" if rules.is_artefact(parameters, tokens) else "",
            )
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
        group, key, convention = ISOFLOP_EXPERIMENTS[row["experiment"]]
        study, corpus = group.split("-", 1)
        result.rows.append(
            loss_run(
                SOURCES[key], row, group, CORPORA.get(group, corpus), EVAL_SETS[study], float(row["loss"]),
                float(row["budget"]), convention, confidence="likely", parameters=float(row["params"]),
                tokens=float(row["tokens"]), budget_flop=float(row["budget"]),
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
    source, result = SOURCES["porian"], Imported()
    columns = ("dataset", "hparams", "param_count", "val", "budget_flops", "N", "D", "loss")
    for row in read_csv(folder / "porian_isoflop_points.csv", columns):
        if not is_tuned_standard(row):
            reason = "another accounting of the same runs"
            result.refused.append(Refusal(row.number, row["dataset"], reason, "loss_runs", source.key))
            continue
        corpus, flop = PORIAN_CORPORA[row["dataset"]], float(row["budget_flops"])
        result.rows.append(
            loss_run(
                source, row, f"porian-{corpus}", corpus, corpus, float(row["loss"]), flop, "authors",
                parameters=float(row["N"]), tokens=float(row["D"]), budget_flop=flop,
            )
        )
    return result


def gadre(folder: Path) -> Imported:
    """104 models on three corpora, evaluated on C4 validation; the seven other evaluation sets are refused."""
    source, result = SOURCES["gadre"], Imported()
    for row in read_csv(folder / "gadre_losses_long.csv", ("name", "train_dataset", "N", "D", "val_set", "loss")):
        if "/c4_val/" not in row["val_set"]:
            reason = "another evaluation set: not comparable with C4 validation"
            result.refused.append(Refusal(row.number, row["name"], reason, "loss_runs", source.key))
            continue
        corpus = GADRE_CORPORA[row["train_dataset"]]
        parameters, tokens = float(row["N"]), float(row["D"])
        result.rows.append(
            loss_run(
                source, row, f"gadre-{corpus}-c4val", corpus, "c4-val", float(row["loss"]),
                rules.six_n_d(parameters, tokens), "6nd_total", tokenizer="gpt-neox-20b", parameters=parameters,
                tokens=tokens,
                left_out_because="" if float(row["chinchilla_multiplier"]) == 1.0 else "not at 20 tokens a parameter",
            )
        )
    return result


def olmo_reason(row: RawRow) -> str:
    """Why a run of the OLMo ladder enters neither of its two groups; empty for those that do."""
    name = row["file"]
    if name.startswith("peteish"):
        return "" if name.endswith("_eval_full.csv") and "medlr" not in name else "a part or variant of a longer run"
    if "rerun" in name:
        return "a rerun"
    return "" if name.split("-")[1] in ("1xC.csv", "10xC.csv") else "neither 1x nor 10x Chinchilla"


def olmo(folder: Path) -> Imported:
    """The OLMo ladder and the 7B and 13B runs, C4 cross-entropy, the authors' FLOP."""
    source, result = SOURCES["olmo-ladder"], Imported()
    for row in read_csv(folder / "olmo_ladder_final_losses.csv", ("file", "N_nonemb", "D", "C_olmo", OLMO_EVAL)):
        group = "olmo-1xc-c4" if "1xC" in row["file"] else "olmo-10xc-c4"
        result.rows.append(
            loss_run(
                source, row, group, "olmo-mix", "c4-en", float(row[OLMO_EVAL]), float(row["C_olmo"]), "authors",
                parameters=float(row["N_nonemb"]), tokens=float(row["D"]), left_out_because=olmo_reason(row),
            )
        )
    return result


CEREBRAS_FAMILIES = {
    "Cerebras-GPT SP (paper)": ("cerebras-pile", "cerebras-paper", "pile-test", ""),
    "Cerebras-GPT SP (HF model card)": (
        "cerebras-pile", "cerebras-model-card", "pile-test", "a second version of the table, which disagrees"
    ),
    "Cerebras-GPT muP (paper)": ("cerebras-pile", "cerebras-paper", "pile-test", "another parametrisation"),
    "Pythia (Pile test by Cerebras)": ("pythia-pile-test", "cerebras-paper", "pile-test", ""),
    "Pythia (W&B val)": ("pythia-pile-val", "pythia", "pile-validation", ""),
}


def cerebras_and_pythia(folder: Path) -> Imported:
    """Two laboratories on the Pile; five families, one of them a disagreeing copy and one another parametrisation."""
    result = Imported()
    path = folder / "published_loss_tables_cerebras_pythia.csv"
    for row in read_csv(path, ("family", "D_tokens", "C_flop", "C_method", "loss_nats_per_token", "tokenizer")):
        group, key, eval_set, reason = CEREBRAS_FAMILIES[row["family"]]
        result.rows.append(
            loss_run(
                SOURCES[key], row, group, "pile", eval_set, float(row["loss_nats_per_token"]), float(row["C_flop"]),
                "6nd_total" if row["C_method"].startswith("6*") else "authors", confidence="likely",
                tokenizer=row["tokenizer"], parameters=number(row["N_total"]), tokens=number(row["D_tokens"]),
                left_out_because=reason,
            )
        )
    return result
