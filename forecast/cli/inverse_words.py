"""The inverses of a question as plain text for a terminal, and as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from forecast.cli.basis import choices_text, source_text
from forecast.cli.layout import filled, share
from forecast.engine import words
from forecast.engine.inverse import AffordableLoss, BudgetAtDate, BudgetSurface, RequiredBudget, ValueQuantile
from forecast.units import decimal_year

ACROSS = 4
NO_BUDGET = "none enough"
_UNDER_FLOOR = (
    "Under 0: beyond the data the law itself is uncertain, and in those draws it goes on falling under its floor."
)


def losses(found: Sequence[AffordableLoss]) -> str:
    """The losses on each day, ending in a newline."""
    first = found[0]
    parts = [
        filled(_loss_sentence(found)),
        *(_loss_table(one, len(found) > 1) for one in found),
        filled(_loss_notes(found)),
        choices_text(first.choices),
        _source(first),
    ]
    return "\n\n".join(parts) + "\n"


def _loss_sentence(found: Sequence[AffordableLoss]) -> str:
    first = found[0]
    whom = "On trend" if first.question.criterion == "on_trend" else words.payer_words(first.question.payer)
    told = [_of(one.loss_nats_per_token, _loss, f"in {_month(one.date)}") for one in found]
    opening = words.subject_to(first.question, f"{whom[0].upper()}{whom[1:]}")
    return f"{opening}, the loss on {first.scale}, in nats per token, comes down to {words.listed(told)}."


def _loss_table(one: AffordableLoss, dated: bool) -> str:
    above = [_loss(q.value) for q in one.reducible_nats_per_token]
    compute = [_flop(q.value) for q in one.log10_flop]
    columns = {"loss": [_loss(q.value) for q in one.loss_nats_per_token]}
    columns |= {"above the floor": above} if above else {}
    columns["compute, FLOP"] = compute
    title = [f"In {_month(one.date)}"] if dated else []
    return "\n".join([*title, *_table([q.probability for q in one.loss_nats_per_token], columns)])


def _table(probabilities: Sequence[float], columns: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Columns under their names, beside the probabilities."""
    yield f"  {'probability':<14}" + "".join(f"{name:>16}" for name in columns)
    for i, probability in enumerate(probabilities):
        yield f"  {share(probability):>8}      " + "".join(f"{cells[i]:>16}" for cells in columns.values())


def _loss_notes(found: Sequence[AffordableLoss]) -> str:
    told = "Loss in nats per token, at or under the value with the probability on the left; each column is ranked by "
    told += "itself. Compute: what the run does, without what algorithms save."
    under = any(q.value is not None and q.value < 0 for one in found for q in one.reducible_nats_per_token)
    return f"{told} {_UNDER_FLOOR}" if under else told


def losses_csv(found: Sequence[AffordableLoss]) -> str:
    """One row for each day, quantity and probability."""
    return "\n".join(["date,quantity,probability,value", *_loss_rows(found)]) + "\n"


def _loss_rows(found: Sequence[AffordableLoss]) -> Iterator[str]:
    for one in found:
        for name in ("loss_nats_per_token", "reducible_nats_per_token", "log10_flop"):
            for q in getattr(one, name):
                yield f"{one.date},{name},{q.probability!r},{_cell(q)}"


def budgets(found: RequiredBudget) -> str:
    """The budgets by each day, ending in a newline."""
    parts = [
        filled(_budget_sentence(found)),
        *(_budget_table(found.dates[i : i + ACROSS]) for i in range(0, len(found.dates), ACROSS)),
        filled(_budget_notes(found)),
        *([] if found.surface is None else _surface(found.surface)),
        choices_text(found.choices),
        _source(found),
    ]
    return "\n\n".join(parts) + "\n"


