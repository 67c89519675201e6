"""A server on a flagged posterior: every kind of answer says so, read by the client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest

from forecast.posterior import artefact, selection
from tests.service.running import start
from tests.synthetic import synthetic_posterior
from timelines import Client, Question
from timelines.parts import PosteriorGate
from timelines.report_requests import report_request

REASON = "nowcast: 41 % of 14 recent disclosed runs lie inside the 80 % band"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("flagged")
    path = artefact.write(synthetic_posterior(100, status="FLAGGED", reasons=[REASON]), home / "posteriors")
    selection.set_current(path.stem, home)
    with start(home) as server, Client(server.address, timeout=30) as connected:
        yield connected


def gate_of_report(client: Client) -> PosteriorGate:
    """What the first part of a report tells; it is left then."""
    request = report_request(None, {"flop": 2e29}, ())
    with closing(client._calls.stream(client._report.CreateReport, request, 30)) as parts:
        return PosteriorGate.from_raw(next(parts).posterior)


def gates(client: Client) -> dict[str, PosteriorGate]:
    """The gates beside every kind of answer."""
    asked, other = Question(flop=2e29), Question(flop=2e28)
    loss, day = Question(loss=1.24, scale="kaplan-webtext2"), date(2032, 1, 1)
    return {
        "when": client.when(asked).posterior,
        "compare": client.compare(asked, ["baseline"])["baseline"].posterior,
        "affordable loss": client.affordable_loss(scale="kaplan-webtext2", date=day).posterior,
        "required budget": client.required_budget(loss, [day]).posterior,
        "sensitivity": client.sensitivity(asked, inputs=1, shapley=False).posterior,
        "explain": client.explain(asked, other).gates[0],
        "trajectory": client.trajectory("price").gate,
        "draws": client.draws(asked).gate,
        "report": gate_of_report(client),
    }


def test_every_kind_of_answer_says_that_the_posterior_is_flagged_and_why(client: Client) -> None:
    for kind, gate in gates(client).items():
        assert (kind, gate.status, gate.reasons) == (kind, "FLAGGED", (REASON,))
