# What people type. Each target first looks for what is there, says what it does, and ends in a line of success or in
# what to do. GNU make 3.81 or newer, and any POSIX shell.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install demo test test-long lint types bench docs services services-stop clean lock

BIN := .venv/bin
PYTHON_HERE := $(BIN)/python
WORKERS ?= 3
CODE := domain commands projections consumers infra tests
PYTEST = $(PYTHON_HERE) -m pytest -n $(WORKERS) --dist loadfile
say = @printf '\n== %s\n'

help: ## show these targets
	@echo "Rapport. Targets:"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'

install: ## make .venv with everything the lock names, and `rapport` in it
	@sh infra/install.sh

demo: install ## a made-up company's two years, from events to tables, shown
	@$(BIN)/rapport demo

test: install services lint types ## everything: services, lint, types and all tests
	$(say) "tests, on $(WORKERS) workers"
	@HYPOTHESIS_PROFILE=ci $(PYTEST)

test-long: install services ## all tests, with many more random histories
	$(say) "tests with the hypothesis profile 'long', on $(WORKERS) workers"
	@HYPOTHESIS_PROFILE=long $(PYTEST) --timeout 0

lint: install ## style, the direction of dependencies, SQL
	$(say) "ruff, import-linter, sqlfluff"
	@$(BIN)/ruff check --quiet --output-format concise $(CODE)
	@$(BIN)/ruff format --quiet --check $(CODE)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/sqlfluff lint projections infra
	@echo "lint: nothing to mend"

types: install ## mypy, strict
	$(say) "mypy"
	@$(BIN)/mypy

bench: install services ## measure, against the peers, into build/bench.json
	$(say) "bench: give it a machine with nothing else to do"
	@$(PYTHON_HERE) tests/bench/run.py

docs: install ## write the reference pages of docs/ anew from the code
	@$(PYTHON_HERE) -m infra.docs

services: install ## start a PostgreSQL and a Kafka for tests; as root on Debian and Ubuntu it installs them
	@$(PYTHON_HERE) -m infra.services start

services-stop: ## stop them; their data stay
	@if [ -d .services ]; then $(PYTHON_HERE) -m infra.services stop; else echo "services: none were started"; fi

clean: ## stop the services, and remove their data and all that was built (.venv stays)
	@if [ -d .services ]; then $(PYTHON_HERE) -m infra.services remove; fi
	@rm -rf .services build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "clean: done"

lock: install ## for maintainers: write requirements.txt anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "lock: install uv first, for example with 'pip install uv'"; exit 2; }
	@env -u PIP_FIND_LINKS -u UV_FIND_LINKS uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade --group dev \
	  pyproject.toml --output-file requirements.txt
	@echo "lock: requirements.txt is written; run 'make test' and commit it"
