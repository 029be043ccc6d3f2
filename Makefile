# The portal's few commands. `make` alone lists them. Long logic lives in scripts/.
PYTHON ?= python3
PORT ?= 8000
DATA_DIR ?= ./var
FULL ?=
PYTEST_ARGS ?=
VENV := .venv/bin

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-sqlite test-postgres check format messages bench clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

demo: ## Prepare everything and run the demo town (PORT=8000 DATA_DIR=./var); Ctrl-C stops it
	@$(PYTHON) scripts/prepare.py demo
	@exec $(VENV)/python scripts/demo.py --port "$(PORT)" --data-dir "$(DATA_DIR)"

test: ## Prepare everything and run every test, on SQLite then on PostgreSQL (PYTEST_ARGS="-k words")
	@$(PYTHON) scripts/prepare.py test
	@$(VENV)/python scripts/test.py both $(PYTEST_ARGS)

test-sqlite: ## Run every test on SQLite only
	@$(PYTHON) scripts/prepare.py test
	@$(VENV)/python scripts/test.py sqlite $(PYTEST_ARGS)

test-postgres: ## Run every test on a private PostgreSQL only
	@$(PYTHON) scripts/prepare.py test
	@$(VENV)/python scripts/test.py postgres $(PYTEST_ARGS)

check: ## Lint, types, templates, architecture, deployment settings, migrations, translations
	@$(PYTHON) scripts/prepare.py check
	@$(VENV)/python scripts/check.py

format: ## Put the Python files in the agreed form
	@$(PYTHON) scripts/prepare.py check
	@$(VENV)/ruff check --fix . && $(VENV)/ruff format .

messages: ## Update the catalogues in locale/ from the sources
	@$(PYTHON) scripts/prepare.py check
	@$(VENV)/python scripts/messages.py update

bench: ## Measure: one JSON object a line (FULL=1 builds the large data sets)
	@$(PYTHON) scripts/prepare.py test
	@FULL="$(FULL)" $(VENV)/python scripts/bench.py

clean: ## Remove what the tools made: the environment and caches (never the data in DATA_DIR)
	rm -rf .venv .mypy_cache .ruff_cache
	find locale -name '*.mo' -delete
