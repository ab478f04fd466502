# What you need: Debian (or any Unix), Python 3.11 or newer, make. Everything else is made here, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= demo
WORKERS ?= 2

.PHONY: help demo test test-fast proof bench lint format lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: $(VENV)/.base ## a company to try it on, walked through from the map to the certificate
	@$(BIN)/habeas demo $(DEMO)

test: $(VENV)/.dev ## all that must hold: lint, types, layers, tests over SQLite and PostgreSQL
	@.ci/prepare postgresql
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n $(WORKERS) -m "not proof"

test-fast: $(VENV)/.dev ## SQLite alone, without the random worlds, kills and whole ways: under a minute
	HABEAS_TEST_PROFILE=fast $(BIN)/pytest -q -n $(WORKERS) -m "not postgresql and not proof" \
		tests/unit tests/integration --ignore tests/integration/properties --ignore tests/integration/demo --ignore tests/integration/discovery \
		--ignore tests/integration/engine/test_lists_of_people.py --ignore tests/integration/engine/test_one_after_another.py \
		--ignore tests/unit/execution/test_spool.py --ignore tests/unit/drawing --ignore tests/unit/importing

proof: $(VENV)/.dev ## the long forms: more examples, more kills
	@.ci/prepare postgresql
	HABEAS_TEST_PROFILE=proof $(BIN)/pytest -n $(WORKERS)

bench: $(VENV)/.dev ## the measurements of docs/benchmarks.md
	@.ci/prepare postgresql
	$(BIN)/python -m bench

lint: $(VENV)/.dev ## ruff, mypy --strict, the layers
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## lay out the source
	$(BIN)/ruff format

# The lock names exact versions and no host: whichever index your pip is set to serves them.
lock: $(VENV)/.python ## pin again what pyproject.toml asks for
	@.ci/prepare lock "$(BIN)/python"

clean: ## remove what was made here, and no demo
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Stamps: a second run finds them and installs nothing.
$(VENV)/.python:
	@.ci/prepare venv "$(PYTHON)" $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.python requirements/base.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.python requirements/dev.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@ $(VENV)/.base
