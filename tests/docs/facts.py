"""The README's paragraphs with numbers in them: each is written here from a run on the shipped posteriors.

Those about the service are in `tests.docs.service`, the costs in `tests.docs.performance`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from forecast.engine import words
from forecast.engine.answer import Answer
from forecast.engine.paths import largest_so_far, latent, price_path
from forecast.engine.question import DEFAULT_SEED, PriceBasis
from forecast.forecaster import Forecaster
from forecast.inference.diagnostics import THRESHOLDS
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior, read
from forecast.priors import ALGORITHMS
from forecast.units import FLOP_PER_PF_DAY
from tests.docs import performance, service

WIDTH = 120
CLAIM_DATE = date(2020, 7, 27)


def paragraph(name: str) -> str:
    """The paragraph of a name, wrapped, or the table or list as it is; ending in a newline.

    Raises
    ------
    KeyError
        For a name that is neither in `PARAGRAPHS` nor among the blocks of `service` and `performance`.
    """
    blocks = service.BLOCKS | performance.BLOCKS
    if name in blocks:
        return blocks[name]()
    text = " ".join(PARAGRAPHS[name]().split())
    return _filled(text) + "\n"


def _filled(text: str) -> str:
    """Wrapped; a percent sign stays with its number."""
    indent = "  " if text.startswith("- ") else ""
    kept = text.replace(" %", "\x00%")
    lines = textwrap.fill(kept, WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
    return lines.replace("\x00", " ")


@cache
def _reference() -> Forecaster:
    return Forecaster(read(selection.reference().path))


@cache
def _as_of(day: date) -> Forecaster:
    (entry,) = (found for found in selection.available() if found.as_of == day and found.origin == "shipped")
    return Forecaster(read(entry.path))


def _algorithms() -> str:
    asked: dict[str, Any] = {"loss": 0.86, "scale": "kaplan-webtext2", "law": "kaplan", "budget_usd": 1e9}
    found = {kind: _reference().when(**asked, algorithms=kind) for kind in ("off", "16mo", "8mo")}
    return f"""- **Algorithms move the answer most**, by decades, so it names them first. No data here inform them: they
        are priors from papers. $1bn buys the loss 0.86 on Kaplan's law in {_median(found["off"])} without algorithmic
        progress (`off`), in {_median(found["16mo"])} when the compute that a loss needs halves every
        {ALGORITHMS["16mo"].median:g} months (`16mo`), and {_already(found["8mo"])} when it halves every
        {ALGORITHMS["8mo"].median:g} (`8mo`). *Already* then means that somebody who had those algorithms could, not
        that anybody did."""


def _median(answer: Answer) -> str:
    assert answer.p_already < 0.5
    return words.end_words(answer, 0.5)


def _already(answer: Answer) -> str:
    assert answer.p_already > 0.5
    return f"already, with probability {words.percent(answer.p_already)},"


def _prices() -> str:
    realised, rental, purchase = map(_usd_per_pf_day, ("realised", "list_rental", "amortized_purchase"))
    return f"""- **Which price is meant** is part of the question (`--price`). A petaflop/s-day of training now costs
        {realised} by what past runs paid (`realised`, the default), {rental} rented at list price (`list-rental`) and
        {purchase} on datacentre chips that one buys (`amortized`), in constant 2023 dollars."""


def _usd_per_pf_day(basis: str) -> str:
    posterior = _reference().posterior
    chosen: PriceBasis = basis  # type: ignore[assignment]
    prices = price_path(posterior, latent(posterior, DEFAULT_SEED, months=1), chosen)
    return f"${np.median(10 ** prices[:, 0]) * FLOP_PER_PF_DAY:.0f}"


def _ceiling() -> str:
    years = [f"{year:.1f}" for year in _years_by_share(_reference().posterior, 30.0)]
    answer = _reference().when(flop=1e30)
    (payer,) = (choice.words for choice in answer.choices if choice.name == "payer")
    decides = re.search(r"a judgement that decides after about (\d{4})", payer)
    assert decides is not None
    return f"""- **After about {decides[1]} the ceiling on spend decides**: about 0.1 % of world GDP, a judgement that
        no data here inform. Its lowest, middle and highest third put a 1e30 FLOP run in {years[0]}, {years[1]} and
        {years[2]} (medians)."""


def _years_by_share(posterior: Posterior, log10_flop: float) -> list[float]:
    """Median year in which the frontier reaches a compute, by third of the share of GDP that caps its spend."""
    paths = latent(posterior, DEFAULT_SEED)
    reached = largest_so_far(posterior, paths, DEFAULT_SEED, "flop") >= log10_flop
    years = np.append(paths.years[paths.lead :], np.inf)
    arrival = years[np.where(reached.any(axis=1), reached.argmax(axis=1), -1)]
    order = np.argsort(posterior.blocks["compute"]["log10_gdp_share"])
    return [float(np.median(arrival[third])) for third in np.array_split(order, 3)]


def _then() -> str:
    forecaster = _as_of(CLAIM_DATE)
    answer = forecaster.when(flop=2e25, criterion="on_trend")
    rows = forecaster.posterior.manifest["hindsight_rows"]["training_runs"]
    seen = _reference().posterior.observed
    (at,) = (i for i, name in enumerate(seen["compute_name"]) if str(name).startswith("GPT-4 (Mar"))
    flop, published = 10 ** seen["compute_log10_flop"][at], words.month(float(seen["compute_year"][at]))
    return f"""GPT-4, about {words.number(float(f"{flop:.1e}"))} FLOP by today's estimate, was published in {published};
        the median is {answer.median:.1f} in decimal years. That is one success, of one path: no calibration. For {rows}
        of the runs fitted then, the value of that day is not on record; today's stands in, widened, and the answer
        counts them under "hindsight"."""


def _gates() -> str:
    limits = THRESHOLDS
    return f"""A fit runs in a process of its own, and gates judge it. **PASSED**: it answers. **FLAGGED** (a
        divergence, an R-hat above {limits.flag_r_hat:g}, an effective sample under {limits.flag_ess:.0f}, or under
        {words.percent(limits.flag_inside_80)} of the recent known runs inside their 80 % band): it answers, and every
        answer says so. **REFUSED** (an R-hat above {limits.refuse_r_hat:g}, an effective sample under
        {limits.refuse_ess:.0f}, more than {limits.refuse_divergent_share * 100:g} % divergences, or recent runs that
        it holds next to impossible): it is kept for a look, never becomes current, and the exit code is 1."""


PARAGRAPHS: dict[str, Callable[[], str]] = {
    "algorithms": _algorithms,
    "prices": _prices,
    "ceiling": _ceiling,
    "then": _then,
    "gates": _gates,
}
