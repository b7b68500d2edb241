# `make` lists the commands. Every one of them first makes .venv, or renews it after a change of pins.

PYTHON ?= python3
OTHER_SEEDS ?= 1000

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CHECKERS := tests/site/node_modules/.package-lock.json

# Material prints two banners about MkDocs 2, which is not used here.
export NO_MKDOCS_2_WARNING := 1
export DISABLE_MKDOCS_2_WARNING := true

options = $(if $(FIGURE),--figure "$(FIGURE)") $(if $(filter-out 0,$(QUICK)),--quick) \
	$(if $(filter-out 0,$(LARGE)),--large) $(if $(FIRST_SEED),--first-seed "$(FIRST_SEED)") $(if $(JOBS),--jobs "$(JOBS)")

.PHONY: help serve figures site test verify bench clean

help:
	@echo "make serve     compute what is stale, then show the article at http://127.0.0.1:8000"
	@echo "make figures   compute and draw what is stale; FIGURE=name, QUICK=1, LARGE=1, FIRST_SEED=n, JOBS=n"
	@echo "make site      strict build of the site into site/"
	@echo "make test      lint and the fast tests"
	@echo "make verify    the slow checks: browser, Jekyll, killed runs, other seeds"
	@echo "make bench     speed of the laboratory beside plain PyTorch loops, and what each experiment took"
	@echo "make clean     remove everything that was computed or built, and .venv"

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || { \
		echo "error: $(PYTHON) is older than Python 3.11.5; name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check $(if $(wildcard $@),--quiet) -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# What checks the pages. Without npm those checks are skipped, and the tests say so.
$(CHECKERS): tests/site/package-lock.json
	if command -v npm; then npm ci --prefix tests/site; fi

figures: $(READY)
	@$(BIN)/python -m whybn figures $(options)

# A sentence whose verdict changed is shown marked here; `make site` fails on it. What finishes a site is left out.
serve: figures
	JEKYLL_LENIENT=1 $(BIN)/mkdocs serve --dev-addr 127.0.0.1:8000

site: figures
	$(BIN)/mkdocs build --strict --site-dir site
	$(BIN)/python -m whybn.drawing.card site
	$(BIN)/python -m whybn.site.finish site

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/python -m pytest

verify: figures $(CHECKERS)
	$(BIN)/python -m pytest -m verify
	WHYBN_ARITHMETIC=reference $(BIN)/python -m pytest tests/lab tests/measures tests/experiments
	$(BIN)/python -m whybn figures --first-seed $(OTHER_SEEDS)

bench: figures
	@for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done
	@$(BIN)/python -m whybn ledger

clean:
	rm -rf .results docs/assets/figures site docs/_site docs/.jekyll-cache .pytest_cache .ruff_cache $(VENV) \
		tests/site/node_modules
	rm -f $(addprefix docs/_data/,claims.json experiments.json figures.json math.json replications.json results.json)
