"""Laws of growth as they were published: at an origin, the last one that stood in print.

====================  =========================  ================================================================
of                    law                        source
====================  =========================  ================================================================
compute               doubling in 24 months      Moore 1975, "Progress in Digital Integrated Electronics"
compute               doubling in 3.4 months     Amodei & Hernandez 2018-05-16, "AI and Compute"
compute               doubling in 6 months       Sevilla et al. 2022-02-11, arXiv 2202.05924
price                 halving in 24 months       Moore 1975, at an equal price of the chip
price                 tenfold fall in 4 years    AI Impacts 2015-03-10, "Trends in the cost of computing"
price                 tenfold fall in 13 years   AI Impacts 2017-11-11, "Recent trend in the cost of computing" (10-16)
price                 halving in 16 months       Branwen 2020-05-28, "On GPT-3" (hardware and algorithms together)
price                 halving in 2.46 years      Hobbhahn & Besiroglu 2022-06-27, "Trends in GPU price-performance"
cost                  growth of .49 oom a year   Cottier 2023-01-31, "Trends in the dollar training cost of ML systems"
loss                  C^-0.048                   Brown et al. 2020-05-28, arXiv 2005.14165, figure 3.1 (Kaplan's form)
====================  =========================  ================================================================

Before a law of cost was published, cost grows as the laws of compute and price say together: compute times price.
Published intervals, where there are any, are of a fit and no forecast; none is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forecast.units import LOG10_2

MONTHS = 12


@dataclass(frozen=True, slots=True)
class PublishedLaw:
    """A rate of change that somebody published.

    Attributes
    ----------
    of : str
        `compute`, `price`, `cost` or `loss`.
    oom_per_year : float
        Change in log10 a year; of a loss, the exponent: change in log10 per order of magnitude of compute.
    published_on : date
        When; the first of the year where no day is known.
    words : str
        What it says, and where.
    """

    of: str
    oom_per_year: float
    published_on: date
    words: str


LAWS = (
    PublishedLaw("compute", LOG10_2 / 2, date(1975, 1, 1), "doubling in 24 months: Moore 1975"),
    PublishedLaw(
        "compute",
        LOG10_2 * MONTHS / 3.4,
        date(2018, 5, 16),
        "doubling in 3.4 months: Amodei & Hernandez, AI and Compute",
    ),
    PublishedLaw("compute", LOG10_2 * 2, date(2022, 2, 11), "doubling in 6 months: Sevilla et al., arXiv 2202.05924"),
    PublishedLaw("price", -LOG10_2 / 2, date(1975, 1, 1), "halving in 24 months: Moore 1975"),
    PublishedLaw(
        "price", -1 / 4, date(2015, 3, 10), "tenfold fall in 4 years: AI Impacts, Trends in the cost of computing"
    ),
    PublishedLaw(
        "price",
        -1 / 13,
        date(2017, 11, 11),
        "tenfold fall in 10-16 years: AI Impacts, Recent trend in the cost of computing",
    ),
    PublishedLaw("price", -LOG10_2 * MONTHS / 16, date(2020, 5, 28), "halving in 16 months: Branwen, On GPT-3"),
    PublishedLaw(
        "price",
        -LOG10_2 / 2.46,
        date(2022, 6, 27),
        "halving in 2.46 years: Hobbhahn & Besiroglu, Trends in GPU price-performance",
    ),
    PublishedLaw(
        "cost",
        0.49,
        date(2023, 1, 31),
        "growth of .49 orders of magnitude a year: Cottier, Trends in the dollar training cost of ML systems",
    ),
    PublishedLaw("loss", -0.048, date(2020, 5, 28), "2.57 C^-0.048: Brown et al., arXiv 2005.14165"),
)


def last(of: str, origin: date) -> PublishedLaw | None:
    """The newest law of something that was in print by an origin."""
    known = [law for law in LAWS if law.of == of and law.published_on <= origin]
    return max(known, key=lambda law: law.published_on, default=None)


def rate(of: str, origin: date) -> float:
    """What the last law says, log10 a year.

    Raises
    ------
    LookupError
        Where none was in print.
    """
    law = last(of, origin)
    if law is not None:
        return law.oom_per_year
    if of == "cost":
        return rate("compute", origin) + rate("price", origin)
    raise LookupError(f"no law of {of} was published by {origin}")


def exponent() -> float:
    """Kaplan's exponent of the loss: the losses are held out by compute, not by time, so any origin would do."""
    return next(law.oom_per_year for law in LAWS if law.of == "loss")
