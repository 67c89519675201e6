"""Characters per token of a scale's text: what turns bits per character into nats per token.

Bytes are taken for characters, which English text nearly makes them.
"""

from __future__ import annotations

CHARACTERS_PER_TOKEN: dict[str, float] = {
    "kaplan-webtext2": 96e9 / 22.9e9,  # Kaplan et al. 2020, section 2.3: 96 GB of text are 2.29e10 tokens
    "cerebras-pile": 1 / 0.29335,  # Gao et al. 2020, The Pile, table 7: 0.29335 GPT-2 tokens per byte
    "cerebras-pile-law": 1 / 0.29335,
}
"""By scale; a scale that is not here states none."""


def of_scale(scale: str) -> float | None:
    """Characters per token of one of the posterior's own scales; None where it states none."""
    return CHARACTERS_PER_TOKEN.get(scale)
