"""Beliefs of others in files: `--prior INPUT=@FILE` and its like, and `timelines belief FILE`."""

from __future__ import annotations

from pathlib import Path

from forecast.engine.beliefs import recognised
from forecast.errors import InputError
from forecast.families import Distribution

MAX_BYTES = 1_000_000
MARK = "@"


def belief_option(said: str, option: str) -> Distribution | str:
    """What an option says, or the belief in the file that it names after an `@`.

    Parameters
    ----------
    said : str
        Of the option: a belief in itself, which is given back as it is, or `@FILE`.
    option : str
        What the option is called, for the errors.

    Raises
    ------
    InputError
        Naming the option and the file, and what is wrong with it.
    """
    if not said.startswith(MARK):
        return said
    file = said.removeprefix(MARK)
    if not file:
        raise InputError(f"{option} is {MARK}; write the file behind it: {MARK}FILE", field=option.strip("-"))
    return read_file(Path(file), option)[1]


def read_file(file: Path, option: str = "") -> tuple[str, Distribution]:
    """The form of the belief in a file, in words, and its distribution.

    Parameters
    ----------
    file : Path
        In any form that `forecast.engine.beliefs` reads, at most 1 MB.
    option : str
        What names it, for the errors.

    Raises
    ------
    InputError
        Naming the option and the file, and what is wrong with it.
    """
    where = f"{option}, file {file}" if option else f"{file}"
    try:
        return recognised(_text(file), "belief", file.name)
    except InputError as error:
        raise InputError(f"{where}: {error.message}", field=option.strip("-") or error.field) from error


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(f"it is too long; give a belief of at most {MAX_BYTES:,} bytes")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror or 'no reason is known'}") from error
    except UnicodeDecodeError as error:
        raise InputError("it is no text in UTF-8; give a belief as text or JSON") from error
