# The habits of this repository. Every target sets up what it needs, also on a fresh machine; the second time that is quick.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
DATA ?=
FILE ?=
NAME ?=
ARGS ?=
BIN := .venv/bin
RUN := .venv/.installed
DEV := .venv/.installed-dev

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  ARGS go to the command: make demo ARGS='--port 9000', make test ARGS='-k lifecycle'"

demo: $(RUN) ## Try it in the browser: a sandbox workspace, an invented company, the real bot
	$(BIN)/earshot demo $(ARGS)

run: $(RUN) ## Start the bot with config.toml and the tokens in the environment
	$(BIN)/earshot run $(ARGS)

check: $(RUN) ## Say in plain words what an installation still misses
	$(BIN)/earshot check $(ARGS)

test: lint ## All that CI runs: lint, types, tests, and the demo once without a browser
	.ci/debian-packages
	.ci/feedparser-corpus
	$(BIN)/pytest -n 3 --dist worksteal $(ARGS) | tee .venv/.tested
	$(BIN)/earshot demo --once
	@echo; tail -n 1 .venv/.tested

lint: $(DEV) ## Lint, layout and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(DEV) ## Mend what a tool can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) ## Measure: model, contended claims, delivery
	$(BIN)/python -m benches $(ARGS)

drill: $(DEV) ## Kill the bot while it works, and account for every mention: make drill FILE=mentions.csv
	$(if $(FILE),,$(error Name a file of mentions: make drill FILE=mentions.csv))
	$(BIN)/python -m benches.drill $(FILE) $(ARGS)

train: $(RUN) ## Make the classifier's weights: make train DATA=FOLDER (what is in it: docs/model-card.md)
	$(if $(DATA),,$(error Name the folder with the training files: make train DATA=FOLDER))
	$(BIN)/python -m classifiers.train --data $(DATA) $(ARGS)

evaluate: $(RUN) ## Measure the classifier on labelled files: make evaluate DATA=FOLDER
	$(if $(DATA),,$(error Name the folder with the labelled files: make evaluate DATA=FOLDER))
	$(BIN)/python -m classifiers.evaluate --data $(DATA) $(ARGS)

migration: $(DEV) ## Draft the next migration from the models: make migration NAME="add reach"
	$(BIN)/python .ci/new_migration.py "$(NAME)"
	$(BIN)/ruff format migrations

lock: $(DEV) ## Write the lock files from pyproject.toml (newer versions: ARGS=--upgrade)
	.ci/lock $(ARGS)

clean: ## Remove the environment, caches and the demo's files
	rm -rf .venv .demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(RUN): requirements.lock pyproject.toml
	.ci/environment "$(PYTHON)" requirements.lock
	touch $@

$(DEV): requirements-dev.lock $(RUN)
	.ci/environment "$(PYTHON)" requirements-dev.lock
	touch $@

.PHONY: help demo run check test lint format bench drill train evaluate migration lock clean
