"""What is to become affordable: a loss in one of its readings, compute as such, or a published anchor.

A loss is nats per token on a named scale. It may be stated as such, as what is left above the law's floor, as bits per
character, or as the number of tokens after which a judge can tell the model from the scale's text. Compute is FLOP of
one training run, or a multiple of GPT-3's, or a brain's FLOP/s times the seconds of its training. None of them is a
claim about capability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from forecast.engine.checks import checked_choice, checked_number
from forecast.engine.filled import filled
from forecast.errors import InputError
from forecast.families import Distribution

TargetKind = Literal[
    "loss",
    "training_flop",
    "gpt3_multiple",
    "reducible_loss",
    "bits_per_character",
    "indistinguishable_tokens",
    "brain_anchor",
]
TARGETS: tuple[TargetKind, ...] = get_args(TargetKind)
LOSS_KINDS = ("loss", "reducible_loss", "bits_per_character", "indistinguishable_tokens")
"""Targets that are a loss on a scale, and so need a law."""

DEFAULT_JUDGE_CONFIDENCE = 0.9
DEFAULT_TRAINING_SECONDS = 1e9
"""About the waking life of a human until thirty."""

_VALUE: dict[str, tuple[str, float, float, str]] = {
    "loss": ("target.loss.nats_per_token", 1e-6, 100.0, "a loss in nats per token"),
    "training_flop": ("target.training_flop", 1.0, 1e60, "the FLOP of one training run"),
    "gpt3_multiple": ("target.gpt3_multiple", 1e-20, 1e36, "a multiple of GPT-3's compute"),
    "reducible_loss": ("target.reducible_loss.nats_per_token", 1e-9, 100.0, "nats per token above the floor"),
    "bits_per_character": ("target.bits_per_character.value", 1e-6, 100.0, "a loss in bits per character"),
    "indistinguishable_tokens": ("target.indistinguishable_tokens.tokens", 1.0, 1e15, "a number of tokens"),
    "brain_anchor": ("target.brain_anchor.training_seconds", 1.0, 1e15, "seconds of training"),
}
_DETAILS = {
    "characters_per_token": "bits_per_character",
    "judge_confidence": "indistinguishable_tokens",
    "slowdown": "indistinguishable_tokens",
    "flop_per_s": "brain_anchor",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What is to become affordable.

    Parameters
    ----------
    kind : str
        One of `TargetKind`.
    value : float
        Nats per token (loss, reducible_loss; up to 100), bits per character, tokens, FLOP of one run (1 to 1e60),
        multiples of GPT-3's 3.14e23 FLOP (1e-20 to 1e36), or seconds of training (brain_anchor).
    scale : str, optional
        The loss scale (corpus, tokenizer, evaluation). A loss means nothing without it; other targets have none.
    characters_per_token : float, optional
        For bits per character, .5 to 20: by default what the scale states.
    judge_confidence : float, optional
        Probability, above .5 and below 1, with which the judge tells the model from the text; .9 by default.
    slowdown : Distribution, optional
        How many times more tokens a human judge needs than the best one; by default the registry's `judge.slowdown`.
    flop_per_s : Distribution, optional
        A brain's FLOP/s; by default the registry's `brain.flop_per_s`.
    """

    kind: TargetKind
    value: float
    scale: str | None = None
    characters_per_token: float | None = None
    judge_confidence: float | None = None
    slowdown: Distribution | None = None
    flop_per_s: Distribution | None = None

    def __post_init__(self) -> None:
        checked_choice(self.kind, "target", TARGETS)
        object.__setattr__(self, "value", checked_number(self.value, *_VALUE[self.kind]))
        self._check_scale()
        if self.kind not in ("loss", "training_flop", "gpt3_multiple") or self._details():
            self._check_details()

    @property
    def path(self) -> str:
        """Proto path of the target's value."""
        return _VALUE[self.kind][0]

    @property
    def is_loss(self) -> bool:
        """Whether it is a loss on a scale."""
        return self.kind in LOSS_KINDS

    @property
    def scale_path(self) -> str:
        """Proto path of the scale."""
        return f"target.{self.kind if self.is_loss else 'loss'}.scale"

    @classmethod
    def loss(cls, nats_per_token: float, scale: str) -> Target:
        """A loss in nats per token on a named scale."""
        return cls("loss", nats_per_token, scale)

    @classmethod
    def reducible_loss(cls, nats_per_token: float, scale: str) -> Target:
        """So many nats per token above the law's floor."""
        return cls("reducible_loss", nats_per_token, scale)

    @classmethod
    def bits_per_character(cls, value: float, scale: str, characters_per_token: float | None = None) -> Target:
        """A loss in bits per character."""
        return cls("bits_per_character", value, scale, characters_per_token)

    @classmethod
    def indistinguishable_tokens(
        cls,
        tokens: float,
        scale: str,
        judge_confidence: float | None = None,
        slowdown: Distribution | None = None,
    ) -> Target:
        """The loss at which a human judge needs `tokens` tokens to tell the model from the scale's text."""
        confidence = DEFAULT_JUDGE_CONFIDENCE if judge_confidence is None else judge_confidence
        return cls("indistinguishable_tokens", tokens, scale, None, confidence, slowdown)

    @classmethod
    def training_flop(cls, flop: float) -> Target:
        """One training run of `flop` FLOP."""
        return cls("training_flop", flop)

    @classmethod
    def gpt3_multiple(cls, multiple: float) -> Target:
        """One training run of `multiple` times GPT-3's 3.14e23 FLOP."""
        return cls("gpt3_multiple", multiple)

    @classmethod
    def brain_anchor(
        cls, training_seconds: float = DEFAULT_TRAINING_SECONDS, flop_per_s: Distribution | None = None
    ) -> Target:
        """A brain's FLOP/s times the seconds of its training."""
        return cls("brain_anchor", training_seconds, flop_per_s=flop_per_s)

    def of_value(self, value: float) -> Target:
        """The same with another value.

        Raises
        ------
        InputError
            When it is out of bounds.
        """
        return filled(self, value=checked_number(value, *_VALUE[self.kind]))

    def _check_scale(self) -> None:
        path = self.scale_path
        if self.is_loss and not (isinstance(self.scale, str) and self.scale):
            raise InputError(
                f"{path} is missing: a loss of {self.value:g} means nothing without its scale; "
                "name one, for example kaplan-webtext2",
                field=path,
            )
        if not self.is_loss and self.scale is not None:
            raise InputError(
                f"scale {self.scale!r} goes with a loss, and the target is {self.kind}; leave the scale out", field=path
            )

    def _details(self) -> list[str]:
        return [name for name in _DETAILS if getattr(self, name) is not None]

    def _check_details(self) -> None:
        for name in self._details():
            if _DETAILS[name] != self.kind:
                path = f"target.{_DETAILS[name]}.{name}"
                raise InputError(f"{name} goes with {_DETAILS[name]}, and the target is {self.kind}", field=path)
        if self.kind == "indistinguishable_tokens" and self.judge_confidence is None:
            object.__setattr__(self, "judge_confidence", DEFAULT_JUDGE_CONFIDENCE)
        self._check_number("characters_per_token", 0.5, 20.0, "characters per token")
        self._check_number("judge_confidence", 0.501, 0.999999, "a probability")

    def _check_number(self, name: str, low: float, high: float, what: str) -> None:
        value = getattr(self, name)
        if value is not None:
            object.__setattr__(self, name, checked_number(value, f"target.{self.kind}.{name}", low, high, what))
