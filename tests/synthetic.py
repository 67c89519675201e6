"""A whole posterior without a fit: every block, independent draws centred at the figures of the published checks.

It stands in wherever a test needs *a* posterior. Levels move along their trends to another `as_of`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.posterior.artefact import Posterior
from forecast.posterior.schema import CHANNELS
from forecast.units import FLOP_PER_PF_DAY, decimal_year
from tests.chips import counted_chips

Array = NDArray[np.float64]
Block = dict[str, Array]

AS_OF = date(2026, 11, 20)
DISCLOSED_UNTIL = date(2025, 7, 31)
FIRST_YEAR = {"spend_year": 2010, "price_year": 2012}
SPEND_GROWTH, PRICE_FALL, PHI = 0.56, 0.125, 0.7

# (group, exponent, floor in nats per token, log10 C0, log10 of the largest compute, loss at C0, published)
GROUPS = (
    ("cerebras-pile", 0.10, 0.96, 18.8, 22.4, 2.61, "2023-04-06"),
    ("chinchilla-massivetext", 0.13, 1.52, 19.3, 21.5, 2.86, "2022-03-29"),
    ("gadre-c4-c4val", 0.13, 1.80, 18.4, 19.8, 3.55, "2024-03-13"),
    ("gadre-rpj-c4val", 0.13, 1.84, 18.4, 19.8, 3.70, "2024-03-13"),
    ("gadre-rw-c4val", 0.13, 1.77, 18.4, 19.8, 3.58, "2024-03-13"),
    ("marin-comma", 0.12, 1.60, 18.9, 20.3, 3.10, "2025-09-01"),
    ("marin-dclm", 0.12, 1.85, 18.9, 20.3, 3.40, "2025-09-01"),
    ("marin-nemotron", 0.12, 1.70, 18.9, 20.3, 3.25, "2025-09-01"),
    ("misfitting-c4", 0.12, 1.75, 18.0, 19.6, 3.60, "2025-02-26"),
    ("olmo-10xc-c4", 0.11, 1.70, 20.3, 23.7, 2.85, "2024-12-05"),
    ("olmo-1xc-c4", 0.12, 1.75, 19.5, 20.8, 3.10, "2024-12-05"),
    ("porian-openwebtext2", 0.12, 1.55, 17.7, 19.3, 3.55, "2024-06-27"),
    ("porian-refinedweb", 0.12, 1.60, 17.7, 19.3, 3.85, "2024-06-27"),
)
REDUCIBLE_AT_FLOP = 1e21


def _law(
    name: str, scale: str, published_on: str, floor: float, coefficient: float, unit: float, b: float
) -> dict[str, Any]:
    return {
        "name": name,
        "scale": scale,
        "floor_nats": floor,
        "coefficient_nats": coefficient,
        "flop_unit": unit,
        "exponent": b,
        "flop_low": 1e19,
        "flop_high": 3e23,
        "published_on": published_on,
        "source": name,
    }


def _frontier_law(
    name: str, published_on: str, e: float, a: float, alpha: float, b: float, beta: float
) -> dict[str, Any]:
    """L = E + A/N^alpha + B/D^beta along its own optimum with C = 6 N D."""
    share = beta / (alpha + beta)
    g = (alpha * a / (beta * b)) ** (1 / (alpha + beta))
    exponent = alpha * share
    coefficient = (a * g**-alpha + b * g**beta) * 6**exponent
    return _law(name, f"{name}-massivetext", published_on, e, coefficient, 1.0, exponent)


LAWS = (
    _law("kaplan", "kaplan-webtext2", "2020-05-28", 0.0, 2.57, FLOP_PER_PF_DAY, 0.048),
    _frontier_law("hoffmann", "2022-03-29", 1.69, 406.4, 0.34, 410.7, 0.28),
    _frontier_law("besiroglu", "2024-04-15", 1.8172, 477.8, 0.3473, 2143.0, 0.3672),
    _law("cerebras", "cerebras-pile-law", "2023-04-06", 0.5066, 1.0, 5.984e22, 0.0737),
)
SCALE_LOG10_C0, SCALE_LOG10_C_MAX = 20.0, math.log10(3e23)


def synthetic_posterior(
    draws: int = 400,
    seed: int = 0,
    *,
    as_of: date = AS_OF,
    blocks: Mapping[str, Mapping[str, Any]] | None = None,
    constants: Mapping[str, Mapping[str, Any]] | None = None,
    **manifest: Any,
) -> Posterior:
    """Build a posterior.

    Parameters
    ----------
    draws, seed : int
        Number of draws, and the seed they come from.
    as_of : date
        Start of the forecast; levels are moved there along their trends.
    blocks : mapping, optional
        Replacements such as `{"compute": {"sigma": 0.4}}`; a scalar stands for every draw.
    constants : mapping, optional
        Replacements such as `{"compute": {"runs_per_year": 12.0}}`.
    **manifest
        Replacements of manifest fields: `status="FLAGGED"`, `reasons=["..."]`, `laws=[...]`.
    """
    rng = np.random.default_rng(seed)
    coords = _coords(as_of)
    made = {
        "compute": _compute(rng, draws, as_of, coords),
        "price": _price(rng, draws),
        "loss": _loss(rng, draws),
        "scales": _scales(rng, draws, _laws(as_of)),
    }
    for block, values in (blocks or {}).items():
        for name, value in values.items():
            made[block][name] = np.broadcast_to(np.asarray(value, float), made[block][name].shape)
    return Posterior.new(_manifest(as_of, seed, constants or {}, manifest), made, coords, _observed(rng, as_of))


def _coords(as_of: date) -> dict[str, Any]:
    years = {name: np.arange(first, as_of.year + 1) for name, first in FIRST_YEAR.items()}
    labels = {"channel": CHANNELS, "group": [g[0] for g in GROUPS], "scale": [law["scale"] for law in _laws(as_of)]}
    return {**years, **labels}


def _laws(as_of: date) -> list[dict[str, Any]]:
    return [law for law in LAWS if law["published_on"] <= as_of.isoformat()]


def _lognormal(rng: np.random.Generator, median: float, sd_ln: float, draws: int) -> Array:
    return median * np.exp(sd_ln * rng.standard_normal(draws))


def _drifting(rng: np.random.Generator, mean: Array, tau: Array, years: int) -> Array:
    x = rng.standard_normal(len(mean))
    columns = [x]
    for _ in range(years - 1):
        x = PHI * x + math.sqrt(1 - PHI**2) * rng.standard_normal(len(mean))
        columns.append(x)
    return mean[:, None] + tau[:, None] * np.stack(columns, axis=1)


def _since_reference(as_of: date) -> float:
    return decimal_year(as_of) - decimal_year(AS_OF)


def _compute(rng: np.random.Generator, n: int, as_of: date, coords: Mapping[str, Any]) -> Block:
    moved = _since_reference(as_of)
    block = {
        "p_origin": rng.normal(math.log10(47 / FLOP_PER_PF_DAY) - PRICE_FALL * moved, 0.02, n),
        "g_spend": rng.normal(SPEND_GROWTH, 0.064, n),
        "tau_spend": _lognormal(rng, 0.10, 0.4, n),
        "r_realised": rng.normal(PRICE_FALL, 0.012, n),
        "tau_price": _lognormal(rng, 0.02, 0.5, n),
        "log10_gdp_share": rng.normal(-3, 0.6, n),
        "sigma": rng.normal(0.43, 0.03, n),
        "delta": rng.normal(-0.32, 0.05, n),
        "kappa": rng.beta(6, 14, n),
        "beta": rng.normal(0, 0.03, n),
        "sigma_cost": rng.normal(0.28, 0.024, n),
    }
    block["u_origin"] = 26.97 + SPEND_GROWTH * moved + PRICE_FALL * moved + block["p_origin"] + rng.normal(0, 0.06, n)
    block["sigma_origin"] = block["sigma"] * np.exp(block["delta"] * (decimal_year(as_of) - 2018) / 5)
    spend = _drifting(rng, block["g_spend"], block["tau_spend"], len(coords["spend_year"]))
    price = _drifting(rng, block["r_realised"], block["tau_price"], len(coords["price_year"]))
    block |= {"spend_slopes": spend, "price_slopes": price}
    block["m_spend"] = block["u_origin"] - 3 * spend[:, -3:].mean(axis=1)
    block["a_realised"] = block["p_origin"] + 3 * price[:, -3:].mean(axis=1)
    return block


def _price(rng: np.random.Generator, n: int) -> Block:
    level = np.array([-10.40, -10.00, -9.70, -10.40])
    mu, tau = rng.normal(0.125, 0.012, n), _lognormal(rng, 0.012, 0.45, n)
    return {
        "mu_r": mu,
        "tau_r": tau,
        "r": mu[:, None] + tau[:, None] * rng.standard_normal((n, 4)),
        "a": level + rng.normal(0, 0.06, (n, 4)),
        "sigma": np.array([0.15, 0.25, 0.25, 0.3]) * np.exp(0.1 * rng.standard_normal((n, 4))),
        "ten": rng.normal(-0.45, 0.08, n),
        "r_rental": rng.normal(0.12, 0.015, n),
        "a_rental": rng.normal(-17.75, 0.06, n),
        "q": rng.normal(0.02, 0.01, n),
        "tau_chip": _lognormal(rng, 0.12, 0.2, n),
        "tau_vendor": _lognormal(rng, 0.17, 0.15, n),
        "sigma_rental": _lognormal(rng, 0.15, 0.1, n),
    }


def _loss(rng: np.random.Generator, n: int) -> Block:
    b, floor, c0, l0 = (np.array([group[i] for group in GROUPS]) for i in (1, 2, 3, 5))
    b = b * np.exp(0.1 * rng.standard_normal((n, len(GROUPS))))
    floor = floor * np.exp(0.06 * rng.standard_normal(b.shape))
    log_l0 = np.log(l0) + rng.normal(0, 0.003, b.shape)
    reducible = (np.exp(log_l0) - floor) * (REDUCIBLE_AT_FLOP / 10**c0) ** -b
    return {
        "mu_b": rng.normal(math.log(0.118), 0.1, n),
        "tau_b": _lognormal(rng, 0.2, 0.3, n),
        "mu_e": rng.normal(0.66, 0.15, n),
        "tau_e": _lognormal(rng, 0.35, 0.3, n),
        "mu_s": rng.normal(math.log(0.004), 0.3, n),
        "tau_s": _lognormal(rng, 0.6, 0.2, n),
        "b": b,
        "e": floor / (floor + reducible),
        "log_l0": log_l0,
        "s": _lognormal(rng, 0.004, 0.5, n)[:, None] * np.ones_like(b),
    }


def _scales(rng: np.random.Generator, n: int, laws: list[dict[str, Any]]) -> Block:
    """Floors around the pooled law's; each draw passes through the published law at both ends of its evidence."""
    names = ("b", "floor_nats", "log_l0")
    columns = [_scale(rng, n, law) for law in laws]
    return {name: np.array([column[name] for column in columns]).reshape(-1, n).T for name in names}


