"""With refits the posterior's change is told apart by what it was made with; no fit is made twice or in vain."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest

from forecast.engine.explain import Explanation
from forecast.engine.question import Payer, Question, Target
from forecast.engine.solver import Solver
from forecast.errors import InputError
from forecast.posterior.artefact import Posterior, seal
from forecast.priors import DEFAULT, Normal, Priors
from tests.synthetic import synthetic_posterior

pytest.importorskip("pymc")

from forecast.experiments import explain_refit as refitting
from forecast.experiments.explain_refit import explain_refit, priors_of
from forecast.inference.fit import FitRequest
from forecast.inference.sampling import SamplerSettings

RUN = Question(Target.training_flop(1e29), criterion="on_trend")
TIGHT = replace(DEFAULT, compute=replace(DEFAULT.compute, g_spend=Normal(0.2, 0.05)))
AS_OF = date(2026, 11, 20)


class Fits:
    """A fit that is quick: growth follows its prior, the level its data."""

    def __init__(self) -> None:
        self.asked: list[FitRequest] = []

    def __call__(self, request: FitRequest) -> Posterior:
        self.asked.append(request)
        plain = synthetic_posterior(200, as_of=request.as_of)
        growth = plain.blocks["compute"]["g_spend"] + request.priors.compute.g_spend.mean - 0.33
        level = plain.blocks["compute"]["u_origin"] + (request.cutoff - AS_OF).days / 1000
        return synthetic_posterior(
            200,
            as_of=request.as_of,
            blocks={"compute": {"g_spend": growth, "u_origin": level}},
            data_cutoff=request.cutoff,
            priors=asdict(request.priors),
            seed=request.seed,
            sampler=request.settings.as_dict(),
        )


@pytest.fixture(autouse=True)
def made_here(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Synthetic posteriors stand for those that the present models and tables make."""
    if "is_refused" not in request.node.name:
        monkeypatch.setattr(refitting, "_check_made_here", lambda *_: None)


def posterior(cutoff: date = AS_OF, priors: Priors = DEFAULT, as_of: date = AS_OF, seed: int = 1) -> Posterior:
    settings = SamplerSettings(draws=100)
    return seal(Fits()(FitRequest(as_of, cutoff, seed, settings, priors, keep_draws=200)))[0]


def told(before: Posterior, after: Posterior, fits: Fits, question: Question = RUN) -> Explanation:
    return explain_refit((Solver(before), RUN), (Solver(after), question), fit=fits)


def test_data_and_priors_are_told_apart_by_two_fits() -> None:
    fits = Fits()
    found = told(posterior(date(2025, 6, 30)), posterior(priors=TIGHT), fits)
    parts = {part.switch: part for part in found.parts}
    assert parts.keys() == {"posterior.data", "posterior.priors"}
    assert math.fsum(part.change for part in found.parts) == pytest.approx(found.change)
    assert parts["posterior.data"].change < 0 < parts["posterior.priors"].change  # a higher level, a slower growth
    assert parts["posterior.data"].causes == ("data",) and parts["posterior.priors"].label == "priors"
    assert [(fit.cutoff, fit.priors) for fit in fits.asked] == [(AS_OF, DEFAULT), (date(2025, 6, 30), TIGHT)]
    assert all(fit.settings == SamplerSettings(draws=100) and fit.keep_draws == 200 for fit in fits.asked)


def test_the_priors_that_differ_are_named_with_their_numbers() -> None:
    found = told(posterior(), posterior(priors=TIGHT), Fits())
    assert [part.words for part in found.parts] == [
        "from compute.g_spend (mean 0.33, sd 0.25), to compute.g_spend (mean 0.2, sd 0.05)"
    ]


def test_one_difference_needs_no_fit() -> None:
    fits = Fits()
    assert [part.switch for part in told(posterior(), posterior(seed=2), fits).parts] == ["posterior.sampling"]
    assert told(posterior(), posterior(), fits).parts == ()
    assert fits.asked == []


def test_data_of_a_later_date_go_with_it() -> None:
    early = date(2025, 6, 30)
    found = told(posterior(early, as_of=early), posterior(), Fits())
    assert [part.switch for part in found.parts] == ["posterior.as_of + posterior.data"]
    assert found.parts[0].words.startswith("posterior.as_of: from a start on 2025-06-30 to a start on 2026-11-20; ")


def test_the_question_is_explained_beside_the_posterior() -> None:
    asked = replace(RUN, criterion="affordable", payer=Payer.fixed(1e9))
    found = told(posterior(date(2025, 6, 30)), posterior(), Fits(), asked)
    assert {part.switch for part in found.parts} == {"payer + criterion", "posterior.data"}
    assert math.fsum(part.change for part in found.parts) == pytest.approx(found.change)


def test_the_priors_of_a_manifest_come_back_whole() -> None:
    assert priors_of(posterior(priors=TIGHT).manifest["priors"]) == TIGHT


def test_a_posterior_that_other_models_made_is_refused() -> None:
    with pytest.raises(InputError, match="another version of the compute model"):
        told(posterior(), posterior(seed=2), Fits())


def test_a_posterior_on_other_tables_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refitting, "version_of", lambda *_: "1")
    with pytest.raises(InputError, match="other tables than the present ones"):
        told(posterior(), posterior(seed=2), Fits())


def test_the_command_line_refits(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from click.testing import CliRunner

    from forecast.cli.explain import explain
    from forecast.posterior.artefact import write

    folder = tmp_path / "posteriors"
    folder.mkdir()
    names = [write(made, folder).stem for made in (posterior(), posterior(priors=TIGHT))]
    (folder / "current").write_text(f"{names[0]}\n")
    monkeypatch.setenv("TIMELINES_HOME", str(tmp_path))
    asked = ["--flop", "1e29", "--criterion", "on-trend", "--refit", "--", "--posterior", names[1]]
    result = CliRunner().invoke(explain, asked)
    assert result.exit_code == 0, result.exception
    assert "posterior.priors (priors): from compute.g_spend" in " ".join(result.output.split())
