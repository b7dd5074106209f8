# Everything a newcomer needs: `make demo` and `make test` set themselves up from a fresh clone.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint docs-figures benchmarks train clean

demo: $(STAMP)
	$(BIN)/voctext demo --out demo-out

test: $(STAMP) lint
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

train: $(STAMP)
	$(BIN)/voctext train --default

benchmarks: $(STAMP)
	$(BIN)/python benchmarks/segment.py
	$(BIN)/python benchmarks/label.py

# pip 25.1 is the first that installs dependency groups
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[train]" --group dev
	touch $(STAMP)

clean:
	rm -rf $(VENV) demo-out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
