# make run    start Haike with a sample company; the first time this installs and builds what is missing
# make test   all tests, on SQLite and, where PostgreSQL is installed, on PostgreSQL too, and everything that make check does
# make lighthouse  what Lighthouse says of a list and a record; the first time this installs it beside the tests
# make duplicates  how well names are told apart, measured anew for docs/duplicates.md
# make check  style, types, imports between rooms, words, migrations, sizes of files

SHELL := /bin/bash
# Each of the many processes of a test session would read and translate all files anew.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet
PYTEST := $(BIN)/python -m pytest
# What a test session wants beside: a path, -k …, -n 1. Three at once: a test in the browser often waits.
ARGS ?=

.PHONY: run install dev test style check features lighthouse bench duplicates words format lock clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	@$(BIN)/python hatch_build.py
	@exec $(BIN)/haike run --sample $(ARGS)

install: $(VENV)/.run
dev: $(VENV)/.dev

$(BIN)/python:
	@echo "Python: $(PYTHON)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Haike needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing libraries …"
	@$(PIP) --require-hashes --requirement requirements.lock
	@node="$$($(BIN)/python hatch_build.py --missing-node)" && if [ -n "$$node" ]; then $(PIP) "$$node"; fi
	@HAIKE_SKIP_FRONTEND=1 $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing tools for tests and checks …"
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

# A part of the tests is asked for while one writes it; its style can wait.
test: $(VENV)/.dev $(if $(ARGS),,style)
	@$(BIN)/python hatch_build.py
	env -u HAIKE_TEST_POSTGRES $(PYTEST) -n 3 $(ARGS) $(if $(ARGS),,--ignore tests/test_lighthouse.py)
	$(if $(ARGS),,env -u HAIKE_TEST_POSTGRES $(PYTEST) tests/test_lighthouse.py)
	@.ci/with-postgres $(PYTEST) -n 3 -m "not browser or both" $(ARGS)

style: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint haike --lint --quiet
	$(BIN)/lint-imports

check: style
	$(PYTEST) -q tests/test_sources.py

lighthouse: $(VENV)/.lighthouse
	@$(BIN)/python hatch_build.py
	@$(PYTEST) -q -s tests/test_lighthouse.py $(ARGS)

$(VENV)/.lighthouse: frontend/lighthouse/package-lock.json $(VENV)/.dev
	@$(BIN)/python hatch_build.py --lighthouse
	@touch $@

features: $(VENV)/.dev
	@$(PYTEST) -q --no-header --features

bench: $(VENV)/.dev
	@$(BIN)/python hatch_build.py
	@$(BIN)/python -m bench $(ARGS)

duplicates: $(VENV)/.dev
	WRITE_DUPLICATES=1 $(BIN)/pytest -q haike/dedupe/tests/test_pairs.py

words: $(VENV)/.run
	@$(BIN)/haike words update
	@$(BIN)/haike words compile
	@$(BIN)/haike words check

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

LOCK = $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock" --extra postgresql --group build pyproject.toml

lock: | $(BIN)/python
	@$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip install --quiet uv
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group test --group lint --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) frontend/node_modules frontend/lighthouse/node_modules haike/site/static/haike .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find haike -name '*.mo' -delete
