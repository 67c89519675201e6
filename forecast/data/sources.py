"""The registry of sources: who published what, under which licence, when it was recorded, and what was taken.

`SOURCES.md` is generated from it, and every row of every table carries one of its keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forecast.data.raw import Row

CC_BY = "CC BY 4.0"
APACHE = "Apache-2.0"
MIT = "MIT"
PUBLIC_DOMAIN = "public domain"
FACTS = "none stated (facts, cite the paper)"


@dataclass(frozen=True, slots=True)
class Source:
    """One public source and the file that was read."""

    key: str
    title: str
    authors: str
    url: str
    licence: str
    recorded_on: date
    taken: str
    file: str = ""
    published_on: date | None = None

    def provenance(self, confidence: str, published_on: date | None = None) -> Row:
        """The provenance columns of a row from this source.

        Raises
        ------
        ValueError
            Neither the row nor the source has a publication date.
        """
        published = published_on or self.published_on
        if published is None:
            raise ValueError(f"a row of {self.key} needs its own publication date")
        return {
            "source": self.key,
            "licence": self.licence,
            "confidence": confidence,
            "published_on": published,
            "recorded_on": self.recorded_on,
        }


_EPOCH = "Epoch AI"
_EPOCH_MODELS = "https://epoch.ai/data/ai-models"
_ALL = "values of the runs in the newest file as this older file had them (vintages)"


def _all_systems(day: date, file: str) -> Source:
    return Source(
        f"epoch-all-{day}", f"All machine-learning systems, {day}", _EPOCH, _EPOCH_MODELS, CC_BY, day, _ALL, file
    )


_LIST = (
    Source("epoch-notable", "Notable AI models", _EPOCH, _EPOCH_MODELS, CC_BY, date(2026, 7, 19),
           "every run with training compute; training cost by three methods",
           "compute/epoch_notable_ai_models_2026-07-19.csv"),
    _all_systems(date(2023, 12, 20), "compute/epoch_all_ml_systems_vintage_2023-12-20.csv"),
    _all_systems(date(2024, 5, 26), "compute/epoch_all_ml_systems_vintage_2024-05-26.csv"),
    _all_systems(date(2025, 6, 20), "compute/epoch_all_ml_systems_vintage_2025-06-20.csv"),
    _all_systems(date(2025, 8, 7), "compute/epoch_all_ml_systems_2025-08-07.csv"),
    Source("training-costs-2024", "The rising costs of training frontier AI models", "Cottier, Rahman, Fattorini, "
           "Maslej, Owen (Epoch AI)", "https://arxiv.org/abs/2405.21015", CC_BY, date(2024, 5, 31),
           "cost by three methods, as 2023 dollars (most are 3.5 % under the same runs in the newest file)",
           "compute/model_costs.csv"),
    Source("training-costs-2025", "The rising costs of training frontier AI models, updated values", _EPOCH,
           "https://epoch.ai/blog/how-much-does-it-cost-to-train-frontier-ai-models", CC_BY, date(2025, 2, 17),
           "amortized cost before a later revision (the file bears no date: that of its newest run is used)",
           "compute/model_costs_updated.csv"),
    Source("epoch-hardware", "Machine-learning hardware", _EPOCH, "https://epoch.ai/data/machine-learning-hardware",
           CC_BY, date(2026, 7, 19), "launch price, release date and peak performance of chips",
           "compute/epoch_ml_hardware_2026-07-19.csv"),
    Source("hobbhahn-besiroglu", "Trends in GPU price-performance", "Hobbhahn, Besiroglu (Epoch AI)",
           "https://epoch.ai/blog/trends-in-gpu-price-performance", APACHE, date(2023, 3, 2),
           "FP32 performance and real 2020 prices of GPUs, 2006-2021",
           "compute/hobbhahn_gpu_trends_2023-03-02.csv"),
    Source("epoch-hardware-prices", "Hardware prices", _EPOCH, "https://epoch.ai/data/machine-learning-hardware",
           CC_BY, date(2025, 6, 20), "on-demand rental prices per chip-hour",
           "compute/epoch_hardware_prices_2025-06-20.csv"),
    Source("gpu-rental-prices", "GPU rental prices, 2026-08-22", "the gpu-rental-prices project",
           "https://github.com/search?q=gpu-rental-prices", CC_BY, date(2026, 8, 22),
           "on-demand offers of seven chips on one day", "compute/gpu_rental_prices_2026-08-22.json"),
    Source("ai-chip-counts", "AI chip sales and ownership", "Epoch AI (ai-chip-counts)",
           "https://epoch.ai/data/ai-chip-sales", MIT, date(2026, 4, 15),
           "cumulative chips by type, in total and by owner (publication date: the day its notes give)",
           "compute/chip_counts"),
    Source("us-cpi", "Consumer Price Index, all urban consumers", "US Bureau of Labor Statistics",
           "https://www.bls.gov/cpi/", PUBLIC_DOMAIN, date(2026, 6, 10),
           "annual averages, which carry all money to 2023 dollars; with it in one row per year: world GDP (World "
           "Bank), the producer price index of data processing and hosting (BLS) and capital expenditure of Alphabet, "
           "Amazon and Microsoft (company filings)", "compute/cpiai.csv", date(2026, 6, 10)),
    Source("world-gdp", "World GDP, current US dollars", "World Bank",
           "https://data.worldbank.org/indicator/NY.GDP.MKTP.CD", PUBLIC_DOMAIN, date(2024, 7, 1),
           "the world's total", "compute/gdp.csv"),
    Source("data-processing-ppi", "Producer Price Index: data processing, hosting (PCU518210518210)",
           "US Bureau of Labor Statistics", "https://fred.stlouisfed.org/series/PCU518210518210", PUBLIC_DOMAIN,
           date(2025, 7, 15), "annual averages of full years", "compute/PCU518210518210.csv"),
    Source("big-tech-capex", "Payments for property and equipment", "filings of Alphabet, Amazon and Microsoft",
           "https://www.sec.gov/edgar", PUBLIC_DOMAIN, date(2025, 11, 1),
           "full years; Microsoft's unpublished second quarter is the mean of its neighbours",
           "compute/capex_history_quarterly.csv"),
    Source("hoffmann-digitised", "Chinchilla Scaling: A replication attempt (points of Hoffmann et al. 2022, fig. 4)",
           "Besiroglu, Erdil, Barnett, You; data: Hoffmann et al.", "https://arxiv.org/abs/2404.10102", FACTS,
           date(2024, 4, 15), "all points; published when the figure was (2022-03-29), recorded when digitised",
           "loss/chinchilla_points_besiroglu.csv", date(2022, 3, 29)),
    Source("isoflop-hoffmann", "IsoFLOP collection: Chinchilla", "Czech, Xu, Elmatad, Wang, Held; digitised by "
           "Besiroglu et al.; data: Hoffmann et al.", "https://arxiv.org/abs/2603.22339", FACTS, date(2026, 3, 21),
           "points by budget; published when the figure was (2022-03-29)", "loss/isoflop_collection.csv",
           date(2022, 3, 29)),
    Source("isoflop-marin", "IsoFLOP collection: Marin scaling ladders", "Marin community; collected by Czech et al.",
           "https://arxiv.org/abs/2603.22339", FACTS, date(2026, 3, 21),
           "points by budget on three corpora; the collection labels them March 2026 and the runs have no dates of "
           "their own, so the collection's paper dates them", "loss/isoflop_collection.csv", date(2026, 3, 21)),
    Source("isoflop-misfitting", "IsoFLOP collection: (Mis)Fitting", "Li et al.; collected by Czech et al.",
           "https://arxiv.org/abs/2502.18969", FACTS, date(2026, 3, 21), "points by budget (trained on FineWeb, "
           "evaluated on C4)", "loss/isoflop_collection.csv", date(2025, 2, 26)),
    Source("misfitting", "(Mis)Fitting: a survey of scaling laws", "Li, Kudugunta, Zettlemoyer",
           "https://arxiv.org/abs/2502.18969", FACTS, date(2025, 2, 26),
           "last checkpoints, the best learning rate of each size and token count",
           "loss/misfitting_last_checkpoint.csv", date(2025, 2, 26)),
    Source("porian", "Resolving discrepancies in compute-optimal scaling of language models",
           "Porian, Wortsman, Jitsev, Schmidt, Carmon", "https://arxiv.org/abs/2406.19146", MIT, date(2024, 6, 27),
           "tuned hyperparameters, standard parameter count: isoFLOP points and the authors' optima on two corpora",
           "loss/porian_optimal_pairs.csv", date(2024, 6, 27)),
    Source("gadre", "Language models scale reliably with over-training and on downstream tasks", "Gadre et al.",
           "https://arxiv.org/abs/2403.08540", MIT, date(2024, 3, 13), "C4 validation loss, three training corpora",
           "loss/gadre_losses_long.csv", date(2024, 3, 13)),
    Source("olmo-ladder", "Establishing task scaling laws via compute-efficient model ladders", "Bhagia et al. (Ai2)",
           "https://arxiv.org/abs/2412.04403", APACHE, date(2024, 12, 5),
           "C4 cross-entropy of the ladder and of the 7B and 13B runs", "loss/olmo_ladder_final_losses.csv",
           date(2024, 12, 5)),
    Source("cerebras-paper", "Cerebras-GPT: open compute-optimal language models", "Dey et al. (Cerebras)",
           "https://arxiv.org/abs/2304.03208", FACTS, date(2023, 4, 6),
           "Pile test loss of the paper's tables, with Pythia's as evaluated there",
           "loss/published_loss_tables_cerebras_pythia.csv", date(2023, 4, 6)),
    Source("cerebras-model-card", "Cerebras-GPT model card", "Cerebras",
           "https://www.cerebras.net/blog/cerebras-gpt-a-family-of-open-compute-efficient-large-language-models",
           FACTS, date(2023, 3, 28), "the second version of the same table, which disagrees (kept, left out)",
           "loss/published_loss_tables_cerebras_pythia.csv", date(2023, 3, 28)),
    Source("pythia", "Pythia: a suite for analyzing large language models", "Biderman et al. (EleutherAI)",
           "https://arxiv.org/abs/2304.01373", FACTS, date(2023, 4, 3), "Pile validation loss from public logs",
           "loss/published_loss_tables_cerebras_pythia.csv", date(2023, 4, 3)),
    Source("datablations", "Scaling data-constrained language models", "Muennighoff et al.",
           "https://arxiv.org/abs/2305.16264", FACTS, date(2023, 5, 25), "contour runs with at most four epochs",
           "loss/datablations_contour_losses.csv", date(2023, 5, 25)),
    Source("opt", "OPT: open pre-trained transformer language models (training logs, by ColPret)", "Zhang et al. "
           "(Meta AI); collected by Choshen et al.", "https://arxiv.org/abs/2410.11840", MIT, date(2024, 10, 15),
           "validation perplexity along training, its columns out of log10", "loss/opt_trajectories.csv",
           date(2024, 10, 15)),
    Source("steplaw", "Predictable scale: Part I, optimal hyperparameter scaling law (Step Law)", "Li et al. (StepFun)",
           "https://arxiv.org/abs/2503.04715", FACTS, date(2025, 3, 6), "the best run of each size and token count",
           "loss/steplaw_best_per_cell.csv", date(2025, 3, 6)),
    Source("kaplan-gpt3", "Language models are few-shot learners, fig. 3.1 (form of Kaplan et al. 2020)",
           "Brown et al.; Kaplan et al.", "https://arxiv.org/abs/2005.14165", FACTS, date(2020, 5, 28),
           "L = 2.57 (C / PF-day)^-0.048", published_on=date(2020, 5, 28)),
    Source("hoffmann-law", "Training compute-optimal large language models, approach 3", "Hoffmann et al.",
           "https://arxiv.org/abs/2203.15556", FACTS, date(2022, 3, 29),
           "E 1.69, A 406.4, B 410.7, alpha .34, beta .28", published_on=date(2022, 3, 29)),
    Source("besiroglu-law", "Chinchilla Scaling: A replication attempt", "Besiroglu, Erdil, Barnett, You (Epoch AI)",
           "https://arxiv.org/abs/2404.10102", FACTS, date(2024, 4, 15),
           "E 1.8172, A 482.01, B 2085.43, alpha .3478, beta .3658", published_on=date(2024, 4, 15)),
    Source("cerebras-law", "Cerebras-GPT: open compute-optimal language models, eq. 1", "Dey et al. (Cerebras)",
           "https://arxiv.org/abs/2304.03208", FACTS, date(2023, 4, 6), "L = (C / 5.984e22)^-.0737 + .5066",
           published_on=date(2023, 4, 6)),
)

SOURCES: Mapping[str, Source] = {source.key: source for source in _LIST}
"""Every source by key."""