def _scale(rng: np.random.Generator, n: int, law: Mapping[str, Any]) -> Block:
    def loss(log10_flop: float) -> float:
        reducible = law["coefficient_nats"] * (10**log10_flop / law["flop_unit"]) ** -law["exponent"]
        return float(law["floor_nats"] + reducible)

    l0 = loss(SCALE_LOG10_C0) * np.exp(rng.normal(0, 0.004, n))
    end = loss(SCALE_LOG10_C_MAX) * np.exp(rng.normal(0, 0.004, n))
    centre = law["floor_nats"] or 0.8
    floor = np.clip(rng.normal(centre, 0.25 * centre, n), 0.1, 0.9 * end)
    b = np.log((l0 - floor) / (end - floor)) / ((SCALE_LOG10_C_MAX - SCALE_LOG10_C0) * math.log(10))
    return {"b": b, "floor_nats": floor, "log_l0": np.log(l0)}


def _observed(rng: np.random.Generator, as_of: date) -> dict[str, Any]:
    year = np.sort(rng.uniform(2012, min(decimal_year(as_of), decimal_year(DISCLOSED_UNTIL)), 40))
    since = year - decimal_year(AS_OF)
    flop = 26.97 + (SPEND_GROWTH + PRICE_FALL) * since + rng.normal(0, 0.4, 40)
    price = math.log10(47 / FLOP_PER_PF_DAY) - PRICE_FALL * since + rng.normal(0, 0.3, 40)
    values = {"compute_log10_flop": flop, "price_log10_usd_per_flop": price, "spend_log10_usd": flop + price}
    for driver in ("compute", "price", "spend"):
        values |= {f"{driver}_year": year, f"{driver}_name": [f"run {number}" for number in range(40)]}
    return values | counted_chips(as_of)


