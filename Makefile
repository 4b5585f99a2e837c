# Needs make and Python 3.11 or newer with venv and pip; everything else is installed into .venv.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	path=$$(command -v $$name) && \
	$$path -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	echo $$path && break; done)
VENV := .venv
PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help demo run stop test lint sure bench bench-large bench-phones crash

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(INSTALLED) ## everything, with invented data (HOUSEHOLDS=400 says how much)
	@$(VENV)/bin/thonso demo $(if $(HOUSEHOLDS),--households $(HOUSEHOLDS))

run: $(INSTALLED) ## everything, without invented data
	@$(VENV)/bin/thonso run

stop: ## end what `make demo` or `make run` started
	@if [ -x $(VENV)/bin/thonso ]; then $(VENV)/bin/thonso stop; fi

test: $(INSTALLED_DEV) ## the tests (ARGS="tests/forms -x" chooses)
	@$(VENV)/bin/pytest -n 2 --dist loadfile $(ARGS)

lint: $(INSTALLED_DEV) ## style and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

sure: lint test ## lint and test: before every push

bench: $(INSTALLED_DEV) ## how fast it is on this machine
	@$(VENV)/bin/python tests/benchmarks/run.py

bench-large: $(INSTALLED_DEV) ## the same with N interviews in a folder that is kept (N=1000000 DATA=var/large)
	@$(VENV)/bin/python tests/benchmarks/large.py --data $(or $(DATA),var/large) --n $(or $(N),1000000)

bench-phones: $(INSTALLED_DEV) ## a day of PHONES phones in half an hour (PHONES=3000)
	@$(VENV)/bin/python tests/benchmarks/phones.py --phones $(or $(PHONES),3000)

crash: $(INSTALLED_DEV) ## kill everything while N interviews are sent (N=2000 SEED=…)
	@$(VENV)/bin/python tests/crash/run.py --interviews $(or $(N),2000) $(if $(SEED),--seed $(SEED))

$(INSTALLED): pyproject.toml
	@test -n "$(PYTHON)" || { \
	  echo "Python 3.11 or newer with venv and pip is needed; name one with PYTHON=/path"; exit 1; }
	@echo "Installing into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --editable .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	@echo "Installing what the tests need into $(VENV)"
	@$(PIP) --editable '.[dev]'
	@touch $@
