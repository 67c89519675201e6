"""The client saves reports whole or not at all, whatever comes, by either client."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.fake_server import fail, serve
from timelines import (
    AsyncClient,
    Client,
    DeadlineError,
    InvalidQuestionError,
    OverloadedError,
    Question,
    SavedReport,
    ServerError,
)
from timelines.v1 import answer_pb2
from timelines.v1 import report_service_pb2 as pb

GATE = pb.CreateReportResponse(posterior=answer_pb2.PosteriorGate(name="p", status=2, reasons=["why"]))
FILES = {"report.html": b"<p>" + b"x" * 70_000, "numbers/a=b.csv": b"", "report.json": b"{}"}
MANIFEST = json.dumps({"kind": "report", "schema": 1, "files": {key: {} for key in FILES}}).encode()
WHOLE = FILES | {"manifest.json": MANIFEST}


def header(name: str, content: bytes, **changes: Any) -> pb.CreateReportResponse:
    told = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "media_type": "text/plain"}
    return pb.CreateReportResponse(file=pb.ReportFile(name=name, **told | changes))


def parts(files: dict[str, bytes]) -> Iterator[pb.CreateReportResponse]:
    yield GATE
    yield pb.CreateReportResponse(progress=pb.ReportProgress(stage="waiting"))
    yield pb.CreateReportResponse(progress=pb.ReportProgress(stage="drawing", done=1, total=3))
    for name, content in files.items():
        yield header(name, content)
        for begin in range(0, len(content), 30_000):
            yield pb.CreateReportResponse(chunk=content[begin : begin + 30_000])


def whole(request: Any, context: Any) -> Iterator[pb.CreateReportResponse]:
    return parts(WHOLE)


def saved(path: Path, handler: Any = whole, **asked: Any) -> SavedReport:
    with serve(CreateReport=handler) as fake, Client(fake.address) as client:
        return client.report(path, **({"flop": 2e29} | asked))


def files_in(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_folder_holds_every_file_and_nothing_else_is_left(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    found = saved(tmp_path / "new" / "out", progress=lambda *said: told.append(said))
    assert files_in(tmp_path) == {f"new/out/{name}": content for name, content in WHOLE.items()}
    assert (found.path, found.size) == (tmp_path / "new" / "out", sum(map(len, WHOLE.values())))
    assert {file.name: file.path.read_bytes() for file in found.files} == WHOLE
    assert (found.posterior.name, found.posterior.status, found.posterior.reasons) == ("p", "FLAGGED", ("why",))
    assert told == [("waiting", 0, None), ("drawing", 1, 3)]


def test_a_page_is_one_file_and_only_it_is_asked_for(tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_bytes(b"an older page")
    with serve(CreateReport=whole) as fake, Client(fake.address) as client:
        found = client.report(place, Question(flop=1e29))
        assert list(fake.requests("CreateReport")[0].formats) == [pb.REPORT_FORMAT_HTML]
    assert files_in(tmp_path) == {"page.html": FILES["report.html"]}
    assert [file.path for file in found.files] == [found.path] == [place]
    with pytest.raises(InvalidQuestionError, match=r"page\.html is one page"):
        saved(place, formats=["json"])


def test_both_clients_save_the_same(tmp_path: Path) -> None:
    async def main(address: str) -> SavedReport:
        async with AsyncClient(address) as client:
            return await client.report(tmp_path / "later", flop=2e29)

    first = saved(tmp_path / "first")
    with serve(CreateReport=whole) as fake:
        later = asyncio.run(main(fake.address))
    assert files_in(first.path) == files_in(later.path) == WHOLE
    assert [(file.name, file.sha256) for file in first.files] == [(file.name, file.sha256) for file in later.files]


def test_a_report_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    older = {"report.html": b"old", "numbers/old.csv": b"1"}
    manifest = json.dumps({"kind": "report", "files": {key: {} for key in older}}).encode()
    saved(tmp_path / "out", lambda request, context: parts(older | {"manifest.json": manifest}))
    saved(tmp_path / "out")
    assert files_in(tmp_path / "out") == WHOLE and [entry.name for entry in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("kept", ["mine.txt", "numbers/mine.txt", "manifest.json"])
def test_what_no_report_left_is_never_replaced_nor_even_asked_for(tmp_path: Path, kept: str) -> None:
    place = tmp_path / "out"
    saved(place)
    (place / kept).write_bytes(b"{}")
    with serve(CreateReport=whole) as fake, Client(fake.address) as client:
        with pytest.raises(FileExistsError, match="not replaced"):
            client.report(place, flop=2e29)
        assert not fake.requests("CreateReport")
    assert (place / kept).read_bytes() == b"{}"
    for other in ("a file", "page.html"):
        (tmp_path / other).mkdir() if "html" in other else (tmp_path / other).write_text("x")
        with pytest.raises(FileExistsError, match=other):
            saved(tmp_path / other)


def without(*names: str) -> Any:
    return lambda request, context: parts({name: held for name, held in WHOLE.items() if name not in names})


def cut_off(request: Any, context: grpc.ServicerContext) -> Iterator[pb.CreateReportResponse]:
    yield from list(parts(WHOLE))[:5]
    context.abort(grpc.StatusCode.INTERNAL, "gone")


def after(*more: pb.CreateReportResponse) -> Any:
    return lambda request, context: iter([*parts(WHOLE), *more])


NAMES = ("../x", "/x", "a/../x", "a//x", ".x", "a\\x", "C:x", "", "x.", "x ", "a/", "con\0", "REPORT.html", "a\nb")
BAD = {
    "cut off by the server": cut_off,
    "no manifest": without("manifest.json"),
    "no posterior": lambda request, context: iter(list(parts(WHOLE))[1:]),
    "nothing": lambda request, context: iter(()),
    "another SHA-256": after(header("more.csv", b"", sha256="0" * 64)),
    "too few bytes": after(header("more.csv", b"123"), pb.CreateReportResponse(chunk=b"12")),
    "too many bytes": after(header("more.csv", b"123"), pb.CreateReportResponse(chunk=b"1234")),
    **{f"a file called {name!r}": after(header(name, b"")) for name in NAMES},
}


@pytest.mark.parametrize("handler", BAD.values(), ids=list(BAD))
def test_what_is_not_whole_leaves_nothing_and_what_was_there_stays(tmp_path: Path, handler: Any) -> None:
    place = tmp_path / "out"
    saved(place)
    with pytest.raises(ServerError):
        saved(place, handler)
    assert files_in(tmp_path) == {f"out/{name}": content for name, content in WHOLE.items()}
    with pytest.raises(ServerError):
        saved(tmp_path / "new", handler)
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_callback_that_fails_ends_the_call_and_leaves_nothing(tmp_path: Path) -> None:
    ended: list[bool] = []

    def endless(request: Any, context: grpc.ServicerContext) -> Iterator[pb.CreateReportResponse]:
        context.add_callback(lambda: ended.append(True))
        while context.is_active():
            yield from list(parts(WHOLE))[:3]

    def stop(*said: object) -> None:
        raise KeyboardInterrupt

    with serve(CreateReport=endless) as fake, Client(fake.address) as client:
        with pytest.raises(KeyboardInterrupt):
            client.report(tmp_path / "out", flop=2e29, progress=stop)
        assert not list(tmp_path.iterdir())
    assert ended


def test_a_deadline_and_an_overload_are_told_as_such(tmp_path: Path) -> None:
    def slow(request: Any, context: grpc.ServicerContext) -> Iterator[pb.CreateReportResponse]:
        yield GATE
        while context.is_active():
            time.sleep(0.01)

    with pytest.raises(DeadlineError):
        saved(tmp_path / "out", slow, timeout=0.3)
    with pytest.raises(OverloadedError, match="3 reports"):
        saved(tmp_path / "out", fail(grpc.StatusCode.RESOURCE_EXHAUSTED, "limit of 3 reports", "OVERLOADED"))
    assert not list(tmp_path.iterdir())


def test_everything_that_is_asked_is_in_the_request(tmp_path: Path) -> None:
    with serve(CreateReport=whole) as fake, Client(fake.address) as client:
        client.report(
            tmp_path / "out",
            loss=1.24,
            scale="kaplan-webtext2",
            title="Mine",
            notes="By hand.",
            questions=[Question(flop=1e29), {"name": "second", "gpt3": 1e5}],
            scenarios=["baseline", "skeptic"],
            budgets_usd=[1e6, 1e9],
            formats=["json", "csv"],
            strict=True,
        )
        client.report(tmp_path / "out", questions={"by name": {"flop": 1e29}})
        first, second = fake.requests("CreateReport")
        left = fake.time_left[-1]
    assert left is not None and 500 < left < 601
    assert first.lead.target.loss.scale == "kaplan-webtext2"
    assert (first.title, first.notes, first.strict) == ("Mine", "By hand.", True)
    assert [one.name for one in first.questions] == ["", "second"]
    assert [one.question.target.WhichOneof("target") for one in first.questions] == ["training_flop", "gpt3_multiple"]
    assert (list(first.scenarios), list(first.budgets_usd_2023)) == (["baseline", "skeptic"], [1e6, 1e9])
    assert list(first.formats) == [pb.REPORT_FORMAT_JSON, pb.REPORT_FORMAT_CSV]
    assert not second.HasField("lead") and [one.name for one in second.questions] == ["by name"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"flop": 1e29, "questions": [{"loss": 1.2}]}, "question.target.loss.scale"),
    ({"flop": 1e29, "questions": [{"flop": "much"}]}, "questions[0].question.target.training_flop"),
    ({"flop": "much"}, "lead.target.training_flop"),
    ({"flop": 1e29, "formats": "html"}, "formats"),
    ({"flop": 1e29, "formats": ["html", "pdf"]}, "formats[1]"),
    ({"flop": 1e29, "scenarios": "baseline"}, "scenarios"),
    ({"flop": 1e29, "budgets_usd": ["much"]}, "budgets_usd_2023[0]"),
    ({"flop": 1e29, "title": 3}, "title"),
]


@pytest.mark.parametrize(("asked", "field"), WRONG, ids=str)
def test_what_does_not_fit_is_refused_with_its_field(tmp_path: Path, asked: dict[str, Any], field: str) -> None:
    with Client("127.0.0.1:1") as client, pytest.raises(InvalidQuestionError) as caught:
        client.report(tmp_path / "out", **asked)
    assert [violation.field for violation in caught.value.field_violations] == [field]
    assert not list(tmp_path.iterdir())


def test_a_question_and_keywords_beside_it_are_too_many(tmp_path: Path) -> None:
    with Client("127.0.0.1:1") as client, pytest.raises(TypeError, match="keywords beside it"):
        client.report(tmp_path / "out", Question(flop=1e29), flop=1e28)
