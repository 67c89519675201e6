"""`make protos`: make the committed stubs in `clients/python/timelines/v1` anew from the protos.

The generator is older than the libraries that run its output, so that the stubs work on protobuf 6 and 7. It lies in an
environment of its own, `.venv-codegen`, made from requirements-codegen.lock. `python -m tools.protos baseline` writes
the image that `buf breaking` compares later protos with; `make release` does so when a release is made.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASELINE = "protos/baseline.binpb"
STUBS = "clients/python/timelines/v1"
PACKAGE = "timelines/v1"
BIN = Path(sys.executable).parent

INIT = '"""Generated stubs of the `timelines.v1` API, never edited: `make protos` makes them anew from `protos/`."""\n'


def environment(root: Path = ROOT) -> Path:
    """The generator's environment, made or made anew when it is not of this lock."""
    folder, lock = root / ".venv-codegen", root / "requirements-codegen.lock"
    stamp = folder / "timelines-stamp"
    wanted = f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {sys.version} {folder}\n"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        if not with_uv(folder, lock):
            with_pip(folder, lock)
        stamp.write_text(wanted, encoding="utf-8")
    return folder


def with_uv(folder: Path, lock: Path) -> bool:
    """Make the environment with the uv of ours; whether that went well."""
    python = str(folder / "bin/python")
    steps = (
        ["venv", "--clear", "--no-python-downloads", "--python", sys.executable, str(folder)],
        ["pip", "sync", "--python", python, "--require-hashes", str(lock)],
    )
    return all(subprocess.run([str(BIN / "uv"), *step, "--quiet"], check=False).returncode == 0 for step in steps)


def with_pip(folder: Path, lock: Path) -> None:
    """Make it with Python's own means: pip may know a way to the packages that uv does not."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(lock)]
    subprocess.run([str(folder / "bin/python"), *install], check=True)


def generate(protos: Path, target: Path, environment: Path) -> None:
    """Write the stubs of all protos under a folder; calls are generated only where a service is defined."""
    files = sorted((protos / PACKAGE).glob("*.proto"))
    services = [file for file in files if re.search(r"^service ", file.read_text(encoding="utf-8"), re.MULTILINE)]
    protoc(protos, environment, [f"--python_out={target}", f"--mypy_out={target}"], files)
    protoc(protos, environment, [f"--grpc_python_out={target}", f"--mypy_grpc_out={target}"], services)
    (target / PACKAGE / "__init__.py").write_text(INIT, encoding="utf-8")


def protoc(protos: Path, environment: Path, outputs: Sequence[str], files: Sequence[Path]) -> None:
    """Run the generator; it finds its plugins on the PATH."""
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = [str(environment / "bin/python"), "-m", "grpc_tools.protoc", f"-I{protos}", *outputs, *map(str, files)]
    done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The stubs could not be generated:\n{done.stderr}")


def contents(folder: Path) -> dict[str, bytes]:
    """Each file of a folder of stubs."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def replace(made: Path, stubs: Path) -> list[str]:
    """Bring the stubs to what was made: write what differs, remove what is made no more; the names of both."""
    old, new = contents(stubs), contents(made)
    for name in old.keys() - new.keys():
        (stubs / name).unlink()
    changed = {name for name in new if new[name] != old.get(name)}
    for name in changed:
        (stubs / name).write_bytes(new[name])
    return sorted(changed | (old.keys() - new.keys()))


def buf(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run buf, which needs no network for these protos; its output is returned, not judged."""
    return subprocess.run([str(BIN / "buf"), *arguments], capture_output=True, text=True, check=False)


def broken(protos: Path, image: Path) -> list[str]:
    """What in the protos would break a program made from the baseline, one line each."""
    done = buf("breaking", str(protos), "--against", str(image))
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def write_baseline(root: Path = ROOT) -> bool:
    """Write the image of the protos as they are; whether it changed."""
    target = root / BASELINE
    old = target.read_bytes() if target.is_file() else b""
    done = buf("build", str(root / "protos"), "--exclude-source-info", "-o", str(target))
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return target.read_bytes() != old


def main(arguments: Sequence[str]) -> int:
    """Generate the stubs, or with `baseline` write the image; 2 for a wrong call."""
    if list(arguments) == ["baseline"]:
        print(f"{BASELINE} is {'written' if write_baseline() else 'as it was'}.")
        return 0
    if arguments:
        print("usage: python -m tools.protos [baseline]", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as made:
        generate(ROOT / "protos", Path(made), environment())
        changed = replace(Path(made) / PACKAGE, ROOT / STUBS)
    print(f"{STUBS}: {', '.join(changed) or 'nothing'} changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
