"""The scenarios that users made: one YAML file each in the folder `scenarios` of the state folder.

    store = ScenarioStore()
    store.add(scenario_files.load(data, "my.yaml"), text=data.decode())

The file is what its maker wrote, comments and all; the request_id of its making stands in a comment above it. It may be
edited where it lies: what is read is checked as if it were new. It is put in its place whole or not at all, and never
over another: of two processes that make the same name at once one succeeds, and the other learns whether it was the
same scenario. No database is needed, so that answering stays light.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from forecast.catalogue.failures import RequestIdUsedError
from forecast.catalogue.named import marked_yaml, scenario_files
from forecast.catalogue.named.files import NamedFiles
from forecast.catalogue.named.scenario_files import FileError
from forecast.engine.imported import checked_uuid
from forecast.engine.scenario import Scenario
from forecast.errors import ArtefactError, InputError
from forecast.posterior.state import state_folder

RESERVED = frozenset({"inline"})
"""What a scenario without a name is called."""

_REQUEST = "# request_id: "
_REQUEST_LINE = re.compile(rf"{_REQUEST}([0-9a-f-]{{36}})\n")


class ScenarioTakenError(InputError):
    """A name that another scenario has."""

    reason = "NAME_TAKEN"


class DamagedScenarioError(ArtefactError):
    """The file of a user's scenario cannot be read as one."""

    reason = "DAMAGED_SCENARIO"


@dataclass(frozen=True, slots=True)
class StoredScenario:
    """A scenario as it is kept.

    Attributes
    ----------
    scenario : Scenario
        What it says.
    text : str
        Its file.
    request_id : str
        A UUID of its maker's, or empty.
    """

    scenario: Scenario
    text: str
    request_id: str = ""


class ScenarioStore(NamedFiles[StoredScenario]):
    """The scenarios that users made, in a state folder."""

    kind, suffix = "scenario of your own", ".yaml"

    def folder(self) -> Path:
        """Where they lie."""
        return state_folder(self._home).scenarios

    def parse(self, name: str, data: bytes) -> StoredScenario:
        """The scenario in a file's bytes, checked as if it were new; DamagedScenarioError where it is none."""
        return _parsed(name, data)

    def read_file(self, path: Path) -> bytes:
        """The bytes of a file, of a long one only so many that it is seen to be too long."""
        return read_file(path)

    def add(
        self, scenario: Scenario, text: str = "", request_id: str = "", taken: Iterable[str] = ()
    ) -> StoredScenario:
        """Keep a scenario; the same under the same name again changes nothing.

        Parameters
        ----------
        scenario : Scenario
            What to keep.
        text : str
            Its file as its maker wrote it; by default it is written anew.
        request_id : str
            A UUID of the maker's, or empty.
        taken : iterable of str
            Names that built-in scenarios have.

        Returns
        -------
        StoredScenario
            As it is kept: with the request_id of its first making.

        Raises
        ------
        ScenarioTakenError
            When its name belongs to another.
        RequestIdUsedError
            When its request_id was used for another scenario.
        InputError
            When it breaks a rule of `scenario_files.checked`.
        DamagedScenarioError
            When the file under its name is no scenario.
        StorageError
            When the state folder cannot be written.
        """
        new = self.check(scenario, text, request_id, taken)
        head = f"{_REQUEST}{new.request_id}\n" if new.request_id else ""
        self.create(new.scenario.name, (head + new.text).encode())
        return _same(self.get(new.scenario.name), new.scenario)

    def check(
        self, scenario: Scenario, text: str = "", request_id: str = "", taken: Iterable[str] = ()
    ) -> StoredScenario:
        """What `add` would keep, or what it would raise; nothing is kept."""
        new = scenario_files.checked(scenario)
        text = _REQUEST_LINE.sub("", text, count=1) if _REQUEST_LINE.match(text) else text
        made = StoredScenario(new, text or scenario_files.dump(new), checked_uuid(request_id))
        if new.name in RESERVED:
            message = f"{new.name} is what a scenario without a name is called; give it a name"
            raise InputError(message, field="name")
        if new.name in set(taken):
            message = f"{new.name} is the name of a built-in scenario; choose another"
            raise ScenarioTakenError(message, field="name")
        if new.name in self.names():
            _same(self.get(new.name), new)
        for kept in self.list() if made.request_id else ():
            if kept.request_id == made.request_id and kept.scenario != new:
                message = f"request_id {made.request_id} was used to make {kept.scenario.name}; give each its own"
                raise RequestIdUsedError(message, field="request_id")
        return made


def read_file(path: Path) -> bytes:
    """The bytes of a file, of a long one only so many that it is seen to be too long."""
    with path.open("rb") as file:
        return file.read(marked_yaml.MAX_BYTES + 1)


def _same(kept: StoredScenario, scenario: Scenario) -> StoredScenario:
    if kept.scenario == scenario:
        return kept
    message = (
        f"another scenario is kept as {scenario.name}; choose another name, or remove that one first with "
        f"`timelines scenario delete {scenario.name}`"
    )
    raise ScenarioTakenError(message, field="name")


def _parsed(name: str, data: bytes) -> StoredScenario:
    """The scenario in a file's bytes, checked as if it were new."""
    try:
        scenario = scenario_files.load(data, f"{name}.yaml")
    except FileError as error:
        raise _damaged(name, error.message) from error
    if scenario.name != name:
        raise _damaged(name, f"it holds the scenario {scenario.name}")
    text = data.decode("utf-8-sig")
    found = _REQUEST_LINE.match(text)
    return StoredScenario(scenario, text[found.end() if found else 0 :], found[1] if found else "")


def _damaged(name: str, why: str) -> DamagedScenarioError:
    message = (
        f"the file of scenario {name} is damaged ({why}): mend it, or remove it with `timelines scenario delete {name}`"
    )
    return DamagedScenarioError(message, field="scenario")