def _constants(as_of: date) -> dict[str, dict[str, Any]]:
    now, disclosed = decimal_year(as_of), decimal_year(DISCLOSED_UNTIL)
    return {
        "compute": {
            "largest_known_log10_flop": math.log10(5e26) + (SPEND_GROWTH + PRICE_FALL) * _since_reference(as_of),
            "largest_known_log10_spend": math.log10(4.9e8) + SPEND_GROWTH * _since_reference(as_of),
            "runs_per_year": 11.75,
            "phi": PHI,
            "simulate_from": min(now, disclosed),
            "anchor": now - 3,
        },
        "price": {},
        "loss": {
            "log10_c0": [group[3] for group in GROUPS],
            "log10_c_max": [group[4] for group in GROUPS],
            "published_on": [group[6] for group in GROUPS],
            "t_ref": 2024.2,
            "omega": 0.01,
            "noise_floor": 0.003,
        },
        "scales": {
            "log10_c0": [SCALE_LOG10_C0] * len(_laws(as_of)),
            "log10_c_max": [SCALE_LOG10_C_MAX] * len(_laws(as_of)),
            "relative_noise": 0.01,
        },
    }


def _manifest(
    as_of: date, seed: int, constants: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, Any]
) -> dict[str, Any]:
    blocks = {
        block: {"run": "synthetic", "model_version": "1", "constants": {**fixed, **constants.get(block, {})}}
        for block, fixed in _constants(as_of).items()
    }
    manifest = {
        "as_of": as_of,
        "data_cutoff": as_of,
        "seed": seed,
        "status": "PASSED",
        "reasons": [],
        "nowcast": {"rows": 14, "inside_80": 0.79, "p_frontier_at_least_observed": 0.34},
        "priors": {"compute": {"g_spend": {"family": "Normal", "mean": 0.33, "sd": 0.25}}},
        "data_digests": {"training_runs": "0" * 64, "loss_points": "1" * 64},
        "data_digest": "2" * 64,
        "hindsight_rows": {"training_runs": 0},
        "prior_only": [],
        "blocks": blocks,
        "sampler": {"chains": 4, "draws": 1000, "tune": 1000, "target_accept": 0.95},
        "diagnostics": {"rhat_max": 1.004, "ess_bulk_min": 2900.0, "divergences": 0},
        "library_versions": {"numpy": "2"},
        "laws": _laws(as_of),
        "data_notice": "synthetic draws; no data behind them",
        "code_version": "0.1.0",
    }
    return {**manifest, **overrides}