def _budget_sentence(found: RequiredBudget) -> str:
    opening = words.subject_to(found.question, words.target_words(found.question.target))
    told = [_of(day.usd_2023, _sum, f"by {_month(day.date)}") for day in found.dates]
    return f"{opening} needs a budget (constant 2023 US dollars) of {words.listed(told)}."


def _budget_table(days: Sequence[BudgetAtDate]) -> str:
    columns = {f"by {_short(day.date)}": [_money(q.value) for q in day.usd_2023] for day in days}
    never = "".join(f"{words.percent(day.p_never_enough):>16}" for day in days)
    lines = _table([q.probability for q in days[0].usd_2023], columns)
    return "\n".join([*lines, f"  {'none is enough':<14}{never}"])


def _budget_notes(found: RequiredBudget) -> str:
    told = "The budget is enough with the probability on the left."
    if any(day.p_never_enough for day in found.dates):
        told += " No sum is enough where the other limits forbid the run on that day, or no compute reaches the target."
    return told


def _surface(surface: BudgetSurface) -> list[str]:
    """How likely each sum is enough: days down, sums across."""
    count = len(surface.budgets_usd_2023)
    tables = []
    for i in range(0, count, ACROSS):
        sums = surface.budgets_usd_2023[i : i + ACROSS]
        lines = [f"  {'enough by':<14}" + "".join(f"{words.money(usd):>16}" for usd in sums)]
        for k, day in enumerate(surface.dates):
            cells = surface.probability[k * count + i : k * count + i + len(sums)]
            lines.append(f"  {_short(day):<14}" + "".join(f"{words.percent(p):>16}" for p in cells))
        tables.append("\n".join(lines))
    return tables


def budgets_csv(found: RequiredBudget) -> str:
    """One row for each quantile, each share without enough, and each point of the surface."""
    return "\n".join(["date,quantity,probability,usd_2023", *_budget_rows(found)]) + "\n"


def _budget_rows(found: RequiredBudget) -> Iterator[str]:
    for at in found.dates:
        for q in at.usd_2023:
            yield f"{at.date},quantile,{q.probability!r},{_cell(q)}"
        yield f"{at.date},never_enough,{at.p_never_enough!r},"
    surface = found.surface
    if surface is not None:
        points = ((day, usd) for day in surface.dates for usd in surface.budgets_usd_2023)
        for (day, usd), p in zip(points, surface.probability, strict=True):
            yield f"{day},surface,{p!r},{usd!r}"


def _source(found: AffordableLoss | RequiredBudget) -> str:
    conditioned = found.question.condition is not None
    return source_text(found.provenance, found.posterior, found.data_notice, conditioned)


def _of(ranked: Sequence[ValueQuantile], told: Callable[[float | None], str], when: str) -> str:
    """The median and when, with the 80 % interval as far as it was asked for; else the first quantile."""
    at = {q.probability: told(q.value) for q in ranked}
    if 0.5 not in at:
        return f"{told(ranked[0].value)} {when} with probability {share(ranked[0].probability)}"
    interval = f" (80 %: {at[0.1]} to {at[0.9]})" if {0.1, 0.9} <= at.keys() else ""
    return f"{at[0.5]} {when}{interval}"


def _month(day: str) -> str:
    return words.month(decimal_year(date.fromisoformat(day)))


def _short(day: str) -> str:
    """A month that fits a column: `Jan 2030`."""
    name, year = _month(day).split()
    return f"{name[:3]} {year}"


def _loss(nats: float | None) -> str:
    return "none" if nats is None else f"{nats:.3g}"


def _flop(log10_flop: float | None) -> str:
    return "unlimited" if log10_flop is None else words.number(10.0**log10_flop)


def _sum(usd: float | None) -> str:
    return "more than any sum" if usd is None else words.money(usd)


def _money(usd: float | None) -> str:
    return NO_BUDGET if usd is None else words.money(usd)


def _cell(quantile: ValueQuantile) -> str:
    return "" if quantile.value is None else repr(quantile.value)
