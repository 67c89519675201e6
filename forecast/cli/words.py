"""An answer as plain text for a terminal: a sentence, then tables, at most 80 columns, no colour needed."""

from __future__ import annotations

import textwrap

from forecast.engine import words
from forecast.engine.answer import Answer, Quantile, YearProbability
from forecast.evaluation.outcome import Outcome

WIDTH = 80
LABEL = 16
_TOGETHER = "\x00"


def render(answer: Answer, since: Outcome | None = None) -> str:
    """The whole answer, ending in a newline; for a forecast of the past, with what has happened since."""
    parts = [
        _wrapped(words.sentence(answer)),
        "What happened\n" + _filled(since.in_words(), "  ", "  ") if since else "",
        _quantile_table(answer),
        _mass_table(answer),
        _year_table(answer),
        _choices(answer),
        _provenance(answer),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _wrapped(text: str) -> str:
    return _filled(text, "", "")


def _labelled(label: str, text: str) -> str:
    """`label` in its own column, `text` wrapped beside it."""
    return _filled(text, f"  {label:<{LABEL - 2}}", " " * LABEL)


def _filled(text: str, first: str, rest: str) -> str:
    """Wrapped to the width; a percent sign stays with its number."""
    wrapper = textwrap.TextWrapper(
        WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
    )
    return wrapper.fill(text.replace(" %", _TOGETHER + "%")).replace(_TOGETHER, " ")


def _quantile_table(answer: Answer) -> str:
    rows = [f"  {'probability':<14}{'reached by':<18}{'Monte Carlo error':>17}"]
    rows += [
        f"  {_share(q.probability):>8}      {_reached(answer, q):<18}{_error(q):>17}".rstrip() for q in answer.quantiles
    ]
    return "\n".join(rows)


def _share(probability: float) -> str:
    return f"{100 * probability:.3g} %"


def _reached(answer: Answer, quantile: Quantile) -> str:
    if quantile.position == "already":
        return "already"
    if quantile.position == "never":
        return "never"
    if quantile.decimal_year is None:
        return f"beyond {words.horizon_words(answer.question)}"
    return words.month(quantile.decimal_year)


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
        _filled(f"never, {words.percent(reason.probability)}: {reason.reason}", "  ", "    ")
        for reason in answer.never_reasons
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


def _choices(answer: Answer) -> str:
    lines = [_labelled(choice.name.replace("_", " "), choice.words) for choice in answer.choices]
    return "\n".join(["It rests on", *lines])


def _provenance(answer: Answer) -> str:
    source, status = answer.provenance, answer.posterior
    told = [
        ("posterior", f"{source.posterior} ({status.status}), data to {source.data_cutoff}"),
        ("simulation", f"{source.draws:,} draws, seed {source.seed}, version {source.code_version}"),
    ]
    if status.reasons:
        told.append((status.status.lower(), "; ".join(status.reasons)))
    if source.hindsight_rows:
        told.append(
            ("hindsight", ", ".join(f"{h.rows} rows of {h.table}" for h in source.hindsight_rows) + " (widened)")
        )
    told.append(("data", answer.data_notice))
    return "\n".join(["It comes from", *(_labelled(*line) for line in told)])
