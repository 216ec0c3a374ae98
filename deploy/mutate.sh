#!/bin/sh
# Mutation testing of scoring/ and states/ (docs/mutation.md), each on a copy in var/mutation; takes hours on two cores.
# PACKAGES="scoring" takes one of them; EVERY=6 takes every sixth mutant of each module.
set -eu
python=$PWD/.venv/bin/python
work=$PWD/var/mutation
tools=$work/tools
tested="actions config danhgia flows models notifications reports scoring states tests web pyproject.toml README.md"

[ -d "$tools" ] ||
    "${PYTHON:-python3}" -m pip --python "$python" install --quiet --disable-pip-version-check --no-deps \
        --require-hashes --requirement tests/mutation/requirements.lock --target "$tools"

DANHGIA_TEST_SQLITE_TEMPLATE=$work/template.db
export DANHGIA_TEST_SQLITE_TEMPLATE
rm -f "$DANHGIA_TEST_SQLITE_TEMPLATE"
DANHGIA_DATABASE_URL=sqlite:///$DANHGIA_TEST_SQLITE_TEMPLATE .venv/bin/danhgia db upgrade

mutmut() {
    PYTHONPATH=$tools nice "$python" -m mutmut "$@"
}

failed=
for package in ${PACKAGES:-scoring states}; do
    copy=$work/$package
    rm -rf "$copy"
    mkdir -p "$copy"
    cp -R $tested "$copy"
    cat "tests/mutation/$package.toml" >> "$copy/pyproject.toml"
    "$python" tests/mutation/unroll.py "$copy/$package"
    (
        cd "$copy"
        if [ -n "${EVERY:-}" ]; then
            mutmut run --max-children 2 none >/dev/null 2>&1 || true # writes the mutants; nothing is of this name
            mutmut run --max-children 2 $("$python" tests/mutation/sample.py mutants "$EVERY")
        else
            mutmut run --max-children 2
        fi
    ) >"$work/$package.log" 2>&1 || { tail -c 2000 "$work/$package.log" >&2; exit 1; }
    "$python" tests/mutation/report.py "$copy/mutants" >"$work/$package.txt" || failed=1
    cat "$work/$package.txt"
done
[ -z "$failed" ]
