"""Every scenario that questions can name: the built-in ones, which stay as they are, and those that users made.

    scenarios.scenario_of("no-algorithmic-progress")     or a file: scenario_of("my.yaml")

The built-in ones are the files in `forecast/scenarios`, to be read, copied and changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from forecast.catalogue.named import scenario_files
from forecast.catalogue.named.scenario_store import RESERVED, ScenarioStore, StoredScenario, read_file
from forecast.engine.encode_question import scenario_dict
from forecast.engine.imported import NAME
from forecast.engine.scenario import BASELINE, Scenario
from forecast.errors import InputError, StorageError, UnlikeNameError

Origin = Literal["built_in", "created"]

BUILT_IN = Path(__file__).resolve().parents[2] / "scenarios"
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ScenarioRecord:
    """One scenario.

    Attributes
    ----------
    origin : {"built_in", "created"}
        The package, or a user.
    scenario : Scenario
        What it says.
    text : str
        Its file.
    """

    origin: Origin
    scenario: Scenario
    text: str

    @property
    def name(self) -> str:
        """By which questions name it."""
        return self.scenario.name


@lru_cache(maxsize=1)
def built_in_names() -> tuple[str, ...]:
    """Names of the built-in scenarios: baseline, then the others sorted; the package's files are listed once."""
    names = {path.stem for path in BUILT_IN.glob("*.yaml")}
    return (BASELINE.name, *sorted(names - {BASELINE.name}))


def known(home: Path | str | None = None) -> tuple[ScenarioRecord, ...]:
    """Every scenario, in the order of their names; those whose files are damaged are left out.

    Raises
    ------
    StorageError
        When the state folder may not be read.
    """
    own = [_built_in(name) for name in built_in_names()]
    names = {record.name for record in own}
    made = [_of_stored(one) for one in ScenarioStore(home).list() if one.scenario.name not in names]
    return tuple(sorted((*own, *made), key=lambda record: record.name))


def find(name: str, home: Path | str | None = None) -> ScenarioRecord:
    """One scenario by its name.

    Raises
    ------
    UnknownNameError
        When there is none of that name; lists those that are most like it.
    DamagedScenarioError
        When a user made it, and its file is no scenario any more.
    """
    if name in built_in_names():
        return _built_in(name)
    store = ScenarioStore(home)
    if name not in (made := store.names()):
        raise UnlikeNameError("scenario", f"{name:.80}", (*built_in_names(), *made), field="scenario")
    return _of_stored(store.get(name))


def scenario_of(text: str, home: Path | str | None = None) -> Scenario:
    """The scenario that `--scenario NAME|FILE` names: a file where the text ends in .yaml or .yml or has a folder.

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    FileError
        When the file says no scenario; with line and field.
    StorageError
        When the file is not there or may not be read.
    """
    return from_file(Path(text))[0] if names_a_file(text) else find(text.removeprefix("scenarios/"), home).scenario


def names_a_file(text: str) -> bool:
    """Whether a text names a scenario's file, rather than a scenario: it ends in .yaml or .yml, or has a folder."""
    name = text.removeprefix("scenarios/")
    return name.lower().endswith(SUFFIXES) or "/" in name or "\\" in name


def from_file(path: Path) -> tuple[Scenario, str]:
    """The scenario in a user's file, and the file's text.

    Raises
    ------
    FileError
        When it says no scenario; with line and field.
    InputError
        When it is not there or may not be read.
    """
    try:
        data = read_file(path)
    except FileNotFoundError:
        message = f"no such file: {path}; `timelines scenario list` names the scenarios"
        raise InputError(message, field="scenario") from None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}", field="scenario") from error
    return scenario_files.load(data, str(path)), data.decode("utf-8-sig")


def copy_of(name: str, own: str, home: Path | str | None = None) -> tuple[str, str]:
    """The file of a scenario under another name, and that name.

    Parameters
    ----------
    name : str
        Which scenario.
    own : str
        What to call the copy; where it cannot be a name, or is a built-in scenario's, `my-` and the old name.
    home : Path or str, optional
        The state folder.

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    """
    record = find(name, home)
    new = own if NAME.fullmatch(own) and own not in taken_names() else f"my-{name}"[:63].rstrip("-")
    lines = record.text.splitlines()
    lines[scenario_files.line_of_name(record.text) - 1] = f"name: {new}"
    return new, "\n".join([*_HEAD.format(record.origin.replace("_", "-"), name).splitlines(), *lines, ""])


_HEAD = """\
# A copy of the {} scenario {}.
# `timelines inputs` lists what `set` and `prior` can name; `timelines scenario check FILE` checks this file.
"""


def create(
    scenario: Scenario,
    home: Path | str | None = None,
    *,
    text: str = "",
    request_id: str = "",
    validate_only: bool = False,
) -> ScenarioRecord:
    """Check a scenario and keep it: from then on questions can name it.

    Parameters
    ----------
    scenario : Scenario
        What to keep.
    home : Path or str, optional
        The state folder.
    text : str
        Its file as its maker wrote it.
    request_id : str
        A UUID of the maker's, or empty.
    validate_only : bool
        Check everything, keep nothing.

    Returns
    -------
    ScenarioRecord
        As it is kept.

    Raises
    ------
    ScenarioTakenError
        When its name belongs to another.
    RequestIdUsedError
        When its request_id was used for another scenario.
    InputError
        When it breaks a rule.
    StorageError
        When the state folder cannot be written.
    """
    keep = ScenarioStore(home).check if validate_only else ScenarioStore(home).add
    return _of_stored(keep(scenario, text, request_id, taken_names()))


def delete(name: str, home: Path | str | None = None) -> None:
    """Forget a scenario that a user made.

    Raises
    ------
    InputError
        When it is a built-in one.
    UnknownNameError
        When there is none of that name; lists the user's own.
    """
    store = ScenarioStore(home)
    if name in built_in_names() and name not in store.names():
        raise InputError(f"{name} is built in, and stays; only scenarios of your own can be deleted", field="name")
    store.remove(name)


def record_dict(record: ScenarioRecord) -> dict[str, Any]:
    """The record as JSON values: what protobuf's own JSON makes of its message, to the letter."""
    origin = f"SCENARIO_ORIGIN_{record.origin.upper()}"
    return {"name": f"scenarios/{record.name}", "origin": origin, "scenario": scenario_dict(record.scenario)}


def taken_names() -> frozenset[str]:
    """Names that a scenario of one's own cannot have."""
    return frozenset(built_in_names()) | RESERVED


@lru_cache(maxsize=256)
def _built_in(name: str) -> ScenarioRecord:
    data = (BUILT_IN / f"{name}.yaml").read_bytes()
    scenario = BASELINE if name == BASELINE.name else scenario_files.load(data, f"{name}.yaml")
    return ScenarioRecord("built_in", scenario, data.decode())


def _of_stored(one: StoredScenario) -> ScenarioRecord:
    return ScenarioRecord("created", one.scenario, one.text)
