#!/bin/sh
# Makes .venv with all that requirements.txt names, and this project in it. Run by `make install`; the second run only
# looks. As root on Debian and Ubuntu what Python lacks is installed; elsewhere the command to run is printed.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/installed
# Where .venv was made, and from what.
wanted="$(pwd) $(cat pyproject.toml requirements.txt infra/install.sh | cksum)"
made="$(cat "$stamp" 2>/dev/null || true)"
if [ "$made" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

say() { printf 'install: %s\n' "$*"; }

give_up() { say "$*" >&2; exit 2; }

suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

# A Python may be there without what makes environments: Debian has that in a package of its own.
makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

find_python() {
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if suits "$name" && "$1" "$name"; then
            echo "$name"
            return
        fi
    done
}

apt_installs() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "installing $* with apt-get"
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"
}

packages_for() {
    bare="$(find_python true)"
    if [ -n "$bare" ]; then
        "$bare" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    else
        echo "python3 python3-venv"
    fi
}

python="$(find_python makes_environments)"
if [ -z "$python" ]; then
    packages="$(packages_for)"
    # shellcheck disable=SC2086  # one word a package
    apt_installs $packages || true
    python="$(find_python makes_environments)"
fi
if [ -z "$python" ]; then
    if command -v apt-get >/dev/null; then
        give_up "no Python 3.11, 3.12 or 3.13 that can make environments: run 'sudo apt-get install $packages', then try again"
    fi
    give_up "no Python 3.11, 3.12 or 3.13 that can make environments: install one, or name it with 'make PYTHON=/path/to/python3.12 …'"
fi

# Programs in .venv name their folder: a clone that was moved needs new ones.
case "$made" in "" | "$(pwd) "*) ;; *) rm -rf .venv ;; esac
if [ ! -x .venv/bin/pip ] || ! suits .venv/bin/python; then
    say "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

pip() { PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip --no-input "$@"; }

say "installing what requirements.txt names into .venv (the first time takes a minute)"
rm -f "$stamp"
pip install --quiet --require-hashes --requirement requirements.txt \
    || give_up "pip could not install the packages (see above): is the network there? Then try again"
pip install --quiet --no-deps --no-build-isolation --editable . \
    || give_up "pip could not install the project itself (see above)"
printf '%s\n' "$wanted" >"$stamp"
say "done: .venv/bin/rapport is ready"
