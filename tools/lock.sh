#!/bin/sh
# Rewrite the locks from pyproject.toml: name==version and hashes, no addresses. What is locked already stays as it is
# unless `--upgrade` or `--upgrade-package NAME` is given. Needs uv (it is in the lock, so `.venv` has it).
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "make lock" "$@" >/dev/null
}

# The extra `gs` stays out: nothing here needs it, and it brings a dozen packages.
compile pyproject.toml --extra fit --extra server --extra gateway --extra tracing --extra report --extra cluster --extra s3 --extra postgres --group dev --no-emit-package ai-timelines-client -o requirements.lock "$@"
compile --group codegen -o requirements-codegen.lock "$@"
# Beside the project in one environment: what both need is at the project's pins.
compile --group peers --constraint requirements.lock -o requirements-peers.lock "$@"
