"""How well forecasts of the past did, as it is told: by `timelines calibration`, the service and its client.

    from forecast.evaluation import calibration_answer
    print(calibration_answer.calibration().to_json())

Everything is read from stored tables; nothing is fitted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from forecast.errors import UnknownNameError
from forecast.evaluation import backtests, bar, calibration_encode, checks, machinery, past_fans, skill, stacking
from forecast.evaluation.backtests import Backtest, Listing
from forecast.evaluation.bar import CAVEATS, Check
from forecast.evaluation.calibration import Summary, summarise
from forecast.evaluation.calibration_encode import told
from forecast.evaluation.machinery import Machinery
from forecast.evaluation.past_fans import PastFan
from forecast.evaluation.quantities import BASELINES, MODEL, QUANTITIES
from forecast.evaluation.skill import Skill
from forecast.evaluation.stacking import LawWeights

MODEL_WORDS = "the models of this program, refitted on what was known by each origin"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well forecasts of the past did.

    Attributes
    ----------
    backtest : Backtest
        Whose scores these are.
    summaries : tuple of Summary
        By quantity, window of origins, years ahead and forecaster.
    skills : tuple of Skill
        The models beside each baseline.
    bar : tuple of Check
        What the forecasts are held to; empty for a backtest that was made without its skill.
    machinery : Machinery
        Checks of the machinery itself.
    fans : tuple of PastFan
        What was forecast as of each origin; empty where that was not stored.
    law_weights : LawWeights or None
        How two forms of the scaling law are weighed; None where only one was fitted.
    """

    backtest: Backtest
    summaries: tuple[Summary, ...]
    skills: tuple[Skill, ...]
    bar: tuple[Check, ...]
    machinery: Machinery
    fans: tuple[PastFan, ...]
    law_weights: LawWeights | None

    @property
    def caveats(self) -> tuple[str, ...]:
        """What the figures do not show, in words."""
        return CAVEATS

    @property
    def forecasters(self) -> dict[str, str]:
        """Whose forecasts are scored, and what each does: the models first."""
        words = {MODEL: MODEL_WORDS} | dict(BASELINES) | self.backtest.provenance["baselines"]
        named = {score.forecaster for score in self.backtest.scores}
        return {name: words.get(name, name) for name in sorted(named, key=lambda name: (name != MODEL, name))}

    def only(self, quantities: Iterable[str] = (), forecasters: Iterable[str] = ()) -> Calibration:
        """The same with some quantities, of some forecasters; all where none is named. The bar stays whole.

        Raises
        ------
        UnknownNameError
            For a name that is not there; lists those that are.
        """
        chosen = _chosen("quantity", quantities, QUANTITIES, "quantities")
        whose = _chosen("forecaster", forecasters, self.forecasters, "forecasters")
        summaries = tuple(one for one in self.summaries if one.quantity in chosen and one.forecaster in whose)
        skills = tuple(one for one in self.skills if one.quantity in chosen and one.baseline in whose)
        fans = tuple(one for one in self.fans if one.quantity in chosen)
        return replace(self, summaries=summaries, skills=skills, fans=fans)

    def to_dict(self, *, past_fans: bool = False) -> dict[str, Any]:
        """As JSON values, by proto field names; what was forecast as of each origin only where it is asked for."""
        weights = self.law_weights
        return told(
            {
                "backtest": calibration_encode.backtest_dict(self.backtest, details=True),
                "bar": [calibration_encode.bar_dict(line) for line in self.bar],
                "summaries": [calibration_encode.summary_dict(summary) for summary in self.summaries],
                "skills": [calibration_encode.skill_dict(one) for one in self.skills],
                "forecasters": [calibration_encode.forecaster_dict(*pair) for pair in self.forecasters.items()],
                "fits": [calibration_encode.fit_dict(fit) for fit in self.backtest.fits],
                "machinery": self.machinery.to_dict(),
                "caveats": list(self.caveats),
                "past_fans": [calibration_encode.fan_dict(fan) for fan in self.fans] if past_fans else [],
                "law_weights": None if weights is None else calibration_encode.weights_dict(weights),
            }
        )

    def to_json(self, *, past_fans: bool = False) -> str:
        """The same as JSON text, indented, ending in a newline."""
        return as_json(self.to_dict(past_fans=past_fans))


def calibration(name: str = backtests.SHIPPED, home: Path | str | None = None) -> Calibration:
    """How well the forecasts of a backtest did.

    Parameters
    ----------
    name : str
        The backtest's; by default the shipped one.
    home : Path or str, optional
        The state folder, if it is not the platform's.

    Raises
    ------
    UnknownNameError
        When there is no backtest of that name; lists those that are.
    ArtefactError
        When a table is missing or damaged.
    StorageError
        When the state folder may not be read.
    """
    return of(backtests.find(name, home))


def of(backtest: Backtest) -> Calibration:
    """How well the forecasts of a backtest did that was read already."""
    skills = _skills(backtest)
    return Calibration(
        backtest,
        summaries=tuple(summarise(backtest.scores)),
        skills=tuple(skills),
        bar=tuple(_bar(backtest, skills)),
        machinery=machinery.load(),
        fans=tuple(_fans(backtest)),
        law_weights=_law_weights(backtest),
    )


def _skills(backtest: Backtest) -> Sequence[Skill]:
    """As stored; computed for a backtest that was made before they were."""
    return skill.load(backtest.folder) if (backtest.folder / skill.SKILL).is_file() else skill.between(backtest.scores)


def _bar(backtest: Backtest, skills: Sequence[Skill]) -> Sequence[Check]:
    stored = (backtest.folder / skill.SKILL).is_file()
    return bar.measured(backtest.scores, skills, backtest.folder) if stored else ()


def _fans(backtest: Backtest) -> Sequence[PastFan]:
    return past_fans.load(backtest.folder) if (backtest.folder / past_fans.FANS).is_file() else ()


def _law_weights(backtest: Backtest) -> LawWeights | None:
    return stacking.load(backtest.folder) if (backtest.folder / stacking.LAW_WEIGHTS).is_file() else None


def stamp(folder: Path) -> tuple[int, ...]:
    """Changes when a table does that the calibration of the backtest in a folder is read from."""
    return (*backtests.stamp(folder), *backtests.stamp(checks.STORED))


def listing_dict(listing: Listing) -> dict[str, Any]:
    """Every backtest as JSON values, on one page."""
    damaged = [{"name": f"backtests/{name}", "problem": problem} for name, problem in listing.damaged]
    return told(
        {
            "backtests": [calibration_encode.backtest_dict(backtest) for backtest in listing.sound],
            "damaged": damaged,
        }
    )


def as_json(values: dict[str, Any]) -> str:
    """JSON text, indented, ending in a newline."""
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _chosen(kind: str, names: Iterable[str], known: Collection[str], field: str) -> Collection[str]:
    """The names that are meant; all that are known where none is given."""
    asked = tuple(dict.fromkeys(names))
    for name in asked:
        if name not in known:
            raise UnknownNameError(kind, f"{name:.80}", known, field=field)
    return asked or known
