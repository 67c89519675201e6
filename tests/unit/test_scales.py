"""The scales that questions can name: the posterior's own, and studies that were imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecast import Forecaster, ImportedScale, StudyStore
from forecast.catalogue.named import scales
from forecast.catalogue.named.studies import ScaleTakenError
from forecast.errors import InputError, UnknownNameError
from forecast.posterior.state import state_folder
from tests.studies import imported, points
from tests.synthetic import synthetic_posterior

POSTERIOR = synthetic_posterior(100)


@pytest.fixture
def store(tmp_path: Path) -> StudyStore:
    return StudyStore(tmp_path)


@pytest.mark.parametrize("name", ["kaplan", "kaplan-webtext2", "marin-dclm", "pooled", "mixture"])
def test_names_of_the_house_are_taken(name: str, store: StudyStore, tmp_path: Path) -> None:
    with pytest.raises(ScaleTakenError, match=f"{name} is the name of a built-in scale or law"):
        scales.import_study(imported(name), POSTERIOR, tmp_path)
    assert store.names() == ()


def test_a_built_in_scale_stays(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="marin-dclm is built in, and stays"):
        scales.remove("marin-dclm", POSTERIOR, tmp_path)
    with pytest.raises(UnknownNameError):
        scales.remove("no-such-scale", POSTERIOR, tmp_path)


def test_a_study_that_no_law_fits_is_not_kept(store: StudyStore, tmp_path: Path) -> None:
    def never(*_: object, **__: object) -> None:
        raise InputError("no scaling law comes near these points", field="points")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImportedScale, "fit", never)
        with pytest.raises(InputError, match="no scaling law"):
            scales.import_study(imported(), POSTERIOR, tmp_path)
    assert store.names() == ()
    young = synthetic_posterior(50, prior_only=("loss",))
    assert scales.import_study(imported(), young, tmp_path) == imported()


def test_a_check_keeps_nothing(store: StudyStore, tmp_path: Path) -> None:
    assert scales.import_study(imported(), POSTERIOR, tmp_path, validate_only=True) == imported()
    assert store.names() == ()


def test_every_scale_is_listed_with_its_origin(tmp_path: Path) -> None:
    scales.import_study(imported(), POSTERIOR, tmp_path)
    listed = {record.name: record for record in scales.known(POSTERIOR, tmp_path)}
    assert list(listed) == sorted(listed) and len(listed) == 13 + 4 + 1
    group, law, own = (listed[name] for name in ("marin-dclm", "kaplan-webtext2", "my-study"))
    assert (group.origin, group.corpus, group.eval_set) == ("fitted", "dclm", "paloma-macro")
    assert (group.flop_low, group.flop_high, group.laws) == (9e18, 3e20, ())
    assert (law.origin, law.tokenizer, law.laws[0]["exponent"]) == ("published_law", "gpt-2", 0.048)
    assert (own.origin, own.points, own.flop_low) == ("imported", points(), 1e18)
    assert all(record.source and record.published_on for record in listed.values())


def test_a_past_posterior_lists_what_it_knows(tmp_path: Path) -> None:
    past = Forecaster.load(as_of="2020-07-27").posterior
    assert [record.name for record in scales.known(past, tmp_path)] == ["kaplan-webtext2"]
    with pytest.raises(UnknownNameError):
        scales.find("marin-dclm", past, tmp_path)


def test_a_broken_table_of_ones_own_does_not_hide_the_scales(tmp_path: Path) -> None:
    tables = state_folder(tmp_path).tables
    tables.mkdir(parents=True)
    (tables / "loss_points.csv").write_text("broken")
    assert scales.find("marin-dclm", POSTERIOR, tmp_path).corpus == "dclm"
