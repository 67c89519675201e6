#!/bin/sh
# Make `.venv-peers`: what the benchmarks stand beside (squigglepy, numpyro), at the versions of requirements-peers.lock,
# together with the project and all of its own lock. Quiet when there is nothing to do. Needs `.venv` (tools/bootstrap.sh).
set -eu
cd "$(dirname "$0")/.."

venv=.venv-peers
stamp=$venv/timelines-stamp
log=$venv/peers.log
python=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }

# As in bootstrap.sh: what it was made from, by which Python, and where.
fingerprint() {
    cat requirements.lock requirements-peers.lock pyproject.toml clients/python/pyproject.toml tools/peers.sh | cksum
    "$python" --version
    pwd -P
}

up_to_date() {
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ] && "$venv/bin/python" -c '' 2>/dev/null
}

# Whatever the checkout's own .gitignore says, the environment ignores itself.
begin_log() {
    echo '*' >"$venv/.gitignore"
    : >>"$log"
}

with_uv() {
    [ -z "${TIMELINES_NO_UV:-}" ] || return 1
    uv=.venv/bin/uv
    "$uv" venv --quiet --clear --no-python-downloads --python "$python" "$venv" && begin_log || return 1
    "$uv" pip sync --quiet --python "$venv/bin/python" --require-hashes requirements.lock requirements-peers.lock \
        2>>"$log" &&
        "$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation \
            -e . -e clients/python 2>>"$log"
}

# A way to the packages that pip knows, uv may not.
with_pip() {
    "$python" -m venv --clear "$venv" && begin_log || return 1
    "$venv/bin/python" -m pip install --quiet --require-hashes --no-deps \
        -r requirements.lock -r requirements-peers.lock 2>>"$log" &&
        "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation -e . -e clients/python 2>>"$log"
}

up_to_date && exit 0
[ -x "$python" ] || { say "Make .venv first: make env" && exit 1; }
say "Setting up .venv-peers for the benchmarks (once) ..."
with_uv || with_pip || {
    [ ! -f "$log" ] || tail -n 20 "$log" >&2
    say "The benchmarks' peers could not be installed, so that their rows are skipped; the whole log is in $log."
    exit 1
}
fingerprint >"$stamp"
