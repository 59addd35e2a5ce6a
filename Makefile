# The two that do everything: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
PORT ?= 8000
DEMO := huitou-demo.duckdb
BEGAN := $(shell date +%s)

# a stamp is newer than what it was installed from, so a second run installs nothing
RUNTIME := $(VENV)/.installed-runtime
DEVELOPMENT := $(VENV)/.installed-development
LOCKED := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --upgrade \
  --no-emit-index-url --no-emit-find-links --no-config --custom-compile-command "make lock"
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# once, so that no first question pays for it, even where Python is told to write no bytecode
COMPILED := $(BIN)/python -m compileall -q semantic_layer chat_service prompts

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint types check fuzz nightly bench starts load soak speed agreement thesaurus docs page pictures surfaces lock clean

help: ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

demo: $(RUNTIME) $(DEMO) ## the demo company, and the churn question asked of it in both languages
	$(BIN)/huitou ask "哪些客户可能流失"
	$(BIN)/huitou ask "which customers may churn"
	@echo
	@echo "Ask your own:    $(BIN)/huitou ask \"上个月各会员等级的复购率\""
	@echo "The chat page:   $(BIN)/huitou serve --port $(PORT)      (http://127.0.0.1:$(PORT); its API: /docs)"
	@echo "Call it:         curl -s http://127.0.0.1:$(PORT)/v1/chat -H 'Content-Type: application/json' \\"
	@echo "                   -d '{\"message\": \"which customers may churn\"}'"

serve: $(RUNTIME) ## the HTTP service on PORT
	$(BIN)/huitou serve --port $(PORT)

test: lint types check ## everything that must hold: lint, types, tests
	@echo "All of it holds: $$(( $$(date +%s) - $(BEGAN) )) seconds."

lint: $(DEVELOPMENT) ## ruff, and its formatter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .

types: $(DEVELOPMENT) ## mypy, strict, over code and tests
	$(BIN)/mypy --num-workers $(WORKERS)

check: $(DEVELOPMENT) ## the tests alone
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 10 --durations-min 5

fuzz: $(DEVELOPMENT) ## a hundred thousand requests that nobody would send, other ones each time (hours)
	HUITOU_FUZZ=100000 $(BIN)/python -m pytest tests/network/test_fuzz.py

nightly: fuzz agreement ## what is too long for each change: the fuzz, the peers, and everything on PostgreSQL and Spark
	HUITOU_TIMES=10 $(BIN)/python -m pytest tests/engines tests/interop tests/layer tests/translate/test_invariants.py tests/translate/test_rules.py
	HUITOU_EXAMPLES=20 $(BIN)/python -m pytest tests/generated

bench: $(DEVELOPMENT) ## how long things take, as tables (SUITE=file: of its questions)
	$(BIN)/python -m benchmarks $(if $(SUITE),--suite $(SUITE))

starts: $(DEVELOPMENT) $(if $(DB),,$(DEMO)) ## how long commands take from nothing (BESIDE=another checkout, for the ratio)
	$(BIN)/python -m benchmarks.starts --db $(or $(DB),$(DEMO)) $(if $(BESIDE),--beside $(BESIDE))

load: $(DEVELOPMENT) $(if $(DB),,$(DEMO)) ## answers a second, and what a heavy query costs light ones (DB=a database)
	$(BIN)/python -m benchmarks.load --db $(or $(DB),$(DEMO))

soak: $(DEVELOPMENT) $(if $(DB),,$(DEMO)) ## 200 conversations for five minutes: no error, no growth of memory (DB=a database)
	$(BIN)/python -m benchmarks.soak --db $(or $(DB),$(DEMO))

speed: $(DEVELOPMENT) ## the compiled SQL beside SQL by hand on 10 million orders, and large models (four minutes)
	$(BIN)/python -m benchmarks.expert_sql
	$(BIN)/python -m benchmarks.model_load
	$(BIN)/python -m benchmarks.translating

agreement: $(DEVELOPMENT) ## 1,000 random queries on five dbt projects, beside MetricFlow (installed once, apart)
	$(BIN)/python -m benchmarks.agreement

thesaurus: $(DEVELOPMENT) ## what our concepts lack beside two kept thesauri (WORDNET=a copy of Open English WordNet)
	$(BIN)/python -m benchmarks.thesaurus $(if $(WORDNET),--wordnet $(WORDNET))

docs: $(DEVELOPMENT) ## the pages that are generated from the code, and what the examples print
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.printed

page: ## the chat page built anew from web/ (needs Node; users do not)
	cd web && npm ci --ignore-scripts --silent && npm run --silent build

pictures: $(DEVELOPMENT) $(DEMO) ## the pictures of docs/page.md, taken of the page itself (needs Chromium)
	$(BIN)/python -m docs.page_pictures $(DEMO)

surfaces: $(DEVELOPMENT) $(DEMO) ## answers of every kind on page, Slack and terminal, as pictures in build/surfaces
	$(BIN)/python -m docs.surfaces $(DEMO) build/surfaces

lock: $(DEVELOPMENT) ## resolve the dependencies anew into both lock files
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) --all-extras --group dev --constraint requirements.lock \
	  --output-file requirements-dev.lock

clean: ## remove what can be made again, the demo company too
	rm -rf $(VENV) $(DEMO) demo_truth.json .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMO): | $(RUNTIME)
	$(BIN)/huitou demo --out $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; none is on the path."; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; $(PYTHON) is older. Name another: make PYTHON=..."; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements.lock names into $(VENV) ..."
	@$(PIP) install --requirement requirements.lock
	@$(PIP) install --no-deps --editable .
	@$(COMPILED)
	@touch $@

$(DEVELOPMENT): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements-dev.lock names into $(VENV) ..."
	@$(PIP) install --requirement requirements-dev.lock
	@$(PIP) install --no-deps --editable .
	@$(COMPILED)
	@touch $@ $(RUNTIME)
