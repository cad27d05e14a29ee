# What people type. Each target does all its own set-up; the only things needed are Python 3.11+, make and a network.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Tests start hundreds of processes; where Python keeps nothing that it has compiled, each compiles all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test lint types check browser coverage mutants bench requirements facts lock wheel clean

help:  ## show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(READY)  ## play every documented workflow; timeline on screen, report in build/report/
	$(BIN)/rehearsal demo --out build/report

test: $(READY) browser lint types check  ## lint, types, then every test: unit, contract, integration, Gherkin, browser

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

check: $(READY) | browser
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

browser:
	@if command -v chromium >/dev/null 2>&1; then :; \
	elif [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
		echo "Installing Chromium for the browser tests"; \
		(apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null) \
			|| echo "Chromium could not be installed: tests/browser will be left out"; \
	else \
		echo "Chromium is missing: tests/browser will be left out (install the package 'chromium' to run it)"; \
	fi

mutants: $(READY)  ## break the connector in small ways and say which of them the features notice (half an hour)
	$(BIN)/python -m tests.mutants --page docs/mutants.md

coverage: $(READY)  ## print how much of the connector the features alone play, and what stays dark
	$(BIN)/coverage run --source connector --data-file build/.coverage -m rehearsal play >/dev/null
	$(BIN)/coverage report --data-file build/.coverage --show-missing --skip-covered

bench: $(READY)  ## print the figures of tests/benchmarks/
	$(BIN)/python -m tests.benchmarks

requirements: $(READY)  ## write docs/requirements.md anew from the features
	$(BIN)/rehearsal requirements --out docs/requirements.md

facts: $(READY)  ## write the pages of docs/facts anew from the tables of the code
	$(BIN)/python -m rehearsal.report.facts

wheel: $(READY)  ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

lock: $(READY)  ## resolve the dependencies anew into requirements.lock
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --extra fast --extra postgres --universal --python-version 3.11 \
		--no-header --no-annotate --no-emit-index-url --quiet --upgrade --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Rehearsal needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
