"""Training compute of a run from what is published about it, with the accounting shown.

Two roads: 6 N D from parameters and tokens (2 FLOP per parameter and token forward, 4 backward), and chips x time x
peak x utilization from a log of the run. Where both are known they check each other; for MT-NLG, 280 servers of 8 GPUs
at 126 TFLOP/s each and 60.1 s a batch give 13,531 petaflop/s-days.

References: Kaplan et al. 2020, arXiv 2001.08361, section 2.1 (6 N D); Smith et al. 2022, arXiv 2201.11990 (MT-NLG).
"""

from __future__ import annotations

from dataclasses import dataclass

from forecast.engine.checks import checked_number
from forecast.engine.words import number
from forecast.units import GPT3_FLOP, pf_days

FLOP_PER_PARAMETER_AND_TOKEN = 6.0


@dataclass(frozen=True, slots=True)
class Line:
    """One factor of the accounting: what it is, its value and unit."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class TrainingCompute:
    """Training compute of one run.

    Attributes
    ----------
    flop : float
        Total FLOP.
    method : {"parameters_tokens", "chips_hours"}
        Which road.
    accounting : tuple of Line
        The factors; their product is `flop`.
    """

    flop: float
    method: str
    accounting: tuple[Line, ...]

    @property
    def petaflop_s_days(self) -> float:
        """The same in petaflop/s-days."""
        return pf_days(self.flop)

    @property
    def gpt3_multiple(self) -> float:
        """The same in multiples of GPT-3's 3.14e23 FLOP."""
        return self.flop / GPT3_FLOP

    def words(self) -> str:
        """The accounting in one line."""
        factors = " x ".join(f"{number(line.value)} {line.unit}" for line in self.accounting)
        return f"{factors} = {number(self.flop)} FLOP = {number(self.petaflop_s_days)} petaflop/s-days"


def from_parameters(parameters: float, tokens: float) -> TrainingCompute:
    """6 x parameters x tokens.

    Parameters
    ----------
    parameters : float
        Parameters active for each token, from 1 to 1e18.
    tokens : float
        Tokens seen in training, repeats counted, from 1 to 1e21.

    Raises
    ------
    InputError
        When a factor is out of its bounds.
    """
    n = checked_number(parameters, "parameters_tokens.parameters", 1.0, 1e18, "active parameters")
    d = checked_number(tokens, "parameters_tokens.tokens", 1.0, 1e21, "training tokens")
    lines = (
        Line("cost", FLOP_PER_PARAMETER_AND_TOKEN, "FLOP per parameter and token"),
        Line("parameters", n, "parameters"),
        Line("tokens", d, "tokens"),
    )
    return TrainingCompute(FLOP_PER_PARAMETER_AND_TOKEN * n * d, "parameters_tokens", lines)


def from_chips(chips: float, hours: float, peak_flop_per_s: float, utilization: float) -> TrainingCompute:
    """Chips x time x peak x utilization.

    Parameters
    ----------
    chips : float
        Chips at work, from 1 to 1e10.
    hours : float
        Wall-clock hours of training, above 0 and up to 1e6.
    peak_flop_per_s : float
        Peak of one chip at the precision used, from 1e6 to 1e21 FLOP/s.
    utilization : float
        Share of the peak that the model's own arithmetic reached, above 0 and up to 1; 1 where the FLOP/s are measured.

    Raises
    ------
    InputError
        When a factor is out of its bounds.
    """
    path = "chips_hours"
    count = checked_number(chips, f"{path}.chips", 1.0, 1e10, "a number of chips")
    time = checked_number(hours, f"{path}.hours", 1e-6, 1e6, "hours of training")
    peak = checked_number(peak_flop_per_s, f"{path}.peak_flop_per_s", 1e6, 1e21, "FLOP/s of one chip")
    share = checked_number(utilization, f"{path}.utilization", 1e-6, 1.0, "a share of the peak")
    lines = (
        Line("chips", count, "chips"),
        Line("seconds", time * 3600, "s"),
        Line("peak", peak, "FLOP/s per chip"),
        Line("utilization", share, "of peak"),
    )
    return TrainingCompute(count * time * 3600 * peak * share, path, lines)
