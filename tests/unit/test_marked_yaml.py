"""YAML that people write: what is read of it, and that what is not read is one clear error with its line."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
import yaml

from forecast.catalogue.named.marked_yaml import MAX_BYTES, FileError, read, text_of


def values(text: str) -> dict[str, Any]:
    return read(text.encode(), "my.yaml").values


def refused(data: str | bytes) -> FileError:
    with pytest.raises(FileError) as caught:
        read(data.encode() if isinstance(data, str) else data, "my.yaml")
    assert "\n" not in caught.value.message and len(caught.value.message) < 400
    return caught.value


def test_values_and_the_line_of_each() -> None:
    document = read(b"# mine\nname: a\nset:\n  run.months: 3\n\nlist: [1, {x: 2}]\n", "my.yaml")
    assert document.values == {"name": "a", "set": {"run.months": 3}, "list": [1, {"x": 2}]}
    assert document.lines == {
        "name": 2,
        "set": 3,
        "set.run.months": 4,
        "list": 6,
        "list[0]": 6,
        "list[1]": 6,
        "list[1].x": 6,
    }
    assert document.line_of("set.run.months.low") == 4 and document.line_of("nowhere") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e9", 1e9),
        ("1.5", 1.5),
        (".5", 0.5),
        ("-3", -3),
        ("1.0e+9", 1e9),
        (".inf", float("inf")),
        ("99999999999999999999", 1e20),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("off", "off"),
        ("yes", "yes"),
        ("8mo", "8mo"),
        ("2020-07-27", "2020-07-27"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("'1e9'", "1e9"),
        ('"true"', "true"),
        ("|\n  two\n  lines", "two\nlines"),
        (">\n  two\n  lines", "two lines"),
    ],
)
def test_a_scalar_is_what_it_looks_like(text: str, value: object) -> None:
    found = values(f"a: {text}")["a"]
    assert found == value and type(found) is type(value)


NOT_READ: dict[str, tuple[str | bytes, int | None, str]] = {
    "empty": ("", 1, "holds no mapping"),
    "a list": ("- 1", 1, "holds no mapping"),
    "a text": ("hello", 1, "holds no mapping"),
    "two documents": ("a: 1\n---\nb: 2", 3, "a second document"),
    "an anchor": ("a: &x 1", 1, "anchors and aliases"),
    "an alias": ("a: 1\nb: *x", 2, "anchors and aliases"),
    "an alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", 1, "anchors and aliases"),
    "a merge": ("a: 1\n<<: {b: 2}", 2, "'<<' is no name"),
    "a tag": ("a: !!python/object/apply:os.system [x]", 1, "the tag .*is not read"),
    "a tagged root": ("!!map {a: 1}", 1, "the tag .*is not read"),
    "a name twice": ("a: 1\nb: 2\na: 3", 3, "a is given twice, first on line 1"),
    "a name twice inside": ("set:\n  x.y: 1\n  x.y: 1", 3, "set.x.y is given twice, first on line 2"),
    "a tab": ("a:\n\tb: 1", 2, "indent with blanks"),
    "two colons": ("a: 1\nb: c: d", 2, "it is not YAML"),
    "an open quote": ("a: 'x", 1, "it is not YAML"),
    "an open list": ("a: [1,", 1, "it is not YAML"),
    "a list as a name": ("? [a]\n: 1", 1, "is not plain text"),
    "a long name": (f"a: 1\n{'x' * 500}: 1", 2, "is no name"),
    "not text": (b"a: 1\nb: \xff", 2, "not UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), 1, "not UTF-8"),
    "a bell": ("a: 1\nb: \x07", 2, "cannot be printed"),
    "a hidden bell": ('a: 1\nb: "\\x07"', 2, "cannot be printed"),
    "a surrogate": ('a: "\\ud800"', 1, "cannot be printed"),
    "beyond Unicode": ('a: 1\nb: "\\U7fffffff"', 2, "no character"),
    "deep": ("a: " + "[" * 60_000, 1, "more than 8 levels deep"),
    "deep mappings": ("a: " + "{b: " * 9 + "1" + "}" * 9, 1, "more than 8 levels deep"),
    "long": ("a: 1\n" * MAX_BYTES, None, f"more than {MAX_BYTES:,} bytes"),
    "a megabyte": (b"\x00" * 2**20, None, "give a shorter file"),
}


@pytest.mark.parametrize("kind", NOT_READ)
def test_what_is_not_read_names_its_line(kind: str) -> None:
    data, line, words = NOT_READ[kind]
    error = refused(data)
    assert error.line == line
    assert error.message.startswith(f"my.yaml, line {line}: " if line else "my.yaml: ")
    with pytest.raises(FileError, match=words):
        raise error


@pytest.mark.parametrize(
    "piece", ["[", "{", "- ", "? ", "a: ", "#", "'x' ", "[1,", "&a ", "!", "\n", "x\\n", "a: {", "|"]
)
def test_no_file_takes_long(piece: str) -> None:
    data = (piece * MAX_BYTES)[:MAX_BYTES].encode()
    started = time.perf_counter()
    for text in (data, b"a: " + data[:-3], b'"' + data[:-1]):
        with suppress(FileError):
            read(text, "my.yaml")
    assert time.perf_counter() - started < 10


def test_a_byte_order_mark_and_windows_lines_are_read() -> None:
    assert values("\ufeffa: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}


@pytest.mark.parametrize("number", [0.1, 1e9, -2.5e-7, 1e22, 123456789.125, 5e-324, 1.7976931348623157e308, 100.0, 1e6])
def test_numbers_are_written_to_the_last_digit_for_both_kinds_of_yaml(number: float) -> None:
    text = text_of({"a": number, "b": [number]})
    assert values(text) == {"a": number, "b": [number]}
    assert yaml.safe_load(text) == {"a": number, "b": [number]}


@pytest.mark.parametrize(
    "text", ["off", "1e9", "null", "true", "", "~", "a: b", "# c", "größe 😀", "'x'", "x" * 300, "-", ".5"]
)
def test_texts_are_written_so_that_they_stay_texts(text: str) -> None:
    assert values(text_of({"a": text, "b": [text]})) == {"a": text, "b": [text]}


def test_switches_are_on_and_off_and_short_mappings_stand_on_a_line() -> None:
    text = text_of({"a": {"x": 1.0}, "b": {"y": True, "z": False}}, ("b",))
    assert text == "a: {x: 1}\nb:\n  y: on\n  z: off\n"
