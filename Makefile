SHELL := /bin/bash
PYTHON ?= python3
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export UV_SYSTEM_CERTS := 1

BIN := .venv/bin
STAMP := .venv/.lock-$(shell { cat requirements.lock; pwd; } | sha256sum | cut -c1-16)

.PHONY: setup run test check faults bench mutate shots docs handbook lock

setup: $(STAMP)

$(STAMP):
	PYTHON="$(PYTHON)" deploy/setup.sh
	@touch $@

run: setup
	$(BIN)/python -m danhgia.demo

test: setup
	deploy/test-setup.sh
	$(MAKE) check
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not faults"

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

faults: setup
	deploy/test-setup.sh
	$(BIN)/pytest -n 2 -m faults

bench: setup
	$(BIN)/danhgia bench --write docs $(BENCH)

shots: setup
	deploy/test-setup.sh
	$(BIN)/python -m tests.e2e.shots $(SHOTS)

# What is written from the code: docs/reference and docs/diagrams.
docs: setup
	$(BIN)/python -m tests.reference.generate

# The pictures of docs/handbook.
handbook: setup
	deploy/test-setup.sh
	$(BIN)/python -m tests.e2e.handbook

mutate: setup
	deploy/mutate.sh

# The lock names no index and no path: whoever installs brings their own.
lock: .boot/bin/uv
	.boot/bin/uv pip compile pyproject.toml --extra dev --quiet --universal --python-version 3.11 \
		--generate-hashes --no-header --output-file requirements.lock
	.boot/bin/uv pip compile tests/mutation/requirements.in --quiet --universal --python-version 3.11 \
		--generate-hashes --no-header --constraint requirements.lock --output-file tests/mutation/requirements.lock

.boot/bin/uv:
	"$(PYTHON)" -m pip install --quiet --disable-pip-version-check --target .boot uv
