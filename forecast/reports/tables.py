"""The headline: the loss 1.24 and 0.86 and a run of 2e29 FLOP, by law, payer and algorithms.

Forty-five answers on one posterior; every number in it is an answer's. An option that was not published by the
posterior's as-of date is left out; a question that the posterior cannot answer is listed with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from operator import itemgetter
from typing import Any

from forecast.engine.answer import Answer
from forecast.engine.question import BASELINE, Algorithms, AlgorithmsKind, Law, Payer, Question, Scenario, Target
from forecast.engine.reasons import is_stall, together
from forecast.engine.scenario import PHYSICAL_LIMITS
from forecast.errors import InputError
from forecast.forecaster import Forecaster
from forecast.posterior.artefact import Posterior
from forecast.priors import ALGORITHMS as ALGORITHM_PRIORS
from forecast.priors import ALGORITHMS_PUBLISHED_ON
from forecast.reports.facts import DataCount, count_rows

SCALE = "kaplan-webtext2"
BY_YEARS = (2030, 2035, 2040)
BUDGET_USD_2023 = 1e9

OPTIONS: tuple[AlgorithmsKind, ...] = ("off", "16mo", "8mo")
ALGORITHMS: dict[str, str] = {
    "off": "no algorithmic progress",
    "16mo": "halving every 16 months",
    "8mo": "halving every 8 months",
}
"""What each option says of the compute that a fixed loss needs."""

ALGORITHMS_AT_LENGTH = {
    "off": "no algorithmic progress: the compute that a loss needs stays what it is",
    **{
        kind: f"that compute halves every {prior.median:g} months ({prior.source})"
        for kind, prior in ALGORITHM_PRIORS.items()
    },
}

FRONTIER, MONEY_ONLY, ONE_BN = "frontier spend", "money only", "$1bn"
_ONLY = Scenario("no-physical-limits", switches=tuple((limit, False) for limit in PHYSICAL_LIMITS))
PAYERS = {
    FRONTIER: (Payer(), BASELINE),
    MONEY_ONLY: (Payer(), _ONLY),
    ONE_BN: (Payer.fixed(BUDGET_USD_2023), BASELINE),
}
"""Who pays, and what is assumed: the frontier's spend as it is limited, then by its money alone, then a fixed sum."""

