"""Publishing, on every kind of database: what comes back is what was answered, to the bit, whoever asks."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("sqlalchemy")

from forecast.catalogue import Catalogue
from forecast.catalogue.entries.published import content_sha256
from forecast.engine.decode import answer_from_dict
from forecast.engine.payers import Payer
from forecast.engine.question import Question
from forecast.engine.scenario import Override, Scenario
from forecast.engine.targets import Target
from forecast.forecaster import Forecaster
from forecast.posterior.artefact import seal, write
from forecast.posterior.state import StateFolder
from forecast.publishing.differing import differ
from forecast.publishing.making import publish
from forecast.publishing.replays import Replays
from forecast.publishing.verifying import verify
from tests.catalogues import Open
from tests.synthetic import synthetic_posterior

RUN = Question(Target.training_flop(1.2345678901234567e29))
SLOW = Question(
    Target.loss(1.1, "kaplan-webtext2"),
    Payer.fixed(1e9 / 3),
    scenario=Scenario("slow", (Override("compute.r_realised", 0.1 + 0.2),), about="\u00dcber \u200b and \u2028"),
)


@pytest.fixture
def forecaster(state: StateFolder) -> Forecaster:
    """On a posterior that lies in the state folder."""
    write(synthetic_posterior(200, seed=1), state.posteriors)
    return Forecaster(seal(synthetic_posterior(200, seed=1))[0], state.root)


class TestPublishing:
    """What holds on every database."""

    @pytest.mark.parametrize("question", [RUN, SLOW], ids=["a run", "a scenario"])
    def test_what_is_kept_is_what_was_answered(
        self, question: Question, open_catalogue: Open, forecaster: Forecaster, state: StateFolder
    ) -> None:
        published = publish(
            open_catalogue(real_time=True).records, forecaster, question, note="L\u00ednes\n\U0001f4c8", home=state.root
        )
        kept = open_catalogue().records.get(published.name)
        assert kept == published
        assert json.dumps(kept.record.answer) == json.dumps(forecaster.ask(question).to_dict())
        assert answer_from_dict(kept.record.answer) == forecaster.ask(question)
        assert content_sha256(kept.record, kept.previous, kept.published_at) == kept.content_sha256
        found = verify(kept, Replays(home=state.root, artefacts=""))
        assert (found.faults, found.replayed) == ((), "same")

    def test_two_of_a_series_are_compared(
        self, catalogue: Catalogue, forecaster: Forecaster, state: StateFolder
    ) -> None:
        first, second = (
            publish(catalogue.records, forecaster, one, series="mine", home=state.root) for one in (RUN, SLOW)
        )
        assert second.previous == first.name
        found = differ(catalogue.records.get(first.name), second, Replays(home=state.root, artefacts=""))
        assert found.explanation is not None and not found.notices
