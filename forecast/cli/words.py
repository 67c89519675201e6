"""An answer as plain text for a terminal: a sentence, then tables, at most 80 columns, no colour needed."""

from __future__ import annotations

from forecast.cli.basis import choices_text, source_text
from forecast.cli.layout import LABEL, filled, share
from forecast.cli.limits_table import components_text, limits_text, reached
from forecast.engine import words
from forecast.engine.answer import Answer, Quantile, YearProbability
from forecast.engine.reasons import condensed
from forecast.evaluation.outcome import Outcome


def render(answer: Answer, since: Outcome | None = None) -> str:
    """The whole answer, ending in a newline; for a forecast of the past, with what has happened since."""
    conditioned = answer.question.condition is not None
    parts = [
        filled(words.sentence(answer)),
        "What happened\n" + filled(since.in_words(), "  ", "  ") if since else "",
        _quantile_table(answer),
        _mass_table(answer),
        _year_table(answer),
        components_text(answer),
        limits_text(answer),
        choices_text(answer.choices, answer.notices),
        source_text(answer.provenance, answer.posterior, answer.data_notice, conditioned),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _quantile_table(answer: Answer) -> str:
    rows = [f"  {'probability':<14}{'reached by':<18}{'Monte Carlo error':>17}"]
    rows += [
        f"  {share(q.probability):>8}      {reached(answer, q):<18}{_error(q):>17}".rstrip() for q in answer.quantiles
    ]
    return "\n".join(rows)


def _error(quantile: Quantile) -> str:
    if quantile.mcse_years is None or quantile.position == "already":
        return ""
    return f"{quantile.mcse_years:.2f} years"


def _mass_table(answer: Answer) -> str:
    horizon = words.horizon_words(answer.question)
    within = 1 - answer.p_already - answer.p_beyond_horizon - answer.p_never
    masses = [
        ("already", answer.p_already),
        (f"by {horizon}", max(within, 0.0)),
        (f"beyond {horizon}", answer.p_beyond_horizon),
        ("never", answer.p_never),
    ]
    head = "  " + "".join(f"{name:>18}" for name, _ in masses)
    lines = [head, "  " + "".join(f"{words.percent(p):>18}" for _, p in masses)]
    lines += [
        filled(f"never, {words.percent(reason.probability)}: {reason.reason}", "  ", "    ")
        for reason in condensed(answer.never_reasons)
    ]
    return "\n".join(lines)


def _year_table(answer: Answer) -> str:
    rows = [
        f"  {'by the end of':<{LABEL - 2}}"
        + "".join(f"{p.year:>12}" for p in some)
        + "\n"
        + f"  {'probability':<{LABEL - 2}}"
        + "".join(f"{words.percent(p.probability):>12}" for p in some)
        for some in _fives(answer)
    ]
    return "\n".join(rows)


def _fives(answer: Answer) -> list[tuple[YearProbability, ...]]:
    years = answer.p_by_year
    return [years[i : i + 5] for i in range(0, len(years), 5)]
