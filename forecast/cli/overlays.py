"""What others believe, as an option: `NAME=BELIEF`, `NAME=@FILE`, or a file that says its name itself."""

from __future__ import annotations

from pathlib import Path

from forecast.engine.beliefs import MAX_TEXT, Overlay, read_belief, read_overlay
from forecast.errors import InputError


def overlay_of(text: str) -> Overlay:
    """An overlay from an option.

    Parameters
    ----------
    text : str
        `Cotra=2031 to 2100 at 80%`, `Metaculus=@cdf.json`, or the path of a JSON file with name and belief.

    Raises
    ------
    InputError
        When it is none of these, the file cannot be read, or the belief is not known.
    """
    path = Path(text)
    if path.suffix.lower() == ".json" and "=" not in text:
        return read_overlay(_read(path), f"--overlay {text:.80}")
    name, sign, belief = text.partition("=")
    if not sign or not name.strip() or not belief.strip():
        message = f"--overlay is {text!r:.80}; give NAME=BELIEF, NAME=@FILE, or a .json file with name and belief"
        raise InputError(message, field="overlays")
    belief, where = belief.strip(), f"--overlay {name.strip():.80}"
    said = _read(Path(belief[1:])) if belief.startswith("@") else belief
    source = belief[1:] if belief.startswith("@") else ""
    return Overlay(name.strip(), read_belief(said, where, source), source)


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()[: MAX_TEXT + 1]
        return data.decode("utf-8")
    except OSError as error:
        raise InputError(f"--overlay {path} cannot be read: {error.strerror}", field="overlays") from error
    except UnicodeDecodeError as error:
        raise InputError(f"--overlay {path} is no text; give JSON", field="overlays") from error
