# SpendSense Pipeline. Needs Python 3.11 or newer and make, nothing else.

# The first Python on the path that is new enough; `make PYTHON=/path/to/python3.12 demo` chooses.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Written last, so that an interrupted installation is tried again; older than the lock: install.
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# Dagster recommends its newer `dg` program on every start; it does the same with 30 packages more.
DAGSTER := PYTHONWARNINGS=ignore $(BIN)/dagster
# More words for the program a target runs: `make test ARGS='-k personas'`.
ARGS ?=

# Without bytecode every process compiles all it imports again; the tests start dozens.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test test-long test-crash test-load fuzz ui plaid dev lint format docs docs-check pictures bench bench-plaid bench-large \
	realism lock clean clean-data

help:  ## Show this list.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

install: $(READY)  ## Create .venv from the lock (every other target does it when needed).

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found:" \
		"install it, or name it with 'make PYTHON=/path/to/python3.11'" >&2; exit 2; }
	@echo "Installing into $(VENV) (once, and again when the lock changes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install -r requirements.lock
	@$(PIP) install --no-deps -e .
	@touch $@

demo: $(READY)  ## Run the whole pipeline with the default controls and print the summary.
	$(DAGSTER) asset materialize --select '*' -m spendsense_pipeline.definitions
	$(BIN)/spendsense summary

test: $(READY)  ## Run the tests.
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

test-long: $(READY)  ## Explore further: many populations, nights, whole servers, a browser.
	$(BIN)/pytest -m long -n auto --dist worksteal $(ARGS)

test-crash: $(READY)  ## Kill the refreshing process at random instants, with a reader watching.
	$(BIN)/pytest -m crash $(ARGS)

test-load: $(READY)  ## A thousand page views, twenty operators at once, 100,000 people behind the pages, two hundred previews.
	$(BIN)/pytest -m load $(ARGS)

fuzz: $(READY)  ## Try 2,000 configurations per property instead of a sample.
	$(BIN)/pytest -m fuzz --hypothesis-profile fuzz $(ARGS)

ui: $(READY)  ## Open the dashboard on http://127.0.0.1:8081.
	$(BIN)/spendsense ui $(ARGS)

plaid: $(READY)  ## Serve the people as Plaid would, on http://127.0.0.1:8484.
	$(BIN)/spendsense plaid $(ARGS)

dev: $(READY)  ## Open the Dagster UI on http://127.0.0.1:3000 (schedule and queue included).
	$(DAGSTER) dev --host 127.0.0.1 --port 3000 $(ARGS)

lint: $(READY)  ## Check style, formatting and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 0 --disable-progress-bar spendsense_pipeline

format: $(READY)  ## Write code and queries as the linters want them.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --processes 0 --disable-progress-bar spendsense_pipeline

docs: $(READY)  ## Write the documentation that is derived from the declarations.
	$(BIN)/python -m docs.generate

docs-check: $(READY)  ## Fail if that documentation is stale.
	$(BIN)/python -m docs.generate --check

pictures: $(READY)  ## Take the documentation's pictures of the dashboard (needs Chromium).
	$(BIN)/python docs/pictures.py

bench: $(READY)  ## Measure every stage against floors measured in the same run.
	$(BIN)/python -m benchmarks $(ARGS)

bench-plaid: $(READY)  ## 32 apps at once sync 100 people from the local Plaid.
	$(BIN)/python -m benchmarks.local_plaid $(ARGS)

bench-large: $(READY)  ## The same, up to 100,000 people.
	$(BIN)/python -m benchmarks --large $(ARGS)

realism: $(READY)  ## Compare generated populations with published statistics.
	$(BIN)/python -m benchmarks.realism $(ARGS)

lock: $(READY)  ## Resolve the dependencies of pyproject.toml anew.
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--no-emit-index-url --no-header --upgrade --quiet --output-file requirements.lock

clean:  ## Remove what can be made again: .venv and caches. Data stays.
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .tmp_dagster_home_*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data:  ## Remove every dataset and run in data/.
	find data -mindepth 1 -maxdepth 1 ! -name .gitignore ! -name operator_config.example.json \
		-exec rm -rf {} +
