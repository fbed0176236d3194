# Everything starts here and needs git, make and a Python (3.11 to 3.13) with venv. PYTHON=… chooses another one.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV ?= .venv
WORKERS ?= 2

# A name on the path is not enough: it may be a stub of a version manager, or a Python without venv.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest

.PHONY: help setup check format test test-postgres soak bench demo snapshots pictures manual catalogs clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "stockterm needs Python 3.11, 3.12 or 3.13 with venv; name one: make PYTHON=/path/to/python" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

# One stamp for each set of packages; a changed pyproject.toml installs anew.
$(VENV)/.runtime: pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $@

setup: $(VENV)/.dev  ## the environment, with everything that development needs

check: $(VENV)/.dev  ## format, lint, types, and which part may import which
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev  ## put the code in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(VENV)/.test  ## the whole suite, on both databases
	$(PYTEST) -n $(WORKERS) --dist worksteal

test-postgres: $(VENV)/.test  ## only what runs on PostgreSQL, and it has to be there
	CI=true $(PYTEST) -n $(WORKERS) --dist worksteal -k postgresql

soak: $(VENV)/.test  ## the long forms of the crash, burst and fuzz tests
	STOCKTERM_SOAK=1 $(PYTEST) -m soak --timeout 3600

bench: $(VENV)/.dev  ## speed, each case beside its raw case
	$(BIN)/python -m bench

snapshots: $(VENV)/.test  ## take the golden screens anew; look at the difference before you commit it
	STOCKTERM_GOLDEN=write $(PYTEST) -n $(WORKERS) tests/terminal

pictures: $(VENV)/.test  ## take the pictures of the manuals anew, from the real program
	$(BIN)/python -m docs.pictures.make

manual: $(VENV)/.test  ## bring the help of every step in docs/floor.md up to date with the program
	$(BIN)/python -m docs.manual

catalogs: $(VENV)/.test  ## bring the translations up to date with the source; says what is not translated yet
	$(BIN)/python -m tests.i18n.catalogs

demo: $(VENV)/.runtime  ## a demo company, and the program opened on it
	$(BIN)/stockterm demo

clean:  ## the environment and everything that was made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
