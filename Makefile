# `make` lists the commands. Every one of them first makes .venv, or renews it after a change of pins.

PYTHON ?= python3
OTHER_SEEDS ?= 1000
ENGINE ?= mkdocs

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# An environment knows its place by its full name: one that was copied, moved or left half-made is made anew.
SOUND := $(shell test -x $(BIN)/python && grep -qsF '$(CURDIR)/$(BIN)/python' $(BIN)/pip && echo yes)
PIP := $(BIN)/python -m pip install --disable-pip-version-check
CHECKERS := tests/site/node_modules/.package-lock.json

# Material prints two banners about MkDocs 2, which is not used here.
export NO_MKDOCS_2_WARNING := 1
export DISABLE_MKDOCS_2_WARNING := true

# What may be set on the command line. Values are taken as they stand, and reach the shell as variables of its own alone.
SETTINGS := FIGURE QUICK LARGE JOBS FIRST_SEED KEEP OTHER_SEEDS ENGINE PYTHON
given = $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
unknown := $(filter-out $(SETTINGS) MAKEFLAGS MAKEOVERRIDES SHELL -%,$(given))
$(if $(unknown),$(error there is no $(firstword $(unknown)) to set; there are: $(SETTINGS)))
$(foreach name,$(SETTINGS),$(if $(filter undefined,$(origin $(name))),,$(eval override $(name) := $$(value $(name)))))
export $(SETTINGS)
$(if $(filter mkdocs zensical,$(ENGINE)),,$(error ENGINE is mkdocs or zensical, not '$(ENGINE)'))

# Empty unless a switch is on; anything but yes or no is an error.
switch = $(if $(filter 1 yes true on,$($(1))),$(2),$(if $(filter-out 0 no false off,$($(1))),$(error $(1) is 1 or 0, not '$($(1))')))
value_of = $(if $(strip $($(1))),$(2) "$$$(1)")
options = $(call switch,QUICK,--quick) $(call switch,LARGE,--large) $(call value_of,FIGURE,--figure) \
	$(call value_of,FIRST_SEED,--first-seed) $(call value_of,KEEP,--keep) $(call value_of,JOBS,--jobs)

.PHONY: help serve figures site test verify bench clean _unsound

help:
	@echo "make serve     show the article at http://127.0.0.1:8000, and compute what is stale meanwhile"
	@echo "make figures   compute and draw what is stale; FIGURE=name, QUICK=1, LARGE=1, FIRST_SEED=n, KEEP=words, JOBS=n"
	@echo "make site      strict build of the site into site/; ENGINE=zensical builds it with the successor of MkDocs"
	@echo "make test      lint and the fast tests"
	@echo "make verify    the slow checks: browser, Jekyll, killed runs, other seeds"
	@echo "make bench     speed of the laboratory beside plain PyTorch loops, and what each experiment took"
	@echo "make clean     remove everything that was computed or built, and .venv"

_unsound:
	@if test -e $(VENV); then echo "$(VENV) was made elsewhere or not to its end; making it anew"; rm -rf $(VENV); fi

# Every file is checked by its hash; what torch asks for on one platform alone (CUDA on Linux) is left to the second line.
$(READY): requirements.txt requirements.lock pyproject.toml $(if $(SOUND),,_unsound)
	@"$$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || { \
		echo "error: $$PYTHON is older than Python 3.11.5; name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/python || "$$PYTHON" -m venv $(VENV)
	$(PIP) $(if $(wildcard $@),--quiet) --require-hashes --no-deps -r requirements.lock
	$(PIP) --quiet -r requirements.txt
	$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.zensical: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --editable '.[zensical]'
	@touch $@

# What checks the pages. Without npm those checks are skipped, and the tests say so.
$(CHECKERS): tests/site/package-lock.json
	if command -v npm; then npm ci --prefix tests/site; fi

figures: $(READY)
	@$(BIN)/python -m whybn figures $(options)

# A sentence whose verdict changed is shown marked here; `make site` fails on it. What finishes a site is left out.
serve: $(READY)
	@$(BIN)/python -m whybn serve $(options)

# MkDocs, or its successor.
build_with_mkdocs := mkdocs build --strict --site-dir site
build_with_zensical := zensical build --clean

site: figures $(if $(filter zensical,$(ENGINE)),$(VENV)/.zensical)
	$(BIN)/$(build_with_$(ENGINE))
	$(BIN)/python -m whybn.drawing.card site
	$(BIN)/python -m whybn.site.finish site

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/python -m pytest

verify: figures $(CHECKERS)
	$(BIN)/python -m pytest -m verify
	WHYBN_ARITHMETIC=reference $(BIN)/python -m pytest tests/lab tests/measures tests/experiments
	$(BIN)/python -m whybn figures --first-seed "$$OTHER_SEEDS"

bench: figures
	@for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done
	@$(BIN)/python -m whybn ledger

clean:
	rm -rf .results docs/assets/figures site docs/_site docs/.jekyll-cache .pytest_cache .ruff_cache $(VENV) \
		tests/site/node_modules
	rm -f $(addprefix docs/_data/,claims.json experiments.json figures.json math.json planned.json replications.json \
		results.json times.json)
