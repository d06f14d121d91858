# Two commands matter: `make demo` shows what this does, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help demo test lint oldest clean

help:  ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

demo: $(VENV)/.installed  ## Install and run the whole flow on TPC-H data
	$(BIN)/warehousebench demo

test: $(VENV)/.tested  ## Install the test extra and run the tests
	$(BIN)/python -m pytest

lint: $(VENV)/.tested  ## Check style, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

oldest: pyproject.toml  ## Run the tests under the oldest DuckDB that is supported
	$(PYTHON) -m venv $(VENV)-oldest
	sed '/^duckdb==/d' constraints.txt > $(VENV)-oldest/constraints.txt
	$(VENV)-oldest/bin/pip install --quiet --disable-pip-version-check -c $(VENV)-oldest/constraints.txt -e '.[test]' 'duckdb==1.5.5'
	$(VENV)-oldest/bin/python -m pytest -m 'not slow and not spark'

clean:  ## Remove what the other targets made, but no results
	rm -rf $(VENV) $(VENV)-oldest build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "warehousebench needs Python 3.11 or later; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e .
	touch $@

$(VENV)/.tested: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) -e '.[test]'
	touch $@ $(VENV)/.installed
