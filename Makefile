# The commands of the project. Everything lives in .venv/; only Python 3.11+, git and make are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo test prove lint fmt bench clean setup

setup: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $(STAMP)

demo: $(STAMP)  ## the main job on the built-in mailbox: no account, no key
	@$(BIN)/mailreeve demo run

test: $(STAMP)  ## fixed seeds, a sample of the large counts
	$(BIN)/python -m pytest -m "not prove" -q -n auto

prove: $(STAMP)  ## the full counts, and the training once more; writes docs/proof.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group train
	$(BIN)/python tests/prove.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fmt: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## each prints a table and the command that made it
	@for file in benchmarks/*.py; do echo; echo "== $$file"; $(BIN)/python $$file || exit 1; done

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache dist build
