"""Groups of comparable losses: one study, one training corpus, one tokenizer, one evaluation set.

Each group has its own irreducible loss and level; only exponents and noise may be pooled across groups. FLOP counts
differ between conventions by up to 1.7x, so each group states its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from forecast.data.raw import RawRow, Row
from forecast.data.sources import SOURCES


class Size(TypedDict):
    """Size of a run."""

    parameters: float
    tokens: float


@dataclass(frozen=True, slots=True)
class Group:
    """What makes losses comparable, and where they are from.

    Attributes
    ----------
    name : str
        Slug; its first word is the study.
    corpus, eval_set, tokenizer : str
        Trained on, evaluated on, and in whose tokens (empty where unpublished).
    source : str
        Key of the registry of sources.
    flop_convention : str
        `6nd_total`, `6nd_non_embedding` or `authors`.
    confidence : str
        `confident` for tables of the authors, `likely` for digitised or quoted values.
    """

    name: str
    corpus: str
    eval_set: str
    source: str
    flop_convention: str
    confidence: str = "confident"
    tokenizer: str = ""

    def columns(self) -> Row:
        """The columns that runs and points of this group share."""
        return {
            "group": self.name,
            "study": self.name.split("-")[0],
            "corpus": self.corpus,
            "eval_set": self.eval_set,
            "flop_convention": self.flop_convention,
        }

    def run(
        self,
        row: RawRow,
        loss: float,
        flop: float,
        *,
        parameters: float | None = None,
        tokens: float | None = None,
        budget_flop: float | None = None,
        left_out_because: str = "",
        source: str = "",
    ) -> Row:
        """One row of loss_runs; `source` only where a group's rows come from two files."""
        key = source or self.source
        return {
            "run_id": f"{key}-{row.number:04d}",
            **self.columns(),
            "tokenizer": self.tokenizer,
            "parameters": parameters,
            "tokens": tokens,
            "training_flop": flop,
            "loss_nats_per_token": loss,
            "budget_flop": budget_flop,
            "left_out_because": left_out_because,
            **SOURCES[key].provenance(self.confidence),
        }


_GPT2, _NEOX = "gpt-2", "gpt-neox-20b"

_LIST = (
    Group("hoffmann-massivetext", "massivetext", "massivetext", "hoffmann-digitised", "6nd_total", "likely"),
    Group("chinchilla-massivetext", "massivetext", "massivetext", "isoflop-hoffmann", "6nd_total", "likely"),
    Group("marin-comma", "comma", "paloma-macro", "isoflop-marin", "authors", "likely"),
    Group("marin-dclm", "dclm", "paloma-macro", "isoflop-marin", "authors", "likely"),
    Group("marin-nemotron", "nemotron", "paloma-macro", "isoflop-marin", "authors", "likely"),
    Group("misfitting-c4", "fineweb", "c4", "isoflop-misfitting", "authors", "likely"),
    Group("porian-refinedweb", "refinedweb", "refinedweb", "porian", "authors", tokenizer=_NEOX),
    Group("porian-openwebtext2", "openwebtext2", "openwebtext2", "porian", "authors", tokenizer=_NEOX),
    Group("gadre-c4-c4val", "c4", "c4-val", "gadre", "6nd_total", tokenizer=_NEOX),
    Group("gadre-rpj-c4val", "redpajama", "c4-val", "gadre", "6nd_total", tokenizer=_NEOX),
    Group("gadre-rw-c4val", "refinedweb", "c4-val", "gadre", "6nd_total", tokenizer=_NEOX),
    Group("olmo-1xc-c4", "olmo-mix", "c4-en", "olmo-ladder", "authors"),
    Group("olmo-10xc-c4", "olmo-mix", "c4-en", "olmo-ladder", "authors"),
    Group("cerebras-pile", "pile", "pile-test", "cerebras-paper", "authors", "likely", _GPT2),
    Group("pythia-pile-test", "pile", "pile-test", "cerebras-paper", "authors", "likely", "gpt-2 units"),
    Group("pythia-pile-val", "pile", "pile-validation", "pythia", "6nd_total", "likely", _NEOX),
    Group("misfitting-last-c4", "fineweb", "c4", "misfitting", "6nd_total"),
    Group("datablations-c4", "c4", "c4-validation", "datablations", "6nd_total", tokenizer=_GPT2),
    Group("opt-validation", "opt-mix", "opt-validation", "opt", "6nd_total", tokenizer=_GPT2),
    Group("steplaw-train", "stepfun-mix", "training loss", "steplaw", "6nd_non_embedding"),
)

GROUPS: Mapping[str, Group] = {group.name: group for group in _LIST}
"""Every group by name."""
