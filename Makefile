# Every target installs what it needs; nothing but Python 3.11+, make and git has to be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check lint types contracts sizes demo schema shell proofs mutants bench

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## start everything and print the addresses and sign-ins
	@$(BIN)/python -m config.serve

test: $(VENV)/.development ## the whole test suite
	@$(BIN)/python -m pytest

check: lint types contracts sizes schema test ## what CI runs

lint: $(VENV)/.development ## style, formatting, migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run

types: $(VENV)/.development ## mypy, strict
	@$(BIN)/mypy

contracts: $(VENV)/.development ## who may import whom
	@$(BIN)/lint-imports

sizes: $(VENV)/.development ## lengths of functions and files, at the 90th percentile
	@$(BIN)/python -m tests.architecture.sizes

schema: $(VENV)/.development ## write and validate the OpenAPI document of every surface
	@DEBUG=1 $(BIN)/python manage.py openapi --fail-on-warn var/openapi

proofs: $(VENV)/.development ## what is proved by repetition and by size, in full: an hour
	@RAPPORT_PROOFS=full $(BIN)/python -m pytest -m "large or proof"

mutants: $(VENV)/.development ## break the guards one by one; each must turn the tests red
	@$(BIN)/python -m tests.mutants

bench: $(VENV)/.runtime ## measure requests against a floor; ROWS=b1,b4 measures those rows only
	@$(BIN)/python -m benchmarks $(if $(ROWS),--rows $(ROWS))

demo: $(VENV)/.runtime ## print the demo's ids, keys and sign-ins as JSON
	@$(BIN)/python manage.py demo --json

shell: $(VENV)/.runtime ## a Django shell on the embedded database
	@$(BIN)/python manage.py shell

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
