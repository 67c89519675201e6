"""Dates of an answer, what stands behind them, and how an answer is taken apart."""

from __future__ import annotations

from forecast.glossary.entry import Entry

DATES = (
    Entry(
        "as of",
        "The day on which a forecast begins. What was published later is not in it: not the data, not the laws, not "
        "the priors.",
        "As a filter on today's forecast. It selects a posterior that was fitted for that day, and never shifts one.",
        ("as-of",),
    ),
    Entry(
        "data cutoff",
        "The last day of publication of the rows that a fit has seen; at most the as-of day.",
        "As the day to which the world is known. Much of what happened by then was disclosed later, or never.",
        ("cutoff",),
    ),
    Entry(
        "hindsight rows",
        "Rows of which no record of that time exists, so that today's value was used, with a wider error. Answers "
        "count them.",
        "As an error in the data. They are the price of looking back, and they flatter a backtest if nobody counts "
        "them.",
        ("hindsight",),
    ),
    Entry(
        "already",
        "The target was within reach in the first month of the forecast. When before that is not said.",
        "As a statement that such a model exists. It could have been trained; nobody need have done so.",
        ("now",),
    ),
    Entry(
        "within the horizon",
        "The target comes within reach after the first month and by the last month of the question, and has a date.",
        "As sure once the median has a date. Many draws may still lie beyond it.",
        ("within", "horizon"),
    ),
    Entry(
        "beyond the horizon",
        "The target comes within reach, but after the last month that the question asks about.",
        "As never. A longer horizon turns beyond into dates; it does nothing to never.",
        ("beyond",),
    ),
    Entry(
        "never",
        "The target is out of reach at any date in this draw: the loss lies under its floor, or the limits level off "
        "below what it needs.",
        "As proof that it cannot be done. It is so under the law and the limits that the question chose.",
    ),
    Entry(
        "quantile over all draws",
        "The date by which a share of all draws has arrived, counting those that never do. It may be beyond the "
        "horizon, or never.",
        "As a quantile of the dates that there are. A median over arrivals only would be early, and earlier the fewer "
        "draws arrive.",
        ("quantile", "median", "80 % interval"),
    ),
    Entry(
        "Monte Carlo error",
        "How far a number would move if the draws were others of the same kind: an error of counting.",
        "As the uncertainty of the forecast. That is the width of the interval, and is usually far larger.",
        ("mcse", "standard error"),
    ),
)

BELIEFS = (
    Entry(
        "prior",
        "What is believed of a quantity before the data, with its source in words. Some priors are judgements, and "
        "say so.",
        "As a guess that the data correct. Where no data speak, the prior is the answer.",
        ("distribution",),
    ),
    Entry(
        "posterior",
        "What is believed after the data: some thousand draws of every quantity that was fitted, in one file.",
        "As the forecast. Inputs that no data inform are drawn beside it, and the question chooses among them.",
        ("draws", "fit"),
    ),
    Entry(
        "prior-only",
        "A model that had fewer than five rows and is sampled from its prior. Questions that need it are refused.",
        "As a wide posterior. It has seen nothing.",
        ("prior only",),
    ),
    Entry(
        "nowcast",
        "A check before a posterior may answer: do the runs that are known lie where it says? It ends in PASSED, "
        "FLAGGED or REFUSED.",
        "As a proof of skill. It catches a broken fit; calibration is what tells skill.",
        ("gate", "flagged", "refused"),
    ),
    Entry(
        "set and prior",
        "Two ways to change an input in a scenario: `set` overwrites it in every draw, `prior` weighs the draws anew "
        "or draws it again.",
        "As the same. Setting leaves all else as it was, and is no evidence; a prior moves what is correlated with it.",
        ("intervention", "override", "scenario"),
    ),
    Entry(
        "condition",
        "An event that is taken to happen, such as a run of 1e28 FLOP by 2028: the answer is over the draws in which "
        "it does.",
        "As a cause. Worlds with such a run differ from the others in what made it possible, too.",
        ("given", "conditional"),
    ),
    Entry(
        "k-hat",
        "How heavy the tail of the weights is when draws of one prior stand for another. Over 0.7 the answer is "
        "refused, and the model has to be fitted anew.",
        "As a measure of fit. It says whether re-weighting works, and nothing about whether the prior is right.",
        ("khat", "psis", "pareto k", "effective draws", "ess"),
    ),
    Entry(
        "tornado",
        "For each input the median date in its lowest and in its highest fifth, the widest on top.",
        "As what happens if the input is changed. Inputs that move together move together here as well.",
        ("sensitivity",),
    ),
    Entry(
        "Shapley effect",
        "The share of the date's variance that is due to a block of inputs, split fairly where they act together. The "
        "shares sum to one.",
        "As how important a thing is in the world. It is how much our doubt about it matters to this answer.",
        ("shapley",),
    ),
    Entry(
        "value of information",
        "By how much the error of the date would be expected to fall if an input were known.",
        "As a price worth paying. It counts years of error, and only of this question.",
        ("voi", "evpi"),
    ),
    Entry(
        "calibration",
        "Whether what was given 80 % came true in 80 % of cases, in refits as of past dates.",
        "As being right. Wide intervals are calibrated easily; the CRPS asks for narrow ones too.",
        ("coverage", "backtest"),
    ),
    Entry(
        "CRPS",
        "A score of a whole distribution against what happened, in the unit of the quantity: zero is perfect, and for "
        "a single number it is the absolute error.",
        "As comparable between quantities. An error of 0.3 orders of magnitude and one of 0.3 years have nothing in "
        "common.",
        ("score",),
    ),
    Entry(
        "overlay",
        "Somebody else's belief of a date, drawn beside the forecast. It does not move it.",
        "As a forecast of the same event. Most are about abilities; ours is about loss, compute and money.",
        ("belief", "import"),
    ),
)
