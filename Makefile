# make up: everything from a clone to a running server. make test: the whole suite.
PYTHON ?= python3
VENV := .venv
# Behind a proxy with certificates of its own, uv must ask the system as pip does.
export UV_SYSTEM_CERTS ?= 1
UV := $(shell command -v uv 2>/dev/null || echo $(VENV)/bin/uv)

help:
	@echo "make up      set up, start the server, print where it is"
	@echo "make test    set up, run every test (ARGS='-k name' to choose)"
	@echo "make quick   run what a change breaks first, in two minutes (ARGS too)"
	@echo "make bench   measure everything, write docs/reference/benchmarks.md"
	@echo "make faults  kill the server 500 times, follow 100,000 messages; about an hour"
	@echo "make programs  run real agent programs against a scripted model, write the page of results;"
	@echo "               about ten minutes"
	@echo "make clients CLIENTS=DIRECTORY  run other systems' public clients from fetched copies;"
	@echo "               without CLIENTS it prints the commands that fetch them"
	@echo "make generators  make clients from the OpenAPI document with public generators, and try them"
	@echo "make hostile  slow, broken and greedy clients, and callers that vanish; about half an hour"
	@echo "make docs    write the generated pages again"
	@echo "make pictures draw the dashboard's pictures again"
	@echo "make lint    format, lint, types and layers of all code"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

uv: | $(VENV)/bin/python
	@command -v uv >/dev/null 2>&1 || [ -x $(VENV)/bin/uv ] || { echo "Installing uv into $(VENV)."; \
		$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv; }

# What running needs, in the versions of the lock file. It leaves the developers' tools that are there.
$(VENV)/.running: pyproject.toml uv.lock src/ackbox/faces/hook/ackbox-hook.pl | uv
	@echo "Installing ackbox and its libraries into $(VENV)."
	@$(UV) sync --frozen --extra postgres --inexact
	@touch $@

# What developing needs as well: tests, linters, a driver of browsers, a PostgreSQL.
$(VENV)/.ready: pyproject.toml uv.lock src/ackbox/faces/hook/ackbox-hook.pl | uv
	@echo "Installing ackbox and its developers' tools into $(VENV)."
	@$(UV) sync --frozen --all-extras --group dev --inexact --quiet
	@touch $@ $(VENV)/.running

up: $(VENV)/.running
	$(VENV)/bin/ackbox up $(ARGS)

# One more than processors: some tests only wait for a time limit of the server.
WORKERS := $(shell $(PYTHON) -c "import os; print(min(4, len(os.sched_getaffinity(0)) + 1))")

test: $(VENV)/.ready
	$(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# What a change breaks first, without PostgreSQL, browsers and programs of their own.
quick: $(VENV)/.ready
	ACKBOX_MODEL_EXAMPLES=5 $(VENV)/bin/python -m pytest -n auto --maxprocesses 4 -k "not postgres and not stdio and not budget" \
		tests/model tests/ops tests/store tests/dialects/test_transcripts.py tests/test_house*.py $(ARGS)

faults: $(VENV)/.ready
	$(VENV)/bin/python -m tests.faults.kill --kills 500
	$(VENV)/bin/python -m tests.faults.cursors --messages 100000
	$(VENV)/bin/python -m tests.faults.cursors --messages 100000 --engine postgres
	ACKBOX_MODEL_EXAMPLES=300 $(VENV)/bin/python -m pytest tests/ops/test_model.py --timeout 3600

PROGRAMS_RESULTS := $(CURDIR)/tests/programs/results.jsonl

programs: $(VENV)/.ready
	@[ -n "$(ARGS)" ] || : >$(PROGRAMS_RESULTS)
	PROGRAMS=all PROGRAMS_RESULTS=$(PROGRAMS_RESULTS) $(VENV)/bin/python -m pytest tests/programs -v -n 2 $(ARGS); \
		done=$$?; $(VENV)/bin/python -m tools.make_programs && exit $$done

CLIENTS ?=

clients: $(VENV)/.ready
	@[ -n "$(CLIENTS)" ] || { $(VENV)/bin/python -c "from tests.clients.copies import SOURCES; \
		print('\n'.join(f'git clone {source} CLIENTS/{name}' for name, source in SOURCES.items()))"; exit 2; }
	: >tests/clients/results.jsonl
	ACKBOX_CLIENTS=$(CLIENTS) $(VENV)/bin/python -m pytest tests/clients -v $(ARGS); \
		done=$$?; LC_ALL=C sort -o tests/clients/results.jsonl tests/clients/results.jsonl && exit $$done

generators: $(VENV)/.ready
	$(VENV)/bin/python -m tests.generators

hostile: $(VENV)/.ready
	$(VENV)/bin/python -m tests.faults.hostile $(ARGS)
	$(VENV)/bin/python -m tests.faults.vanish --kills 500
	ACKBOX_FUZZ_REQUESTS=20000 ACKBOX_FUZZ_CALLS=5000 $(VENV)/bin/python -m pytest tests/faces/test_fuzz_*.py
	ACKBOX_FUZZ_BODIES=20000 ACKBOX_FUZZ_LENGTHS=1000 ACKBOX_FUZZ_LONG=100 $(VENV)/bin/python -m pytest tests/test_briefing.py --timeout 3600
	ACKBOX_PROBE_EVERY_WAY=1 $(VENV)/bin/python -m pytest tests/walls/test_probe.py
	ACKBOX_LARGE=1 $(VENV)/bin/python -m pytest tests/ops/test_house_budget.py
	ACKBOX_EVERY_SCENE=1 $(VENV)/bin/python -m pytest tests/dialects/test_transcripts.py --timeout 3600

docs: $(VENV)/.ready
	$(VENV)/bin/python -m tools.examples
	$(VENV)/bin/python -m tools.make_reference
	$(VENV)/bin/python tools/make_changelog.py

pictures: $(VENV)/.ready
	$(VENV)/bin/python -m tools.make_pictures $(ARGS)

# Measures for some fifteen minutes; bench/brokers.py says what it needs besides.
bench: $(VENV)/.ready
	$(VENV)/bin/python -m bench.all $(ARGS)

lint: lint-types lint-web lint-style

lint-style: $(VENV)/.ready
	$(VENV)/bin/ruff check src tests tools bench
	$(VENV)/bin/ruff format --check src tests tools bench
	$(VENV)/bin/lint-imports

lint-types: $(VENV)/.ready
	$(VENV)/bin/mypy

# Scripts and styles; npm installs what the lock file names, once.
WEB := tests/web/node_modules
SCRIPTS := src/ackbox/faces/web/static src/ackbox/faces/rest/templates/reference.js tests/web tests/ts tests/vault
# What is formatted like the scripts and has types of its own.
TYPED := tests/generators clients/typescript/src/transport.ts clients/typescript/test clients/typescript/package.json

$(WEB)/.package-lock.json: tests/web/package-lock.json
	cd tests/web && npm ci --no-audit --no-fund --silent
	@touch $@

lint-web: $(WEB)/.package-lock.json
	$(WEB)/.bin/prettier --check --log-level warn $(SCRIPTS) $(TYPED)
	$(WEB)/.bin/eslint -c tests/web/eslint.config.js $(SCRIPTS)
	node tests/web/check_types.mjs
	$(WEB)/.bin/tsc -p clients/typescript --noEmit

.PHONY: uv help up test quick faults programs clients generators hostile docs pictures bench lint lint-style lint-types lint-web
