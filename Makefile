# The commands of Rounds. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help setup setup-tests setup-bench run test check bench faults fuzz screenshots lock world map reset clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

FOR_PHONES := $(if $(filter 1 yes,$(LAN)),--lan)

setup: ## bring what is missing to run: Debian packages, .venv, Node, the built PWA
	@python3 -m infra.setup $(FOR_PHONES)

setup-tests: ## the same, with what tests need
	@python3 -m infra.setup --tests

setup-bench: ## the same, with what benchmarks need
	@python3 -m infra.setup --bench

run: setup ## start Rounds with its private database, for phones too: LAN=1; Ctrl-C stops everything
	@$(BIN)/rounds run $(FOR_PHONES)

# Each process has databases and servers of its own; most of a test is waiting for them.
TEST_PROCESSES ?= 2

test: setup-tests ## run every test, the browser's too
	@$(BIN)/pytest --numprocesses=$(TEST_PROCESSES) --dist=worksteal
	@cd pwa && npm test --silent

check: setup-tests ## lint, types, import contracts, tidiness, the PWA's own checks
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q tests/tidy
	@cd pwa && npm run --silent check

bench: setup-bench ## print the numbers we claim, each beside its limit, measured in one run
	@for file in tests/bench/bench_*.py; do $(BIN)/python -m "tests.bench.$$(basename "$$file" .py)"; done

faults: setup-tests ## run histories of phones that fail, some in Chromium, over many lives of a server, and print the table
	@$(BIN)/python -m tests.faults $(ARGS)

fuzz: setup-tests ## turn what strangers may send over for long, and print what broke: ARGS="--seconds 600 batch"
	@$(BIN)/python -m tests.fuzz $(ARGS)

screenshots: setup-tests ## take the pictures of the README from the running demo
	@$(BIN)/python -m tests.pwa.screenshots

LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate --python-version 3.11

lock: ## write the hashed locks anew from pyproject.toml: all groups agree on one version of each package
	@mkdir -p build
	@$(LOCK) pyproject.toml --group build --group dev -o build/all.lock
	@$(LOCK) pyproject.toml -c build/all.lock -o requirements.lock
	@$(LOCK) --group build -c build/all.lock -o requirements-build.lock
	@$(LOCK) --group dev -c build/all.lock -o requirements-dev.lock

SIZE ?= small
SEED ?= 7

world: setup ## write a made-up town and loan book as files: SIZE=small|city|big SEED=7 OUT=folder
	@$(BIN)/rounds world --size $(SIZE) --seed $(SEED) --out $(or $(OUT),build/world-$(SIZE)-$(SEED))

map: setup ## make the map of a real town, before the first run: PBF=file.osm.pbf
	@test -n "$(PBF)" || { echo "make map PBF=town.osm.pbf: name an OpenStreetMap extract"; exit 1; }
	@$(BIN)/rounds map build --pbf "$(PBF)" --out "$(or $(OUT),$(or $(ROUNDS_DATA),var)/map)"

reset: ## throw away the data folder, database and all; asks first (or CONFIRM=yes)
	@python3 -m infra.reset $(if $(filter yes,$(CONFIRM)),--yes)

clean: ## remove what can be made again; data and .venv stay
	@rm -rf pwa/dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.venv/*' -not -path './pwa/node_modules/*' -prune -exec rm -rf {} +
