# Two commands do all the set-up: `make run` and `make test`. Everything else is a convenience.
PYTHON := $(firstword $(foreach p,python3.13 python3.12 python3.11 python3,$(if $(shell $(p) -c 'import sys; print(1) if (3, 11) <= sys.version_info < (3, 14) else 0' 2>/dev/null | grep 1),$(p))))
BIN := .venv/bin
STAMP := .venv/installed
WORKERS ?= 2

.PHONY: run setup test evidence lint bench browser lock screenshots clean

run: setup                      ## the server on 127.0.0.1:8050, with the demo city at the first start
	$(BIN)/python run.py serve

setup: $(STAMP)                 ## the environment in .venv, exactly as locked

$(STAMP): requirements.lock
	@test -n "$(PYTHON)" || { echo "Chengshu needs Python 3.11, 3.12 or 3.13: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(STAMP)

test: setup browser             ## everything: lint, import rules, unit, property, real-data and browser tests
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

evidence: setup browser         ## the tests that stand for security requirements; the page "Security evidence" shows what they said
	CHENGSHU_EVIDENCE=$${CHENGSHU_HOME:-var}/evidence/results.json $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

browser:                        ## Chromium for the browser tests
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null && fc-list 2>/dev/null | grep -qi cjk; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver fonts-noto-cjk fontconfig >/dev/null; \
	else echo "The browser tests need Chromium, its driver and a Chinese font: apt-get install chromium chromium-driver fonts-noto-cjk fontconfig"; exit 1; fi

lint: setup                     ## style, import rules
	$(BIN)/ruff check .
	$(BIN)/lint-imports

bench: setup                    ## every benchmark, as tables
	$(BIN)/python run.py bench all

screenshots: setup browser      ## the README's pictures, from a running `make run`
	$(BIN)/python -m tests.browser.screenshots

lock:                           ## versions and hashes, no addresses (needs uv)
	uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -o requirements.lock

clean:                          ## everything that was generated
	rm -rf .venv var .pytest_cache .ruff_cache .import_linter_cache .hypothesis
