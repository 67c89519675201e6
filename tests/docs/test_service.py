"""What the pages say of the service is what the protos and the code say."""

from __future__ import annotations

import json
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from importlib import import_module

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor
from grpc import StatusCode

import forecast
import timelines_server
from forecast.cli.connection import failure
from forecast.errors import ForecastError
from tests import wire
from tests.docs import reference, service
from tests.docs.refresh import API
from tests.house import ROOT, modules
from timelines.errors import BY_CODE, ServerError
from timelines.v1 import answer_pb2, forecast_service_pb2
from timelines_server.manners.status import CallError, code_of
from tools.protos import buf

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGE = API.read_text(encoding="utf-8")
REFRESH = "the page is stale: run `python -m tests.docs.refresh`"
FILES: tuple[FileDescriptor, ...] = tuple(module.DESCRIPTOR for module in wire.FILES)
MESSAGES: list[Descriptor] = [message for file in FILES for message in file.message_types_by_name.values()]
ENUMS: list[EnumDescriptor] = [enum for file in FILES for enum in file.enum_types_by_name.values()]
RPCS = [rpc for file in FILES for service_ in file.services_by_name.values() for rpc in service_.methods]
STATUS_THEN_REASON = re.compile(r'StatusCode\.([A-Z_]+), "([A-Z_]+)"')


def section(name: str) -> str:
    """What the reference says under a name."""
    return PAGE.partition(f"\n### {name}\n")[2].partition("\n###")[0]


def first_cells(text: str) -> list[str]:
    """The names in the first column of a table, as code."""
    return re.findall(r"^\| `(\w+)", text, re.MULTILINE)


def test_the_reference_is_made_of_the_protos_as_they_are() -> None:
    assert reference.page() == PAGE, REFRESH


def test_no_proto_is_left_out_of_these_tests() -> None:
    assert {file.name for file in FILES} == {
        str(path.relative_to(ROOT / "protos")) for path in (ROOT / "protos").rglob("*.proto")
    }


@pytest.mark.parametrize("rpc", RPCS, ids=lambda rpc: rpc.name)
def test_every_rpc_is_documented(rpc: object) -> None:
    service_, name = rpc.containing_service.name, rpc.name  # type: ignore[attr-defined]
    assert name in first_cells(section(service_))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_every_field_is_documented(message: Descriptor) -> None:
    assert first_cells(section(message.name)) == [field.name for field in message.fields]


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.name)
def test_every_enum_value_is_documented(enum: EnumDescriptor) -> None:
    assert first_cells(section(enum.name)) == [value.name for value in enum.values]


def test_no_cell_of_the_reference_is_empty() -> None:
    assert not re.search(r"\| *\|", PAGE)


def test_every_field_of_an_answer_is_in_the_readme() -> None:
    table = README.partition("### What an answer holds")[2].partition("\n### ")[0]
    assert first_cells(table) == [field.name for field in answer_pb2.Answer.DESCRIPTOR.fields]
    named = set(re.findall(r"\w+", table))
    nested = [field.message_type for field in answer_pb2.Answer.DESCRIPTOR.fields if field.message_type]
    parts = {part.name for inner in nested if inner.name != "Question" for part in inner.fields}
    assert parts <= named


@pytest.mark.parametrize("name", service.BLOCKS)
def test_bounds_and_fields_are_those_of_the_code_to_the_letter(name: str) -> None:
    assert f"<!-- made: {name} -->\n{service.BLOCKS[name]()}<!-- end -->" in README, REFRESH


def stated() -> dict[tuple[str, str], tuple[str, str]]:
    """From status and reason to the client's error and the exit code, as the README's table has them."""
    table = README.partition("\n### Errors\n")[2].partition("\n### ")[0]
    found, status, raised, exit_code = {}, "", "", ""
    for line in re.findall(r"^\| (?!status|---)(.*) \|$", table, re.MULTILINE):
        cells = [cell.strip() for cell in f" {line} ".split("|")]
        status, raised, exit_code = (cells[i] or last for i, last in ((0, status), (2, raised), (3, exit_code)))
        found |= {(status, reason): (raised, exit_code) for reason in re.findall(r"`([A-Z_]+)`", cells[1])}
    return found


def raised_errors() -> Iterator[type[ForecastError]]:
    """Every error class of the serve arm."""
    names = ("posterior", "catalogue", "engine", "publishing")
    rooms = [forecast.errors, *(import_module(f"forecast.{room}") for room in names)]
    for room in (*rooms, timelines_server):
        for found in pkgutil.walk_packages(getattr(room, "__path__", ()), f"{room.__name__}."):
            if ".migrations" not in found.name:
                import_module(found.name)
    waiting = [ForecastError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        own = ("forecast.errors", "forecast.posterior", "forecast.catalogue", "forecast.publishing", "timelines_s")
        if kind.__module__.startswith(own):
            yield kind


def of_the_code() -> set[tuple[str, str]]:
    """Every status and reason that a call can end with."""
    found = {("INTERNAL", "INTERNAL")}
    for kind in raised_errors():
        error = kind.__new__(kind)
        code = None if isinstance(error, CallError) else code_of(error)
        if code is not None:
            found.add((code.name, kind.reason))
    for file in modules("server/*.py"):
        found |= set(STATUS_THEN_REASON.findall(file.read_text(encoding="utf-8")))
    return found


def test_the_table_of_errors_has_every_reason_under_its_status() -> None:
    assert set(stated()) == of_the_code()


@pytest.mark.parametrize(("key", "told"), stated().items(), ids=lambda item: "-".join(item))
def test_the_table_of_errors_tells_what_the_client_raises(key: tuple[str, str], told: tuple[str, str]) -> None:
    status, reason = key
    assert status in StatusCode.__members__
    kind = BY_CODE.get(status, ServerError)
    error = kind("wrong", code=status, reason=reason)
    assert told == (kind.__name__, str(failure(error).exit_code))


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_line_for_protoc_finds_every_proto() -> None:
    (line,) = (line for block in blocks("sh") for line in block.splitlines() if line.startswith("protoc "))
    root, pattern = re.search(r"-I (\S+) .* (\S+\.proto)", line).groups()  # type: ignore[union-attr]
    found = {str(path.relative_to(ROOT / root)) for path in ROOT.glob(pattern)}
    assert found == {file.name for file in FILES}


def test_the_line_for_grpcurl_asks_a_question_of_a_method_that_is_there() -> None:
    (block,) = (block for block in blocks("sh") if block.startswith("grpcurl "))
    body, service_, method = re.search(r"-d '(.*?)'.* (timelines\.v1\.\w+)/(\w+)", block, re.DOTALL).groups()  # type: ignore[union-attr]
    asked = json_format.ParseDict(json.loads(body), forecast_service_pb2.ForecastRequest())
    assert asked.question.target.training_flop == 2e29
    assert (service_, method) in {(rpc.containing_service.full_name, rpc.name) for rpc in RPCS}


def test_every_example_is_named_on_the_page() -> None:
    examples = [path.name for path in (ROOT / "docs" / "examples").glob("*.py")]
    assert [name for name in examples if f"(docs/examples/{name})" not in README] == []


def test_the_promise_of_versions_is_kept_by_buf() -> None:
    done: subprocess.CompletedProcess[str] = buf(
        "breaking", str(ROOT / "protos"), "--against", str(ROOT / "protos" / "baseline.binpb")
    )
    assert done.returncode == 0, done.stdout
