#!/bin/sh
# Make `.venv` from requirements.lock, then install both projects of this checkout into it.
#
#   sh tools/bootstrap.sh           bring .venv up to date; quiet when there is nothing to do
#   sh tools/bootstrap.sh python    print the Python that it would use
#
# TIMELINES_PYTHON names the interpreter to use; TIMELINES_NO_UV=1 installs with pip alone.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/timelines-stamp
log=$venv/bootstrap.log

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# Runs, is 3.12 or newer, and can make environments: a pyenv shim may exist and do none of it.
usable() {
    "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 12))' </dev/null >/dev/null 2>&1
}

# Every folder of PATH is asked, not only the first that has the name: a broken shim often hides a good one.
on_path() {
    for name in python3.13 python3.12 python3 python; do
        old_ifs=$IFS
        IFS=:
        for folder in $PATH; do
            IFS=$old_ifs
            [ -x "$folder/$name" ] && usable "$folder/$name" && printf '%s\n' "$folder/$name" && return 0
        done
        IFS=$old_ifs
    done
    return 1
}

under_pyenv() {
    for minor in 13 12 14 15; do
        for candidate in "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3."$minor"*/bin/python3; do
            [ -x "$candidate" ] && usable "$candidate" && printf '%s\n' "$candidate" && return 0
        done
    done
    return 1
}

find_python() {
    if [ -n "${TIMELINES_PYTHON:-}" ]; then
        usable "$TIMELINES_PYTHON" || fail "TIMELINES_PYTHON=$TIMELINES_PYTHON is no working Python 3.12 or newer."
        printf '%s\n' "$TIMELINES_PYTHON"
        return 0
    fi
    on_path || under_pyenv || fail "timelines needs Python 3.12 or 3.13 and found neither on the PATH nor under pyenv:" \
        "install one (python.org, your system's packages, or \`pyenv install 3.13\`) and run this again."
}

# What is installed is told by what it was installed from, and where: an environment that was moved is made anew.
fingerprint() {
    cat requirements.lock pyproject.toml clients/python/pyproject.toml tools/bootstrap.sh | cksum
    pwd -P
}

up_to_date() {
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ] && "$venv/bin/python" -c '' 2>/dev/null
}

plain_environment() {
    "$1" -m venv --clear "$venv" && begin_log ||
        fail "$1 cannot make environments: install its venv package (Debian: python3-venv) or uv, and run this again."
}

# Whatever the checkout's own .gitignore says, the environment ignores itself.
begin_log() {
    echo '*' >"$venv/.gitignore"
    : >>"$log"
}

# The uv that the lock pins, put into the environment by the environment's own pip.
uv_from_lock() {
    sed -n '/^uv==/,/^[^ ]/{/^uv==/p;/^ *--hash/p;}' requirements.lock >"$venv/uv.txt"
    "$venv/bin/python" -m pip install --quiet --require-hashes --no-deps -r "$venv/uv.txt" >>"$log" 2>&1
}

# uv from the PATH if there is one that runs, else from the lock.
with_uv() {
    [ -z "${TIMELINES_NO_UV:-}" ] || return 1
    if uv --version >/dev/null 2>&1; then
        uv=uv
        uv venv --quiet --clear --no-python-downloads --python "$1" "$venv" && begin_log || return 1
    else
        uv=$venv/bin/uv
        plain_environment "$1"
        uv_from_lock || return 1
    fi
    "$uv" pip sync --quiet --python "$venv/bin/python" --require-hashes requirements.lock 2>>"$log" &&
        "$uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation \
            -e . -e clients/python 2>>"$log"
}

with_pip() {
    plain_environment "$1"
    "$venv/bin/python" -m pip install --quiet --require-hashes --no-deps -r requirements.lock 2>>"$log" &&
        "$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation -e . -e clients/python 2>>"$log"
}

main() {
    up_to_date && return 0
    python=$(find_python) || exit 1
    say "Setting up .venv with $("$python" --version) (once; a few minutes on a slow connection) ..."
    with_uv "$python" || with_pip "$python" || {
        tail -n 20 "$log" >&2
        fail "The installation failed; the whole log is in $log."
    }
    fingerprint >"$stamp"
}

case "${1:-}" in
python) find_python ;;
"") main ;;
*) fail "usage: sh tools/bootstrap.sh [python]" ;;
esac
