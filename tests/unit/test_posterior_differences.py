"""What differs between two posteriors, in their manifests, in every variable, and in the headline."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.posterior.artefact import Posterior, read, write
from forecast.posterior.differences import SECTIONS, Difference, Shift, diff
from forecast.posterior.manifest import to_json
from forecast.posterior.schema import BLOCKS, variables_of
from forecast.posterior.state import state_folder
from tests.synthetic import synthetic_posterior

DRAWS = 400


@pytest.fixture(scope="module")
def before() -> Posterior:
    return synthetic_posterior(DRAWS)


def moved(posterior: Posterior, block: str, name: str, values: Any) -> Posterior:
    """The same posterior with one variable changed."""
    blocks = {key: dict(value) for key, value in posterior.blocks.items()}
    blocks[block][name] = np.broadcast_to(values, blocks[block][name].shape)
    fields = {key: value for key, value in posterior.manifest.items() if key not in ("name", "sha256", "draws")}
    return Posterior.new(fields, blocks, posterior.coords, posterior.observed)


def told(found: Difference, section: str) -> dict[str, tuple[Any, Any]]:
    return {change.name: (change.before, change.after) for change in found.changes[section]}


def shift_of(found: Difference, name: str) -> Shift:
    return next(shift for shift in found.shifts if shift.name == name)


class TestChanges:
    def test_a_posterior_differs_from_itself_in_nothing(self, before: Posterior) -> None:
        found = diff(before, before)
        assert not any(found.changes.values()) and not found.labels
        assert {shift.shift_sd for shift in found.shifts} == {0.0}
        assert {shift.width_ratio for shift in found.shifts} == {1.0}

    @pytest.mark.parametrize(
        ("section", "name", "fields"),
        [
            ("basis", "seed", {"seed": 7}),
            ("basis", "code_version", {"code_version": "9"}),
            ("basis", "hindsight_rows.spend", {"hindsight_rows": {"spend": 3}}),
            ("basis", "sampler.chains", {"sampler": {"chains": 9}}),
            ("tables", "spend", {"data_digests": {"spend": "other"}}),
            ("libraries", "pymc", {"library_versions": {"pymc": "other"}}),
            ("priors", "compute.g_spend.mean", {"priors": {"compute": {"g_spend": {"mean": 9.0}}}}),
            ("diagnostics", "loss.max_r_hat", {"diagnostics": {"loss": {"max_r_hat": 1.5}}}),
            ("diagnostics", "nowcast.rows", {"nowcast": {"rows": 1}}),
            ("gates", "status", {"status": "FLAGGED"}),
            ("gates", "reasons", {"reasons": ["odd"]}),
            ("gates", "prior_only", {"prior_only": ["loss"]}),
        ],
    )
    def test_what_changes_in_the_manifest_is_told_in_its_section_alone(
        self, section: str, name: str, fields: Mapping[str, Any], before: Posterior
    ) -> None:
        (field, value), *_ = fields.items()
        held = before.manifest[field]  # type: ignore[literal-required]
        new = merged(held, value) if isinstance(value, Mapping) else value
        found = diff(before, before.with_manifest(**{field: new}))
        assert set(told(found, section)) == {name}
        assert not [other for other in SECTIONS if other != section and found.changes[other]]

    def test_a_new_model_is_told_by_its_block(self, before: Posterior) -> None:
        blocks = json.loads(to_json(before.manifest))["blocks"]
        blocks["loss"]["model_version"] = "new"
        found = diff(before, before.with_manifest(blocks=blocks))
        assert told(found, "models") == {
            "loss.model_version": (before.manifest["blocks"]["loss"]["model_version"], "new")
        }

    def test_what_is_only_in_one_is_told_with_nothing_beside_it(self, before: Posterior) -> None:
        digests = {**before.manifest["data_digests"], "newest": "abc"}
        assert told(diff(before, before.with_manifest(data_digests=digests)), "tables") == {"newest": (None, "abc")}

    def test_another_date_changes_labels_laws_and_constants(self, before: Posterior) -> None:
        found = diff(synthetic_posterior(DRAWS, as_of=date(2020, 7, 27)), before)
        labels = {one.dimension: one for one in found.labels}
        assert labels["spend_year"].only_after == ("2021", "2022", "2023", "2024", "2025", "2026")
        assert "hoffmann-massivetext" in labels["scale"].only_after and not labels["scale"].only_before
        assert told(found, "laws")["hoffmann"] == (None, "published 2022-03-29")
        assert told(found, "basis")["as_of"] == ("2020-07-27", "2026-11-20")
        assert not [change for change in found.changes["constants"] if "hoffmann" in change.name]
        assert not [shift for shift in found.shifts if "hoffmann" in shift.name or "[2026]" in shift.name]


def merged(held: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {**held, **{k: merged(held.get(k, {}), v) if isinstance(v, Mapping) else v for k, v in new.items()}}


class TestShifts:
    def test_every_variable_and_label_is_told_once(self, before: Posterior) -> None:
        names = [shift.name for shift in diff(before, before).shifts]
        wanted = sum(
            math.prod(before.draws_of(block, v.name).shape[1:]) for block in BLOCKS for v in variables_of(block)
        )
        assert len(names) == len(set(names)) == wanted
        assert {"compute/g_spend", "loss/b[marin-dclm]", "price/r[workstation]"} <= set(names)

    def test_a_shift_by_one_standard_deviation_is_one(self, before: Posterior) -> None:
        draws = before.draws_of("compute", "g_spend")
        found = diff(before, moved(before, "compute", "g_spend", draws + draws.std()))
        assert found.shifts[0].name == "compute/g_spend"
        assert found.shifts[0].shift_sd == pytest.approx(1.0)
        assert found.shifts[0].width_ratio == pytest.approx(1.0)
        assert {shift.shift_sd for shift in found.shifts[1:]} == {0.0}

    def test_a_spread_that_doubles_doubles_the_width_and_leaves_the_median(self, before: Posterior) -> None:
        draws = before.draws_of("price", "mu_r")
        found = diff(before, moved(before, "price", "mu_r", np.median(draws) + 2 * (draws - np.median(draws))))
        shift = found.shifts[0]  # of those that did not move, the one whose width changed most
        assert shift.name == "price/mu_r"
        assert shift.shift_sd == pytest.approx(0.0, abs=1e-9)
        assert shift.width_ratio == pytest.approx(2.0)

    def test_the_other_way_round_widths_are_inverted_and_medians_exchanged(self, before: Posterior) -> None:
        after = synthetic_posterior(DRAWS, seed=5)
        there, back = diff(before, after), diff(after, before)
        for shift in there.shifts:
            other = shift_of(back, shift.name)
            assert (other.median_before, other.median_after) == (shift.median_after, shift.median_before)
            assert other.width_ratio == pytest.approx(1 / (shift.width_ratio or math.nan))

    def test_what_had_no_spread_has_no_shift_in_its_units(self, before: Posterior) -> None:
        fixed = moved(before, "compute", "beta", 0.1)
        assert shift_of(diff(fixed, fixed), "compute/beta").shift_sd == 0.0
        found = diff(fixed, moved(before, "compute", "beta", 0.2))
        assert found.shifts[0].name == "compute/beta"
        assert (found.shifts[0].shift_sd, found.shifts[0].width_ratio) == (None, None)

    def test_two_samplings_of_one_posterior_lie_mostly_within_the_noise(self, before: Posterior) -> None:
        """Two standard errors hold nineteen of twenty shifts, where the draws are independent, as these are."""
        base = before.with_manifest(diagnostics={})
        shares = []
        for seed in range(1, 6):
            found = diff(base, synthetic_posterior(DRAWS, seed=seed, diagnostics={}))
            shifts = [abs(shift.shift_sd or 0) for shift in found.shifts]
            shares.append(np.mean([shift < found.noise_sd for shift in shifts]))
        assert 0.88 < float(np.mean(shares)) < 0.995

    def test_fewer_effective_draws_are_more_noise(self, before: Posterior) -> None:
        few = before.with_manifest(diagnostics={"compute": {"min_ess": 50.0}})
        none = before.with_manifest(diagnostics={})
        assert diff(few, few).noise_sd == pytest.approx(math.sqrt(DRAWS / 50) * diff(none, none).noise_sd)

    def test_what_is_told_is_json(self, before: Posterior) -> None:
        found = diff(before, synthetic_posterior(50, seed=9, as_of=date(2020, 7, 27)))
        assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["before"] == before.name


class TestCommand:
    @pytest.fixture(autouse=True)
    def names(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
        monkeypatch.setattr(selection, "SHIPPED", tmp_path / "nothing")
        monkeypatch.setenv("TIMELINES_HOME", str(tmp_path))
        folder = state_folder().posteriors
        first, second = (write(synthetic_posterior(200, seed=seed), folder).stem for seed in (0, 1))
        return first, second

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["posterior", "diff", *arguments])

    def test_words(self, names: tuple[str, str]) -> None:
        text = self.run(*names).stdout
        for part in (*names, "seed", "The same in both: tables whose rows differ", "variable", " sd", "more than 0."):
            assert part in text
        assert "A loss of 0.86 nats per token on kaplan-webtext2, the default question:" in text
        assert "  A  median " in text and "  B  median " in text
        assert max(map(len, text.splitlines())) <= 120

    def test_the_headline_is_what_when_answers(self, names: tuple[str, str]) -> None:
        found = json.loads(self.run(*names, "--json").stdout)["headline"]
        for side, name in zip(("before", "after"), names, strict=True):
            answer = Forecaster.load(name).when(loss=0.86, scale="kaplan-webtext2")
            assert found[side]["p_never"] == answer.p_never
            assert [found[side]["median"], *found[side]["interval_80"]] == [
                quantile.decimal_year
                for wanted in (0.5, 0.1, 0.9)
                for quantile in answer.quantiles
                if quantile.probability == wanted
            ]

    def test_json_holds_everything_and_the_headline_can_be_left_out(self, names: tuple[str, str]) -> None:
        found = json.loads(self.run(*names, "--json", "--no-headline").stdout)
        pair = [read(state_folder().posteriors / f"{name}.nc") for name in names]
        assert found == json.loads(json.dumps(diff(*pair).to_dict()))

    def test_all_shows_every_variable(self, names: tuple[str, str]) -> None:
        text = self.run(*names, "--all", "--no-headline").stdout
        assert all(f"{block}/{variable.name}" in text for block in BLOCKS for variable in variables_of(block))

    def test_the_same_one_twice(self, names: tuple[str, str]) -> None:
        assert self.run(names[0], names[0]).stdout == f"The two are the same posterior, {names[0]}.\n"

    def test_a_question_that_one_cannot_answer_is_said(self, names: tuple[str, str]) -> None:
        prior = write(
            synthetic_posterior(200, seed=3, prior_only=["loss"], as_of=date(2020, 5, 1)), state_folder().posteriors
        )
        told = self.run(prior.stem, names[0])
        assert told.exit_code == 0 and "A  not answered: " in told.stdout and "  B  median " in told.stdout

    def test_an_unknown_name_is_bad_input(self, names: tuple[str, str]) -> None:
        assert self.run(names[0], "nonsense").exit_code == 2
