"""YAML that people write by hand, read into plain values, with the line of each.

Less than YAML, on purpose: one document of mappings, lists and scalars; no anchors, aliases or tags, no name twice, at
most 256 KiB and eight levels unless the reader allows more. A plain scalar is a number, true, false, null or text, so
that `off` and `2020-07-27` stay text and `1e9` is a number. What is read is told by events, so a file that breaks a
rule is left at the place where it does. PyYAML is imported with this module, which nothing imports before a scenario
is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from io import StringIO
from typing import Any, cast

import yaml

from forecast.errors import InputError

MAX_BYTES = 262_144
MAX_DEPTH = 8

_NUMERAL = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WHOLE = re.compile(r"[-+]?\d{1,15}")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class FileError(InputError):
    """A file that a user wrote breaks a rule: the message names file and line, `field` what is wrong there."""

    def __init__(self, file: str, line: int | None, message: str, *, field: str = "") -> None:
        place = file if line is None else f"{file}, line {line}"
        super().__init__(f"{place}: {message}", field=field)
        self.line = line


@dataclass(slots=True)
class Document:
    """What a file says.

    Attributes
    ----------
    file : str
        How messages call the file.
    values : dict
        Its mapping.
    lines : dict
        The line of every path (`prior.run.months.low`, `values[3]`), counted from 1.
    """

    file: str
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def error(self, message: str, path: str) -> FileError:
        """The error about what stands at a path, or at the nearest one above it that is in the file."""
        return FileError(self.file, self.line_of(path), message, field=path)

    def line_of(self, path: str) -> int | None:
        """The line of a path, or of the nearest one above it; None where the file has neither."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path)


def read(data: bytes, file: str, most_bytes: int = MAX_BYTES, levels: int = MAX_DEPTH) -> Document:
    """What the bytes of a file say.

    Parameters
    ----------
    data : bytes
        UTF-8.
    file : str
        How messages call it.
    most_bytes, levels : int
        How long it may be, and how deeply nested.

    Raises
    ------
    FileError
        When it is too long, not YAML or not the part of it that is read here.
    """
    if len(data) > most_bytes:
        raise FileError(file, None, f"it has more than {most_bytes:,} bytes; give a shorter file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(file, line, "it is not UTF-8 text; save it as UTF-8") from None
    builder = _Builder(Document(file), levels)
    try:
        builder.build(yaml.parse(text, Loader=yaml.SafeLoader))
    except FileError:
        raise
    except yaml.MarkedYAMLError as error:
        raise _unparsed(error, file) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise FileError(file, line, "it has a character that cannot be printed; remove it") from None
    except (ValueError, OverflowError):  # an escape beyond Unicode
        raise FileError(file, builder.line, "it has an escape that is no character; write it out") from None
    return builder.document


def _unparsed(error: yaml.MarkedYAMLError, file: str) -> FileError:
    mark = error.problem_mark or error.context_mark
    what = " ".join(str(error.problem or error.context).split())
    remedy = "indent with blanks" if "'\\t'" in what else "mend it: `name: value`, text with a colon in quotes"
    return FileError(file, None if mark is None else mark.line + 1, f"it is not YAML ({what:.120}); {remedy}")


class _Builder:
    """Makes values of a stream of events; `line` is where it has come to."""

    def __init__(self, document: Document, levels: int) -> None:
        self.document, self.levels = document, levels
        self.line = 1

    def build(self, events: Iterator[yaml.Event]) -> None:
        """Read the one document of a stream."""
        self.events = events
        found = []
        while not isinstance(event := self._next(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                found.append(self._value(self._next(), "", 0))
                if len(found) > 1:
                    raise self._error("a second document begins here; a file holds one", "")
        if not found or not isinstance(found[0], dict):
            raise self._error("it holds no mapping; write `name: value` lines", "")
        self.document.values = found[0]

    def _next(self) -> yaml.Event:
        event = next(self.events)
        if event.start_mark is not None:
            self.line = event.start_mark.line + 1
        return event

    def _error(self, message: str, path: str) -> FileError:
        return FileError(self.document.file, self.line, message, field=path)

    def _value(self, event: yaml.Event, path: str, depth: int) -> Any:
        if path:
            self.document.lines.setdefault(path, self.line)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._error("anchors and aliases (& and *) are not read; write the value out", path)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._error(f"the tag {tag!s:.40} is not read; leave it out", path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if depth == self.levels:
            raise self._error(f"it is nested more than {self.levels} levels deep; write it flatter", path)
        inside = self._mapping if isinstance(event, yaml.MappingStartEvent) else self._list
        return inside(path, depth + 1)

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            name = self._name(event, path)
            inside = f"{path}.{name}" if path else name
            if name in found:
                message = f"{inside} is given twice, first on line {self.document.lines[inside]}; keep one"
                raise self._error(message, inside)
            self.document.lines[inside] = self.line
            found[name] = self._value(self._next(), inside, depth)
        return found

    def _name(self, event: yaml.Event, path: str) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.tag is not None:
            raise self._error(f"a name in {path or 'the file'} is not plain text; write `name: value`", path)
        if event.value == "<<" or not event.value.isprintable() or not 0 < len(event.value) <= 100:
            raise self._error(f"{event.value!r:.40} is no name", path)
        return str(event.value)

    def _list(self, path: str, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            found.append(self._value(event, f"{path}[{len(found)}]", depth))
        return found

    def _scalar(self, event: yaml.ScalarEvent, path: str) -> Any:
        text: str = event.value
        if not all(line.isprintable() for line in text.split("\n")):
            raise self._error(f"{path} has a character that cannot be printed; remove it", path)
        return plain(text) if event.implicit[0] else text


def plain(text: str) -> Any:
    """What a scalar without quotes says: a number, true, false, null or itself."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMERAL.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def text_of(values: Mapping[str, Any], spread: Iterable[str] = ()) -> str:
    """YAML that `read` gives back: numbers to the last digit, true and false as `on` and `off`.

    Parameters
    ----------
    values : mapping
        Names to texts, numbers, lists and mappings of them.
    spread : iterable of str
        Names whose mappings have a line for each entry; others stand on one line where they hold nothing but scalars.
    """
    writer = _Writer(StringIO(), default_flow_style=None, sort_keys=False)
    root = cast(yaml.MappingNode, writer.represent_data(dict(values)))
    root.flow_style, lines = False, set(spread)
    for name, inside in root.value:
        if name.value in lines:
            inside.flow_style = False
    written: str = yaml.serialize(root, Dumper=_Writer, allow_unicode=True, width=110)
    return written


class _Writer(yaml.SafeDumper):
    """Writes no aliases; numbers as both YAML 1.1 and this module read them, text in quotes where either would not."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out."""
        return True


def _number(writer: _Writer, value: float) -> yaml.ScalarNode:
    if value == int(value) and abs(value) < 1e6:
        return writer.represent_scalar("tag:yaml.org,2002:int", str(int(value)))
    plain_text = repr(value)
    if abs(value) >= 1e6 or "e" in plain_text:
        mantissa, _, exponent = f"{Decimal(plain_text).normalize():e}".partition("e")
        plain_text = f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"
    return writer.represent_scalar("tag:yaml.org,2002:float", plain_text)


def _text(writer: _Writer, value: str) -> yaml.ScalarNode:
    quoted = None if isinstance(plain(value), str) else "'"
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=quoted)


def _switch(writer: _Writer, value: bool) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:bool", "on" if value else "off")


_Writer.add_representer(float, _number)
_Writer.add_representer(bool, _switch)
_Writer.add_representer(str, _text)
