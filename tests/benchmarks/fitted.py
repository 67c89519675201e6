"""What a process said of a model's fit: its CPU, how its chains mixed, and what the project's gates say of that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.inference.diagnostics import Convergence, Verdict, judge_convergence


@dataclass(frozen=True)
class Fitted:
    """One model, sampled by one sampler in a process of its own.

    Attributes
    ----------
    compile_cpu_s, sample_cpu_s : float
        CPU of both; imports, tables and what is derived afterwards are in neither.
    mixed : Convergence
        How the chains mixed: least bulk or tail ESS and largest R-hat of any element of any free parameter.
    """

    compile_cpu_s: float
    sample_cpu_s: float
    mixed: Convergence

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Fitted:
        """As `timed_fit` and `pm_sample` write it."""
        mixed = {name: value for name, value in found.items() if name in Convergence.__slots__}
        return cls(found["compile_cpu_s"], found["sample_cpu_s"], Convergence(**mixed))

    @property
    def cpu_s(self) -> float:
        """Compiling and sampling."""
        return self.compile_cpu_s + self.sample_cpu_s

    @property
    def per_effective_draw_s(self) -> float:
        """CPU that an effective draw of the slowest parameter costs, compiling included."""
        return self.cpu_s / self.mixed.min_ess

    @property
    def sampled_per_effective_draw_s(self) -> float:
        """The same without compiling."""
        return self.sample_cpu_s / self.mixed.min_ess

    @property
    def verdict(self) -> Verdict:
        """Of the gate that every fit of the project has to pass."""
        return judge_convergence(self.mixed)

    @property
    def chains(self) -> str:
        """How the chains mixed, in words."""
        mixed = self.mixed
        return (
            f"{mixed.min_ess:,.0f} of {mixed.draws:,} draws effective ({mixed.worst_ess}), R-hat {mixed.max_r_hat:.3f}"
            f", {mixed.divergences} divergences: {self.verdict.status}"
        )

    @property
    def said(self) -> str:
        """All of it in one line."""
        return f"compiling {self.compile_cpu_s:.1f} CPU-s, sampling {self.sample_cpu_s:.1f}; {self.chains}"

    def as_extra(self) -> dict[str, Any]:
        """What a row keeps of it."""
        return {
            "said": self.said,
            "compile_cpu_s": self.compile_cpu_s,
            "sample_cpu_s": self.sample_cpu_s,
            "min_ess": self.mixed.min_ess,
            "ess_per_cpu_s": 1 / self.per_effective_draw_s,
            "ess_per_cpu_s_of_sampling": 1 / self.sampled_per_effective_draw_s,
            "divergences": self.mixed.divergences,
            "max_r_hat": self.mixed.max_r_hat,
            "gates": self.verdict.status,
        }


def read(file: Path) -> dict[str, Any]:
    """What a child wrote.

    Raises
    ------
    FileNotFoundError
        If it ended well and wrote nothing.
    """
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def models(found: Mapping[str, Any]) -> dict[str, Fitted]:
    """By name of the model."""
    return {name: Fitted.of(one) for name, one in found.items()}
