# Everything this project can be asked to do. Needs only make and Python 3.11 or newer:
# each target first makes the virtual environments that it uses.
#
# Recipes use relative paths alone, so that a clone works in any folder, spaces included.

SHELL := /bin/sh
PYTHON ?= python3
ROWS ?= 200000
ARGS ?=
# Test files run side by side; a browser and a talk with a server are left a core of their own.
WORKERS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
# The second DuckDB line that the data tests run on (pyproject.toml says why there are two).
OTHER_DUCKDB := 1.5.5
OTHER_VENV := .venv-duckdb15
OTHER_PY := $(OTHER_VENV)/bin/python

SIDE_BY_SIDE := -n $(WORKERS) --dist loadfile

# Stamps are younger than pyproject.toml when what it asks for is installed.
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
OTHER := $(OTHER_VENV)/.installed

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export UV_NO_PROGRESS := 1

.PHONY: help install run test service verify soak lint bench clean
.DEFAULT_GOAL := help

help: ## say what can be made
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

install: $(DEV) ## the virtual environment, with what tests need

run: $(RUNTIME) ## build from the starter ledger if need be, and open the dashboard
	$(VENV)/bin/whobuys up $(ARGS)

test: $(DEV) $(OTHER) ## every test that needs nothing but this folder, on both lines of DuckDB
	$(PY) -m pytest -m 'not browser and not verify and not soak and not service' $(SIDE_BY_SIDE) $(ARGS)
	$(PY) -m pytest -m 'browser and not verify and not soak and not service' $(ARGS)
	@echo 'The tests of the data again, under DuckDB $(OTHER_DUCKDB):'
	$(OTHER_PY) -m pytest -p no:cacheprovider -m 'data and not verify and not soak and not service' $(SIDE_BY_SIDE) $(ARGS)

service: $(DEV) $(OTHER) ## fetching and searching, against a server on loopback that fails like the real one
	$(PY) -m pytest -m 'service and not verify and not soak' $(ARGS)
	@echo 'Those that end in a database again, under DuckDB $(OTHER_DUCKDB):'
	$(OTHER_PY) -m pytest -p no:cacheprovider -m 'service and data and not verify and not soak' $(ARGS)

verify: $(DEV) $(OTHER) ## the tests that need the real records and labels in ../shared
	@[ -d ../shared ] || { echo 'make verify needs the real records and the labels: a folder named "shared" beside this one. It is not there, so nothing was verified.' >&2; exit 2; }
	WHOBUYS_VERIFY=1 $(PY) -m pytest -m verify $(SIDE_BY_SIDE) $(ARGS)
	@echo 'Those that end in an export again, under DuckDB $(OTHER_DUCKDB):'
	WHOBUYS_VERIFY=1 $(OTHER_PY) -m pytest -p no:cacheprovider -m 'verify and data' $(ARGS)

soak: $(DEV) ## the long tests: kills, faults, an hour of them
	$(PY) -m pytest -m soak -n $(WORKERS) --dist loadgroup $(ARGS)

lint: $(DEV) ## style, types, and who may import whom
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo

bench: $(DEV) ## how fast and how much memory, beside plain DuckDB (ROWS=5000000 for the full size)
	$(PY) benchmarks/bench.py --rows $(ROWS) $(ARGS)

clean: ## remove environments, caches and benchmark files; never the data
	rm -rf $(VENV) $(OTHER_VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis benchmarks/work
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Environments. uv is used when it is there, because it is quicker; pip does as well.

define check_python
@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo 'whobuys needs Python 3.11 or newer, and "$(PYTHON)" is not. Name one that is: make PYTHON=python3.12 install' >&2; exit 2; }
endef

# $(1): what to install, in the words that uv and pip share. --group needs pip 25.1; -qq keeps
# pip's errors and drops its warnings.
define install
@echo 'Installing what whobuys needs into $(VENV) (a minute or two the first time)'
@if command -v uv >/dev/null 2>&1; then \
  uv pip install --quiet --python $(PY) $(1); \
else \
  $(PY) -m pip install -qq --upgrade 'pip>=25.1' && $(PY) -m pip install -qq $(1); \
fi
endef

$(VENV)/.made:
	$(check_python)
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python "$$(command -v "$(PYTHON)")" $(VENV); \
	else \
	  "$(PYTHON)" -m venv $(VENV); \
	fi
	@touch $@

$(RUNTIME): pyproject.toml | $(VENV)/.made
	$(call install,-e .)
	@touch $@

$(DEV): pyproject.toml | $(VENV)/.made
	$(call install,-e . --group dev)
	@touch $(RUNTIME) $@

# Only DuckDB differs, so the second environment holds only DuckDB and looks up everything
# else in the first: its own packages come first on the path.
$(OTHER): pyproject.toml Makefile $(DEV)
	@echo 'Installing DuckDB $(OTHER_DUCKDB) into $(OTHER_VENV)'
	@rm -rf $(OTHER_VENV)
	@$(PY) -m venv --without-pip $(OTHER_VENV)
	@echo '*' > $(OTHER_VENV)/.gitignore
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(OTHER_PY) --no-deps 'duckdb==$(OTHER_DUCKDB)'; \
	else \
	  $(PY) -m pip --python $(OTHER_PY) install -qq --no-deps 'duckdb==$(OTHER_DUCKDB)'; \
	fi
	@$(PY) -c 'import sysconfig; print("import site;", "site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
	  > "$$($(OTHER_PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/first-environment.pth"
	@touch $@
