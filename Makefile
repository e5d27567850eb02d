# The verbs of this house. `make run` and `make test` need nothing but Python 3.11 and the network for the first set-up.
PYTHON ?= python3.11
PORT   ?= 8080
EACH   ?= 60
EXAMPLES ?= 2000
JOBS   ?= 1
ONLY   ?=
BIN    := .venv/bin
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check
# It takes a fifth of pip's time, but knows nothing of a mirror that only pip was told of: then it is pip
UV     := $(BIN)/uv pip install --quiet --python $(BIN)/python
REAL   := $(abspath ../shared/data)
export SHIRASE_REAL_DATA ?= $(wildcard $(REAL))
# Where it is set, each of some hundred processes of the tests compiles the whole house again: a second of each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: release-check words install run test test-services test-services-a test-services-m test-services-folders test-core test-e2e test-browser lint check audit sbom bench bench-peers fuzz api examples languages drill accept lock vendor screens clean load storm

install: .venv/.done

.venv/.done: requirements-dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: set PYTHON=path"; exit 2; }
	$(PYTHON) -m venv .venv
	@awk '/^[a-z]/ { ours = /^uv==/ } ours' requirements-dev.lock > .venv/uv.lock
	$(PIP) --require-hashes -r .venv/uv.lock
	$(UV) --require-hashes -r requirements-dev.lock || $(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

run: install
	@exec $(BIN)/python -m tests.exercise --port $(PORT)

test: install
	@sh tests/system-parts.sh
	@$(MAKE) --no-print-directory --keep-going -j4 --output-sync=target \
		test-e2e test-browser test-services-folders test-services-a test-services-m test-core lint

# Seven parts for two cores, four at a time (each waits as much as it computes), the longest first: the services in three,
# or they would run on alone when all the rest is done. A browser's event loop and that of asyncio tests do not share a process.
test-services: test-services-a test-services-m test-services-folders

test-services-a test-services-m test-services-folders test-e2e test-core test-browser: export TMPDIR := $(or $(TMPDIR),$(shell sh tests/scratch.sh))

# Named one by one, for each of a hundred files the folder would be gone through again.
test-services-a: install
	$(BIN)/pytest --ignore-glob 'tests/services/*/*' --ignore-glob 'tests/services/test_[!a-l]*' tests/services

test-services-m: install
	$(BIN)/pytest --ignore-glob 'tests/services/*/*' --ignore-glob 'tests/services/test_[a-l]*' tests/services

test-services-folders: install
	$(BIN)/pytest --ignore-glob 'tests/services/test_*.py' tests/services

test-e2e: install
	$(BIN)/pytest -m "not browser" tests/e2e tests/faults

test-core: install
	$(BIN)/pytest --ignore tests/e2e --ignore tests/faults --ignore tests/services

test-browser: install
	$(BIN)/pytest -m browser tests/e2e

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint audit
	$(BIN)/shirase check

# Known faults of what the locks name. Off line it says so; in CI that is a fault too
audit: install
	$(BIN)/python -m tests.house.audit

# What the hub is made of: CycloneDX and licences, in build/
sbom: install
	$(BIN)/python -m tests.house.sbom

# The wheel, installed into a fresh environment, serves its pages; version and changelog agree (docs/release.md)
release-check: install
	$(BIN)/python -m tests.house.release

bench: install
	$(BIN)/python -m tests.benchmarks

# The same work in Node-RED 4, side by side: needs Node.js (nothing else here does) and mosquitto; make bench-peers ARGS=--short
bench-peers: install
	$(BIN)/python -m tests.peers $(ARGS)

# A prefecture in real time on a cluster and PostgreSQL, and the nation on paper: make load SECONDS=300
load: install
	$(BIN)/python -m tests.load --seconds $(or $(SECONDS),60)

# Hours of a storm with all feeds on a fast clock: make storm HOURS=72 FACTOR=120 SEED=645581
storm: install
	$(BIN)/python -m tests.storm --hours $(or $(HOURS),72) --factor $(or $(FACTOR),120) $(if $(SEED),--seed $(SEED)) \
		$(if $(FOLDER),--folder $(FOLDER)) $(if $(JUDGE),--judge $(JUDGE))

# Some targets only, or longer: make fuzz TARGETS="jma cap" EACH=600
fuzz: install
	$(BIN)/python -m tests.fuzz --seconds $(EACH) --jobs $(JOBS) $(TARGETS)

# Every operation of the API, asked what its document allows and what it does not
api: install
	SHIRASE_API_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -q --timeout 7200 tests/services/test_web_described.py

# The life of an alert, the noise control and all that is said of any input under thousands of new examples
examples: install
	SHIRASE_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -q -m hypothesis

# Ten thousand generated alerts in six languages, each through every channel's own counting
languages: install
	SHIRASE_LANGUAGE_ALERTS=10000 $(BIN)/pytest -q --timeout 1800 tests/rules/test_translations.py

# Every fault by itself, and every page with every question, for an hour or two; some of them only: make drill
# ONLY="database or killed". pytest says 5 where a line has none of them.
drill: install
	@rm -f var/faults.jsonl && mkdir -p var
	SHIRASE_DRILL=full SHIRASE_FAULTS=var/faults.jsonl $(BIN)/pytest -s -k "$(ONLY)" tests/faults/drill.py \
		tests/faults/test_broker_loss.py tests/faults/test_flood.py tests/faults/test_full_disk.py tests/faults/test_slow_store.py \
		tests/e2e/test_cluster.py tests/e2e/first_hub.py || [ $$? = 5 ]
	SHIRASE_DRILL=full $(BIN)/pytest -s -k "$(ONLY)" tests/services/crash || [ $$? = 5 ]
	SHIRASE_DRILL=full $(BIN)/pytest -s -k "$(ONLY)" tests/e2e/test_browser_walk.py || [ $$? = 5 ]

accept: install
	@if [ -f ../shared/acceptance/check.py ]; then $(BIN)/python ../shared/acceptance/check.py; else echo "no acceptance checks beside this folder"; fi

vendor: install
	$(BIN)/python -m tests.house.vendor check

# Bring the sentences of the desk into the catalogue of their English
words: install
	$(BIN)/python -m tests.house.words

screens: install
	$(BIN)/python -m tests.e2e.screens

lock: install
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-annotate --no-header -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-annotate --no-header -o requirements-dev.lock

clean:
	rm -rf .venv var build .mypy_cache .ruff_cache .pytest_cache .hypothesis
