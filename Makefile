# make demo: the sample run, from a generated Wikipedia to glue_results.tsv and report.html.
# make plan CONFIG=mine.yaml: checks data and machine, and estimates jobs, tokens, hours and disk.
# make test: the tests that take under two seconds each. make test-all: the others too, in minutes.
# make gpu: on a machine with a GPU, what of tests and benchmarks needs one, in ten minutes: gpu.json.
# make gpu-data: before, on any machine: the examples for it, in gpu_data/.
# make lint: format, style and types. .ci/run: lint and all tests, on clusters that it installs.
# make lock: requirements.lock and config/environment.yaml from pyproject.toml; UPGRADE=1: newest.
# make env: only the set-up, which the others do themselves; PYTHON=...: by this interpreter.
# make clean: removes results, logs and reports (not .venv).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE # hundreds of processes load the same modules

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PLUGIN := profiles/azure-batch/plugin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install
CORES := $(shell getconf _NPROCESSORS_ONLN)
PYTEST := $(BIN)/python -m pytest tests --dist worksteal --numprocesses
CONFIG ?=
SNAKEMAKE := $(BIN)/snakemake $(if $(CONFIG),--configfile $(CONFIG))
SMK := Snakefile rules

.PHONY: help env demo plan test test-all gpu gpu-data lint lock clean

help:
	@sed -n 's/^# make/make/p' Makefile

env: $(READY)

# The interpreter is PYTHON=... or the first one that is new enough.
$(BIN)/python:
	@python=$$(for p in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	    if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	      command -v "$$p"; break; fi; done); \
	[ -n "$$python" ] || { echo "error: Python 3.11 or newer is needed: apt install python3 python3-venv, or make PYTHON=/path/to/python" >&2; exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || { echo "error: $$python has no venv module: apt install python3-venv" >&2; exit 1; }; \
	echo "Making $(VENV) with $$python"; "$$python" -m venv $(VENV)

# Where pip finds a build of torch for processors alone, that is installed, without the libraries of CUDA.
$(READY): requirements.lock $(PLUGIN)/pyproject.toml | $(BIN)/python
	@echo "Installing the pinned packages into $(VENV), some minutes the first time (log: $(VENV)/install.log)"
	@lock=requirements.lock; \
	cpu=$$(sed -n 's/^torch==\([0-9.]*\).*/\1+cpu/p' $$lock); \
	if $(PIP) index versions torch 2>/dev/null | grep -F "$$cpu" >/dev/null; then \
	  lock=$(VENV)/cpu.lock; \
	  awk "/^[a-z]/ {cuda = /^(cuda|nvidia|triton)/} {sub(/^torch==[0-9.]+/, \"torch==$$cpu\")} !cuda" \
	    requirements.lock >$$lock; fi; \
	{ $(INSTALL) --no-deps --require-hashes -r $$lock \
	  && $(INSTALL) --no-deps --no-build-isolation -e $(PLUGIN); } >$(VENV)/install.log 2>&1 \
	  || { grep -m1 -iE '^ *error|no matching distribution|command .*(gcc|cc).* failed' $(VENV)/install.log >&2; \
	       echo "error: the packages could not be installed; see $(VENV)/install.log" >&2; exit 1; }
	@touch $@

demo: $(READY)
	@$(SNAKEMAKE) --cores all --report report.html --report-after-run
	@echo; $(BIN)/python -m scripts.report.show_table glue_results.tsv
	@echo; echo "Table: $(CURDIR)/glue_results.tsv    Report: $(CURDIR)/report.html"

plan: $(READY)
	@$(BIN)/python -m scripts.workflow.plan $(if $(CONFIG),--configfile $(CONFIG))

# Tests on clusters are skipped where this machine lacks something for them; .ci/run installs it.
test: $(READY)
	$(PYTEST) $(CORES) -m "not slow and not cluster and not gpu"

# Two workers more than there are cores: a test on a cluster waits half of its time (tests/dealing.py).
test-all: $(READY)
	$(PYTEST) $$(($(CORES) + 2))

# By .venv where there is one, else by the Python that a machine with a GPU brings.
gpu:
	$(or $(PYTHON),$(wildcard $(BIN)/python),python3) -m tests.benchmarks.gpu

gpu-data: $(READY)
	$(BIN)/python -m tests.benchmarks.gpu_data

lock: $(READY)
	$(BIN)/python .ci/lock.py $(if $(UPGRADE),--upgrade)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check $(SMK)
	$(BIN)/snakemake --lint

clean:
	rm -rf results logs benchmarks glue_results.tsv glue_results.md pretraining_gain.tsv glue_submission.zip report.html .snakemake
