# Everything a newcomer needs: `make demo` and `make test` set themselves up from a fresh clone.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test lint docs-figures benchmarks simulations train clean

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
	$(BIN)/python benchmarks/million.py
	$(BIN)/python benchmarks/prevalence.py
	$(BIN)/python benchmarks/strength.py
	$(BIN)/python benchmarks/changes.py
	$(BIN)/python benchmarks/choosing.py
	$(BIN)/python benchmarks/adapting.py
	$(BIN)/python benchmarks/classes.py
	$(BIN)/python benchmarks/encoder.py
# baselines.py, adapting.py and learning.py take a labelled file: $(BIN)/python benchmarks/learning.py LABELLED.csv

# the tables of prevalence, strength and changes, written into docs/reference/simulations.md
simulations: $(STAMP)
	$(BIN)/python docs/simulations.py

# pip 25.1 is the first that installs dependency groups
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[encoder]" --group dev
	touch $(STAMP)

clean:
	rm -rf $(VENV) demo-out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
