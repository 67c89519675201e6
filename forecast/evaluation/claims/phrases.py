"""Facts and forecasts as sentences, each with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from forecast.engine.words import money, number
from forecast.evaluation.claims.claim import Number, Told
from forecast.evaluation.claims.record import Cost, Record, Run


def no_forecast(words: str) -> Told:
    """Where the posterior of the day has nothing to forecast, and why."""
    return Told(words)


def first_run(record: Record, gpt3_multiple: float, after: date, at_least: float | None = None) -> Told:
    """The first run of a multiple of GPT-3 after a day; `at_least` where less than the multiple rounds to it."""
    subject = f"First run of {number(gpt3_multiple)} x GPT-3"
    run = record.first_of(gpt3_multiple if at_least is None else at_least, after)
    if run is None:
        return Told(f"{subject}: none by {record.known_until}.")
    return Told(f"{subject}: {described(run)}.", _numbers(subject, run))


def largest_run(run: Run) -> Told:
    """The largest run."""
    return Told(f"Largest known run: {described(run)}.", _numbers("Largest known run", run))


def described(run: Run) -> str:
    """A run in words: name, date, compute, how well it is known."""
    doubt = "" if run.confidence == "confident" else f", {run.confidence}"
    return f"{run.system}, {run.published_on} ({number(run.flop)} FLOP, {number(run.gpt3_multiple)} x GPT-3{doubt})"


def costs(subject: str, usd_2023: Sequence[float]) -> Told:
    """The range of several estimates of one cost, in 2023 dollars."""
    low, high = min(usd_2023), max(usd_2023)
    span = money(low) if len(usd_2023) == 1 else f"{money(low)} to {money(high)}"
    numbers = (Number(f"{subject}: lowest", low, "2023 USD"), Number(f"{subject}: highest", high, "2023 USD"))
    return Told(f"{subject}: {span} (2023 dollars).", numbers)


def costliest(cost: Cost) -> Told:
    """The costliest run."""
    words = f"Costliest run recorded: {cost.system}, {cost.published_on}, {money(cost.usd_2023)} (2023 dollars)."
    return Told(words, (Number("costliest run", cost.usd_2023, "2023 USD"),))


def _numbers(subject: str, run: Run) -> tuple[Number, ...]:
    return (
        Number(f"{subject}: publication", run.year, "decimal year"),
        Number(f"{subject}: compute", run.flop, "FLOP"),
        Number(f"{subject}: multiple", run.gpt3_multiple, "GPT-3"),
    )


def known_since(record: Record, after: date) -> Told:
    """The facts against which claims of 2020 and 2021 are read."""
    told = first_run(record, 10, after) + first_run(record, 67, after, at_least=66.5)
    told = told + first_run(record, 100, after) + first_run(record, 1000, after)
    told = told + costs("Chips' use and energy of GPT-4", record.costs_of(("GPT-4 (Mar 2023)", "GPT-4")))
    return told + largest_run(record.largest())