MONEY_ONLY_AT_LENGTH = "frontier spend with the limits of chips, power, data and data movement switched off"
POOLED, OWN = "pooled law, 1 % noise", "Kaplan’s own law"
_BRIEF = {POOLED: "the pooled law", OWN: OWN}
_LAWS = {POOLED: Law("pooled", relative_noise=0.01), OWN: Law.published("kaplan")}
TARGETS: dict[str, Target] = {
    f"loss 1.24 on {SCALE}": Target.loss(1.24, SCALE),
    f"loss 0.86 on {SCALE}": Target.loss(0.86, SCALE),
    "a run of 2e29 FLOP": Target.training_flop(2e29),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One target, law and payer, under every option for algorithms.

    Attributes
    ----------
    target, law, payer : str
        In words; a target in FLOP has no law.
    answers : mapping of str to Answer
        By option for algorithms.
    """

    target: str
    law: str
    payer: str
    answers: Mapping[str, Answer]

    @property
    def brief(self) -> str:
        """Target and law in a few words: `1.24 under the pooled law`."""
        target = self.target.removeprefix("loss ").removesuffix(f" on {SCALE}")
        return f"{target} under {_BRIEF[self.law]}" if self.law else target


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that the posterior cannot answer, and why."""

    target: str
    law: str
    reason: str


@dataclass(frozen=True)
class Headline:
    """The headline of one posterior.

    Attributes
    ----------
    posterior : Posterior
        What answered.
    algorithms : tuple of str
        Options that were published by its as-of date.
    rows : tuple of Row
        In the order of the table.
    unanswered : tuple of Unanswered
        What is missing from it.
    """

    posterior: Posterior
    algorithms: tuple[AlgorithmsKind, ...]
    rows: tuple[Row, ...]
    unanswered: tuple[Unanswered, ...]

    @property
    def blocks(self) -> list[tuple[str, str, list[Row]]]:
        """Rows by target and law."""
        keys = dict.fromkeys((row.target, row.law) for row in self.rows)
        return [(*key, [row for row in self.rows if (row.target, row.law) == key]) for key in keys]

    @property
    def any_answer(self) -> Answer:
        """One answer, for what all share: posterior, provenance and data notice."""
        return next(iter(self.rows[0].answers.values()))

    @property
    def by_years(self) -> tuple[int, ...]:
        """Years by whose end every answer states a probability."""
        return tuple(stated.year for stated in self.any_answer.p_by_year)

    @property
    def horizon(self) -> int:
        """Last year within."""
        return self.any_answer.question.horizon_month().year

    @cached_property
    def data(self) -> tuple[DataCount, ...]:
        """The tables behind the posterior; empty where the installed ones are not those that it was fitted on."""
        return count_rows(self.posterior)

    def find(self, value: float, law: str, payer: str) -> Row | None:
        """The row of a loss, law and payer, where it is answered."""
        found = (row for row in self.rows if row.target.startswith(f"loss {value:g} ") and row.law == law)
        return next((row for row in found if row.payer == payer), None)

    def never(self) -> dict[str, list[tuple[str, float]]]:
        """Each reason of `never` once: the targets and laws where it counts, with its largest probability there.

        Limits that stop growing count as one reason.
        """
        reasons: dict[str, dict[str, float]] = {}
        answers = [answer for row in self.rows for answer in row.answers.values()]
        stalls = {one.reason for answer in answers for one in answer.never_reasons if is_stall(one)}
        stalled = together(sorted(stalls)) if stalls else ""
        for row in self.rows:
            for answer in row.answers.values():
                for reason, probability in _never_of(answer, stalled).items():
                    seen = reasons.setdefault(reason, {})
                    seen[row.brief] = max(seen.get(row.brief, 0.0), probability)
        return {reason: list(seen.items()) for reason, seen in reasons.items()}

    def to_dict(self) -> dict[str, Any]:
        """The headline as JSON values: what is shared once, then an answer for each cell, without its monthly curve."""
        shared = self.any_answer.to_dict()
        return {
            "as_of": shared["provenance"]["as_of"],
            "data_cutoff": shared["provenance"]["data_cutoff"],
            "posterior": shared["posterior"],
            "provenance": {k: v for k, v in shared["provenance"].items() if k != "scenario_hash"},
            "tables": [{"table": c.table, "rows": c.rows, "digest": c.digest} for c in self.data],
            "data_notice": shared["data_notice"],
            "rows": [_row_dict(row, kind) for row in self.rows for kind in row.answers],
            "unanswered": [{"target": u.target, "law": u.law, "reason": u.reason} for u in self.unanswered],
        }


def _never_of(answer: Answer, stalled: str) -> dict[str, float]:
    """Why an answer is never, with every limit that stops growing under one name."""
    found: dict[str, float] = {}
    for reason in answer.never_reasons:
        name = stalled if is_stall(reason) else reason.reason
        found[name] = found.get(name, 0.0) + reason.probability
    return found


_SHARED_OR_LONG = ("cdf", "data_notice", "posterior", "provenance")


def _row_dict(row: Row, kind: str) -> dict[str, Any]:
    answer = row.answers[kind].to_dict()
    own = {name: value for name, value in answer.items() if name not in _SHARED_OR_LONG}
    words = {"target": row.target, "law": row.law, "payer": row.payer, "algorithms": kind}
    return {**words, **own, "scenario_hash": answer["provenance"]["scenario_hash"]}


def headline(forecaster: Forecaster) -> Headline:
    """Ask the headline's questions.

    Parameters
    ----------
    forecaster : Forecaster
        On the posterior that answers.

    Returns
    -------
    Headline
        With a row for every question that the posterior can answer.

    Raises
    ------
    InputError
        When it can answer none of them.
    """
    as_of = forecaster.posterior.as_of
    known = tuple(kind for kind in OPTIONS if ALGORITHMS_PUBLISHED_ON.get(kind, "") <= as_of.isoformat())
    years = tuple(year for year in BY_YEARS if year >= as_of.year)
    blocks = {
        (name, law_name): Question(target, law=law, by_years=years)
        for name, target in TARGETS.items()
        for law_name, law in (_LAWS if target.kind == "loss" else {"": None}).items()
    }
    answers, refused = _asked(forecaster, blocks, known)
    rows = [row for block in blocks if block not in refused for row in _rows(block, answers, known)]
    if not rows:
        name = forecaster.posterior.name
        raise InputError(f"posterior {name} answers none of the headline; choose another", field="posterior")
    unanswered = tuple(Unanswered(*block, refused[block]) for block in blocks if block in refused)
    return Headline(forecaster.posterior, known, tuple(rows), unanswered)


Block = tuple[str, str]
"""A target and a law, in words."""


def _asked(
    forecaster: Forecaster, blocks: Mapping[Block, Question], known: tuple[AlgorithmsKind, ...]
) -> tuple[dict[tuple[Block, str, str], Answer], dict[Block, str]]:
    """The answers by block, payer and option, and why some blocks have none.

    Targets under one law, payer and option follow each other: what limits them is worked out once.
    """
    answers: dict[tuple[Block, str, str], Answer] = {}
    refused: dict[Block, str] = {}
    by_law = sorted(blocks, key=itemgetter(1))
    for (name, (payer, scenario)), kind, block in product(PAYERS.items(), known, by_law):
        if block not in refused:
            one = replace(blocks[block], payer=payer, scenario=scenario, algorithms=Algorithms(kind))
            try:
                answers[block, name, kind] = forecaster.ask(one)
            except InputError as error:
                refused[block] = error.message
    return answers, refused


def _rows(
    block: Block, answers: Mapping[tuple[Block, str, str], Answer], known: tuple[AlgorithmsKind, ...]
) -> list[Row]:
    rows = {name: Row(*block, name, {kind: answers[block, name, kind] for kind in known}) for name in PAYERS}
    if not any(limit.limit != "money" for limit in next(iter(rows[FRONTIER].answers.values())).binding_limits):
        del rows[MONEY_ONLY]  # no other limit was known by then, so that it says the same
    return list(rows.values())
