"""A question as a question platform could put it: what counts, by which source, on which date, and what if in doubt.

What becomes affordable is not an event that anybody announces. So the text resolves on the first thing that can be
observed and that shows it: a published run, a published loss, a price. It says so, because that comes later than what
is forecast, or never.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator

from forecast.engine.question import Payer, Question, Target
from forecast.engine.words import condition_words, money, number
from forecast.families import Distribution
from forecast.inputs import INPUTS
from forecast.priors import ALGORITHMS

GPT3_FLOP = 3.14e23
EPOCH = "Epoch AI's table of notable AI models"
REVISION_DAYS = 90


def resolution_text(question: Question, floor_nats: float | None = None) -> str:
    """The resolution text of a question.

    Parameters
    ----------
    question : Question
        Settled, so that what was left to defaults is told.
    floor_nats : float, optional
        Irreducible loss, nats per token, that a target above the floor is resolved with: a number that is fixed when
        the question opens. Without it the text says where the number comes from.

    Returns
    -------
    str
        Paragraphs under a title, with a line for each; every quantity with its unit.
    """
    parts = [
        ("Question", f"When will {_subject(question.target)} be {_state(question)}?"),
        ("Resolves to", _event(question, floor_nats)),
        ("Source of truth", _source(question)),
        ("Date", _date_rule(question)),
        ("Ties", "Several that qualify on one day resolve it to that day; no choice among them is needed."),
        ("Revisions", _revisions(question)),
        ("In doubt", _doubt(question)),
        ("If it does not happen", _otherwise(question)),
        *(("Only if", words) for words in _provisos(question)),
        ("Not meant", _not_meant(question)),
    ]
    return "\n\n".join(f"{name}: {text}" for name, text in parts) + "\n"


def _subject(target: Target) -> str:
    value = number(target.value)
    subjects = {
        "loss": f"a loss of {target.value:g} nats per token on {target.scale}",
        "reducible_loss": f"a loss {target.value:g} nats per token above the floor of {target.scale}",
        "bits_per_character": f"a loss of {target.value:g} bits per character on {target.scale}",
        "indistinguishable_tokens": f"the loss at which a judge of {target.scale} needs {value} tokens",
        "brain_anchor": f"a training run with the compute of a brain over {value} seconds",
        "gpt3_multiple": f"a training run of {value} times GPT-3's compute",
        "training_flop": f"a training run of {value} FLOP",
    }
    return subjects[target.kind]


def _state(question: Question) -> str:
    if question.criterion == "on_trend":
        return "reached by the largest runs"
    if question.criterion == "inference_affordable":
        return f"sold at {money(question.inference_usd_per_100_pages or 0.0)} (2023 US dollars) for 100 pages"
    usd = question.payer.usd_2023
    if question.payer.kind == "fixed_usd_2023" and usd:
        return f"affordable for {money(usd)} (2023 US dollars)"
    if question.payer.kind == "spend_path" and usd:
        return f"affordable for {money(usd)} (2023 US dollars) that grow"
    return "paid for by somebody"


def _event(question: Question, floor_nats: float | None) -> str:
    """What has to be observed, and what its words mean."""
    subject = _which(question, floor_nats)
    if question.criterion == "inference_affordable":
        first = f"the first day on which a model {subject} writes 100 pages for {_page_price(question)}."
    elif _by_price(question):
        budget = f"{_budget(question.payer)}{_scoped(question)}"
        first = f"the first day on which {number(_flop(question.target))} FLOP of training cost at most {budget}."
        first += f" No such run has to be made. {_PRICES[question.price_basis]}"
    elif _asks_money(question):
        first = f"the day of publication of the first model {subject}, if its training cost at most "
        first += f"{_budget(question.payer)}{_scoped(question)}."
    else:
        first = f"the day of publication of the first model {subject}."
    meant = (first, _floor(question, floor_nats), _effective(question))
    return " ".join(part for part in meant if part)


def _asks_money(question: Question) -> bool:
    return question.criterion == "affordable" and question.payer.kind not in ("frontier_spend", "unlimited")


def _by_price(question: Question) -> bool:
    """Whether the price of compute decides it, without a run."""
    return _asks_money(question) and not question.target.is_loss


def _which(question: Question, floor_nats: float | None) -> str:
    """What the model has to be."""
    if question.target.is_loss:
        return f"that {_loss_reached(question, floor_nats)}"
    return f"whose final training run had at least {number(_flop(question.target))} FLOP"


def _loss_reached(question: Question, floor_nats: float | None) -> str:
    target = question.target
    on = f"on the evaluation set of the scale {target.scale}"
    if target.kind == "loss":
        return f"has a loss of at most {target.value:g} nats per token {on}"
    if target.kind == "bits_per_character":
        return f"has a loss of at most {target.value:g} bits per character {on}"
    gap = target.value
    if target.kind == "indistinguishable_tokens":
        confidence = target.judge_confidence or 0.9
        gap = _median(target.slowdown, "judge.slowdown") * math.log(confidence / (1 - confidence)) / target.value
    if floor_nats is not None:
        return f"has a loss of at most {floor_nats + gap:.4g} nats per token {on}"
    return f"has a loss at most {gap:.4g} nats per token above the floor {on}"


def _floor(question: Question, floor_nats: float | None) -> str:
    if floor_nats is not None or question.target.kind not in ("reducible_loss", "indistinguishable_tokens"):
        return ""
    return (
        f"The floor is the median of the irreducible loss of {question.target.scale} in the posterior "
        f"{question.posterior}: a number, to be stated when the question opens."
    )


def _flop(target: Target) -> float:
    if target.kind == "brain_anchor":
        return _median(target.flop_per_s, "brain.flop_per_s") * target.value
    return target.value * (GPT3_FLOP if target.kind == "gpt3_multiple" else 1.0)


def _median(given: Distribution | None, name: str) -> float:
    return float((INPUTS[name].prior if given is None else given).ppf(0.5))


def _effective(question: Question) -> str:
    """How physical compute counts where algorithms are on."""
    algorithms = question.algorithms
    if question.target.is_loss or algorithms is None or algorithms.kind == "off":
        return ""
    prior = algorithms.halving_months or ALGORITHMS[algorithms.kind]
    most = f", at most by {number(10**algorithms.ceiling_oom)} times in all" if algorithms.ceiling_oom else ""
    return (
        f"The FLOP are effective ones: how many are needed halves once in every {prior.median:g} months from "
        f"{question.as_of} on{most}."
    )


def _page_price(question: Question) -> str:
    tokens = 100 * _median(None, "inference.tokens_per_page")
    return (
        f"at most {money(question.inference_usd_per_100_pages or 0.0)}, by its list price for {number(tokens)} tokens "
        "of output, open to the public, in 2023 US dollars"
    )


_PRICES = {
    "realised": (
        "The price of a FLOP is training cost over training compute: the median over the models of the year before "
        "that day that have both in the source, and at least a hundredth of that compute."
    ),
    "list_rental": (
        "The price of a FLOP is the median over vendors of the on-demand price of an hour of the newest datacentre "
        "chip that at least three of them offer, over 35 % of its peak 16-bit FLOP in that hour."
    ),
    "amortized_purchase": (
        "The price of a FLOP is 1.6 times the launch price of the datacentre chip that is cheapest by it, over 35 % of "
        "its peak 16-bit FLOP in 90 % of four years."
    ),
}


def _budget(payer: Payer) -> str:
    told = f"{money(payer.usd_2023 or 0.0)} in 2023 US dollars"
    if payer.kind != "spend_path" or payer.growth is None:
        return told
    rate = 10 ** float(payer.growth.ppf(0.5))
    most = f", and at most {money(payer.ceiling_usd_2023)}" if payer.ceiling_usd_2023 else ""
    return f"{told} on {payer.from_date}, times {rate:.3g} a year from then on{most}"


def _scoped(question: Question) -> str:
    """By how much the cost of the final run is multiplied before it is compared."""
    staff, development = (_median(None, f"cost_scope.{name}") for name in ("staff", "development"))
    times = {"with_staff": staff, "development": staff * development}.get(question.cost_scope)
    return f" (the cost of the run is taken {times:.3g} times, for {_SCOPES[question.cost_scope]})" if times else ""


_SCOPES = {"with_staff": "staff", "development": "staff and experiments"}


def _source(question: Question) -> str:
    if question.criterion == "inference_affordable":
        own = _report(question) if question.target.is_loss else f"{EPOCH}, column training compute"
        return f"the public price list of whoever serves the model, kept in a web archive; {own}."
    if question.target.is_loss:
        cost = f"; for its cost {EPOCH}, column training compute cost (2023 USD)" if _asks_money(question) else ""
        return f"{_report(question)}{cost}."
    if _by_price(question) and question.price_basis == "list_rental":
        return "the public price lists of the vendors, kept in a web archive."
    if _by_price(question) and question.price_basis == "amortized_purchase":
        return "Epoch AI's table of machine-learning hardware, columns release price, release date and peak FLOP/s."
    cost = ", training compute cost (2023 USD)" if _by_price(question) else ""
    return (
        f"{EPOCH}, columns training compute{cost} and publication date. If it is no longer kept up: its last version, "
        "and the developer's own report."
    )


def _report(question: Question) -> str:
    return (
        "a public report that states the loss on that evaluation set, by the developer or by anybody who ran the model "
        f"on it (`timelines scale show {question.target.scale}` tells the set, the corpus and the tokenizer)"
    )


def _date_rule(question: Question) -> str:
    if question.criterion == "inference_affordable" or _by_price(question):
        return "the first day, UTC, for which the source shows it; a month without a day counts as its last day."
    return (
        "the day of the model's publication, not that of the run and not that of the estimate; a month without a day "
        "counts as its last day. A model that was published before the question opened resolves it to the opening."
    )


def _revisions(question: Question) -> str:
    return (
        f"Values are read {REVISION_DAYS} days after the day that they would resolve it to, as the source then states "
        "them. What is revised later changes nothing. Dollars of another year become those of 2023 by the annual "
        "averages of the US consumer price index (CPI-U)."
    )


def _doubt(question: Question) -> str:
    if question.target.is_loss:
        return (
            "A loss per token of another tokenizer counts times its tokens over the scale's tokens of the same text. A "
            "loss on other text, or by a model that was trained on the evaluation set, does not count."
        )
    return (
        "An estimate of the source counts at its central value, whatever its confidence. A run whose compute nobody "
        "states or estimates does not count until somebody does; then it counts with its own day of publication."
    )


def _otherwise(question: Question) -> str:
    last = question.horizon_month()
    day = last.replace(day=monthrange(last.year, last.month)[1])
    return f"After {day}, if nothing qualified by the end of that day. Nothing is ever resolved as never."


def _provisos(question: Question) -> Iterator[str]:
    if question.condition is not None:
        words = condition_words(question.condition).removeprefix("only where ")
        yield f"{words}, by the same source; otherwise the question is annulled."


def _not_meant(question: Question) -> str:
    told = "The forecast is of the day on which it could be paid for. What is observed here comes on that day or later."
    if question.criterion == "on_trend":
        told = "The forecast is of the largest run, disclosed or not. What is observed here is what was disclosed."
    elif _by_price(question):
        told = "The forecast also asks for chips, power and data, where these limits are on. Here only money is asked."
    what = "loss" if question.target.is_loss else "compute"
    return f"{told} Nothing is said of what such a model can do: this is a question about {what} and money."
