#!/bin/sh
# Builds .venv from requirements.lock with nothing but Python 3.11+ and pip, and installs the project in it.
set -eu
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "danhgia needs Python 3.11 or later; name one, as in: make setup PYTHON=python3.12" >&2
    exit 1
}

with_uv() {
    [ -x .boot/bin/uv ] ||
        "$python" -m pip install --quiet --disable-pip-version-check --target .boot uv || return 1
    .boot/bin/uv venv --quiet --clear --python "$python" .venv &&
        .boot/bin/uv pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes requirements.lock &&
        .boot/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
}

# Pip works on .venv from outside, so neither ensurepip nor leave to touch the system is needed.
with_pip() {
    pip="$python -m pip --python .venv/bin/python --disable-pip-version-check"
    "$python" -m venv --clear --without-pip .venv &&
        $pip install --quiet --no-deps --require-hashes --requirement requirements.lock &&
        $pip install --quiet --no-deps --no-build-isolation --editable .
}

with_uv || {
    echo "uv could not build .venv; building it with pip, which takes a minute" >&2
    with_pip
}

.venv/bin/python -m compileall -q actions config danhgia evidence flows intake models notifications reports scoring states web
