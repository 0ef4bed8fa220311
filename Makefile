# make demo: the sample run, from a generated Wikipedia to glue_results.tsv and report.html.
# make plan CONFIG=mine.yaml: checks data and machine, and estimates jobs, tokens, hours and disk.
# make test, make lint: what .ci/run calls. make env: only the set-up, which the others do themselves.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PLUGIN := profiles/azure-batch/plugin
CONFIG ?=
SNAKEMAKE := $(BIN)/snakemake $(if $(CONFIG),--configfile $(CONFIG))
SMK := Snakefile rules

.PHONY: help env demo plan test lint clean

help:
	@sed -n 's/^# //p' Makefile
	@echo "make clean: removes results, logs and reports (not .venv)"

env: $(READY)

# The interpreter: PYTHON=... or the first one that is new enough.
$(READY): requirements.lock $(PLUGIN)/pyproject.toml
	@python=$$(for p in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	      command -v "$$p"; break; fi; done); \
	[ -n "$$python" ] || { echo "error: Python 3.11 or newer is needed: apt install python3 python3-venv, or make PYTHON=/path/to/python" >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "error: $$python has no venv module: apt install python3-venv" >&2; exit 1; }; \
	[ -x $(BIN)/python ] || { echo "Making $(VENV) with $$python"; "$$python" -m venv $(VENV); }
	@echo "Installing the pinned packages into $(VENV), some minutes the first time (log: $(VENV)/install.log)"
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements.lock -e $(PLUGIN) >$(VENV)/install.log 2>&1 \
	  || { grep -m1 -iE '^ *error|no matching distribution|command .*(gcc|cc).* failed' $(VENV)/install.log >&2; \
	       echo "error: the packages could not be installed; see $(VENV)/install.log" >&2; exit 1; }
	@touch $@

demo: $(READY)
	@$(SNAKEMAKE) --cores all
	@$(SNAKEMAKE) --cores all --quiet all --report report.html
	@echo; $(BIN)/python -m scripts.report.show_table glue_results.tsv
	@echo; echo "Table: $(CURDIR)/glue_results.tsv    Report: $(CURDIR)/report.html"

plan: $(READY)
	@$(BIN)/python -m scripts.workflow.plan $(if $(CONFIG),--configfile $(CONFIG))

# Tests on clusters are skipped where this machine lacks something for them; .ci/run installs it.
test: $(READY)
	$(BIN)/python -m pytest tests

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check $(SMK)
	$(BIN)/snakemake --lint

clean:
	rm -rf results logs benchmarks glue_results.tsv glue_results.md pretraining_gain.tsv glue_submission.zip report.html .snakemake
