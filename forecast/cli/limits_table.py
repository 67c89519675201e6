"""What holds an answer up: a table of its limits, and of the forms of a mixed law, for a terminal."""

from __future__ import annotations

from forecast.cli.layout import filled, share
from forecast.engine import words
from forecast.engine.answer import Answer, BindingLimit, LawComponent, Quantile
from forecast.engine.scenario import CHANGERS

_FORMS = {"pooled": "with a floor", "power_law": "without a floor"}
_SHOWN = (0.1, 0.5, 0.9)


def limits_text(answer: Answer) -> str:
    """The limits that are on; empty where there are not several, or where nothing had to be waited for."""
    limits = answer.binding_limits
    if len(limits) < 2 or answer.p_already == 1:
        return ""
    heads = ["waited for last", f"tightest {_then(answer)}", *_effect_heads(answer)]
    rows = [_row(answer, limit) for limit in limits]
    table = [
        f"  {name:<15}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=False))
        for name, cells in zip(["limit", *(_name(b) for b in limits)], [heads, *rows], strict=True)
    ]
    return "\n".join([*table, _note(answer)])


_WIDTHS = (16, 18, 16, 13)


def _row(answer: Answer, limit: BindingLimit) -> list[str]:
    return [words.percent(limit.share_of_arrivals), words.percent(limit.share_at_horizon), *_effect(answer, limit)]


def _then(answer: Answer) -> str:
    """The horizon in a column's head: `in 2060`, or `at end` where it is a month."""
    horizon = words.horizon_words(answer.question)
    return f"in {horizon}" if horizon.isdigit() else "at end"


def _name(limit: BindingLimit) -> str:
    return limit.limit.replace("_", " ")


def _told(answer: Answer) -> bool:
    """Whether the effects of the limits were asked for."""
    return any(limit.p_by_horizon_without is not None for limit in answer.binding_limits)


def _dated(answer: Answer) -> bool:
    """Whether the effect is one on the median, and not on the probability within the horizon."""
    return words.end_words(answer, 0.5).split()[0] not in ("beyond", "never")


def _effect_heads(answer: Answer) -> list[str]:
    if not _told(answer):
        return []
    if _dated(answer):
        return ["median without", "years added"]
    horizon = words.horizon_words(answer.question)
    return [f"by {horizon} if off" if horizon.isdigit() else "by then if off", "share lost"]


def _effect(answer: Answer, limit: BindingLimit) -> list[str]:
    if limit.p_by_horizon_without is None:
        return []
    if not _dated(answer):
        lost = limit.p_by_horizon_without - answer.cdf.probability[-1]
        return [words.percent(limit.p_by_horizon_without), words.percent(max(lost, 0.0))]
    if limit.median_without is None:
        return [f"beyond {words.horizon_words(answer.question)}", ""]
    at_once = limit.median_without <= answer.cdf.decimal_year[0]
    moved = "" if limit.years_moved is None else f"{limit.years_moved:.1f}"
    return ["already" if at_once else words.month(limit.median_without), moved]


def _note(answer: Answer) -> str:
    horizon = words.horizon_words(answer.question)
    told = f"Waited for last: in how many of the arrivals by {horizon} it was the last obstacle. Tightest: in how many "
    told += f"of all draws it caps a run the most in {horizon}."
    changes = [_name(limit) for limit in answer.binding_limits if limit.limit in CHANGERS]
    if changes:
        told += f" For {words.listed(changes)}: in how many draws it moves what is needed or what is paid."
    return filled(told, "  ", "  ")


def components_text(answer: Answer) -> str:
    """The forms of a mixed law, each with its own dates; empty where the law has one form."""
    if not answer.components:
        return ""
    asked = [q.probability for q in answer.components[0].quantiles]
    chosen = [p for p in _SHOWN if p in asked] or asked[:3]
    heads = f"  {'form of the law':<16}{'weight':>8}" + "".join(f"{share(p):>15}" for p in chosen) + f"{'never':>8}"
    return "\n".join([heads, *(_component(answer, one, chosen) for one in answer.components)])


def _component(answer: Answer, one: LawComponent, chosen: list[float]) -> str:
    dates = [reached(answer, q) for q in one.quantiles if q.probability in chosen]
    shown = "".join(f"{date if len(date) < 15 else 'beyond':>15}" for date in dates)  # only a month is longer
    never = words.percent(one.p_never).replace("under ", "<").replace("over ", ">")
    return f"  {_FORMS.get(one.name, one.name):<16}{words.percent(one.weight):>8}{shown}{never:>8}"


def reached(answer: Answer, quantile: Quantile) -> str:
    """When a quantile is reached, in words."""
    if quantile.position in ("already", "never"):
        return quantile.position
    if quantile.decimal_year is None:
        return f"beyond {words.horizon_words(answer.question)}"
    return words.month(quantile.decimal_year)
