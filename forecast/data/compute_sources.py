"""Sources of compute, cost, hardware and the economy."""

from __future__ import annotations

from datetime import date

from forecast.data.source import APACHE, CC_BY, MIT, PUBLIC_DOMAIN, Source

_EPOCH = "Epoch AI"
_EPOCH_MODELS = "https://epoch.ai/data/ai-models"
_ALL = "values of the runs in the newest file as this older file had them (vintages)"


def _all_systems(day: date, file: str) -> Source:
    return Source(
        f"epoch-all-{day}", f"All machine-learning systems, {day}", _EPOCH, _EPOCH_MODELS, CC_BY, day, _ALL, file
    )


COMPUTE_SOURCES = (
    Source(
        "epoch-notable",
        "Notable AI models",
        _EPOCH,
        _EPOCH_MODELS,
        CC_BY,
        date(2026, 7, 19),
        "every run with training compute; training cost by three methods",
        "compute/epoch_notable_ai_models_2026-07-19.csv",
    ),
    _all_systems(date(2023, 12, 20), "compute/epoch_all_ml_systems_vintage_2023-12-20.csv"),
    _all_systems(date(2024, 5, 26), "compute/epoch_all_ml_systems_vintage_2024-05-26.csv"),
    _all_systems(date(2025, 6, 20), "compute/epoch_all_ml_systems_vintage_2025-06-20.csv"),
    _all_systems(date(2025, 8, 7), "compute/epoch_all_ml_systems_2025-08-07.csv"),
    Source(
        "training-costs-2024",
        "The rising costs of training frontier AI models",
        "Cottier, Rahman, Fattorini, Maslej, Owen (Epoch AI)",
        "https://arxiv.org/abs/2405.21015",
        CC_BY,
        date(2024, 5, 31),
        "cost by three methods, as 2023 dollars (most are 3.5 % under the same runs in the newest file)",
        "compute/model_costs.csv",
    ),
    Source(
        "training-costs-2025",
        "The rising costs of training frontier AI models, updated values",
        _EPOCH,
        "https://epoch.ai/blog/how-much-does-it-cost-to-train-frontier-ai-models",
        CC_BY,
        date(2025, 2, 17),
        "amortized cost before a later revision (the file bears no date: that of its newest run is used)",
        "compute/model_costs_updated.csv",
    ),
    Source(
        "epoch-hardware",
        "Machine-learning hardware",
        _EPOCH,
        "https://epoch.ai/data/machine-learning-hardware",
        CC_BY,
        date(2026, 7, 19),
        "launch price, release date and peak performance of chips",
        "compute/epoch_ml_hardware_2026-07-19.csv",
    ),
    Source(
        "hobbhahn-besiroglu",
        "Trends in GPU price-performance",
        "Hobbhahn, Besiroglu (Epoch AI)",
        "https://epoch.ai/blog/trends-in-gpu-price-performance",
        APACHE,
        date(2023, 3, 2),
        "FP32 performance and real 2020 prices of GPUs, 2006-2021",
        "compute/hobbhahn_gpu_trends_2023-03-02.csv",
    ),
    Source(
        "epoch-hardware-prices",
        "Hardware prices",
        _EPOCH,
        "https://epoch.ai/data/machine-learning-hardware",
        CC_BY,
        date(2025, 6, 20),
        "on-demand rental prices per chip-hour",
        "compute/epoch_hardware_prices_2025-06-20.csv",
    ),
    Source(
        "gpu-rental-prices",
        "GPU rental prices, 2026-08-22",
        "Adrian Nutiu (gpu-rental-prices)",
        "https://github.com/adriannutiu/gpu-rental-prices",
        CC_BY,
        date(2026, 8, 22),
        "on-demand offers of seven chips on one day",
        "compute/gpu_rental_prices_2026-08-22.json",
    ),
    Source(
        "ai-chip-counts",
        "AI chip sales and ownership",
        "Epoch AI (ai-chip-counts)",
        "https://github.com/epoch-research/ai-chip-counts",
        MIT,
        date(2026, 4, 15),
        "cumulative chips by type, in total and by owner (publication date: the day its notes give)",
        "compute/chip_counts",
    ),
    Source(
        "us-cpi",
        "Consumer Price Index, all urban consumers",
        "US Bureau of Labor Statistics",
        "https://www.bls.gov/cpi/",
        PUBLIC_DOMAIN,
        date(2026, 6, 10),
        "annual averages, which carry all money to 2023 dollars; with it in one row per year: world GDP (World "
        "Bank), the producer price index of data processing and hosting (BLS) and capital expenditure of Alphabet, "
        "Amazon and Microsoft (company filings)",
        "compute/cpiai.csv",
        date(2026, 6, 10),
    ),
    Source(
        "world-gdp",
        "World GDP, current US dollars",
        "World Bank",
        "https://data.worldbank.org/indicator/NY.GDP.MKTP.CD",
        PUBLIC_DOMAIN,
        date(2024, 7, 1),
        "the world's total",
        "compute/gdp.csv",
    ),
    Source(
        "data-processing-ppi",
        "Producer Price Index: data processing, hosting (PCU518210518210)",
        "US Bureau of Labor Statistics",
        "https://fred.stlouisfed.org/series/PCU518210518210",
        PUBLIC_DOMAIN,
        date(2025, 7, 15),
        "annual averages of full years",
        "compute/PCU518210518210.csv",
    ),
    Source(
        "big-tech-capex",
        "Payments for property and equipment",
        "filings of Alphabet, Amazon and Microsoft",
        "https://www.sec.gov/edgar",
        PUBLIC_DOMAIN,
        date(2025, 11, 1),
        "full years; Microsoft's unpublished second quarter is the mean of its neighbours",
        "compute/capex_history_quarterly.csv",
    ),
)
"""Every source of a compute, cost, hardware or economic table."""
