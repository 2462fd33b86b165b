# Every day's verbs. `make run` and `make test` need Python 3.11 or 3.12 and make, nothing else.

PORT ?= 8000
DATA_DIR ?= var
VENV := .venv
BIN := $(VENV)/bin
FIND_PYTHON := for name in python3.12 python3.11 python3 python; do \
	command -v $$name >/dev/null 2>&1 && \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && \
	echo $$name && break; done
PYTHON ?= $(shell $(FIND_PYTHON))
STATIC := build/.static
MESSAGES := build/.messages
# One process of tests more than cores, for some of them wait; each wants 1 GB at most.
TESTS_AT_ONCE ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); \
	[ $$cores -lt 7 ] && echo $$((cores + 1)) || echo 8)
SOURCES := manage.py tryon_site shop tryon_engine tests tools

.PHONY: run setup test lint format check bench messages clean help

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: $(STATIC) $(MESSAGES) ## the whole product: web, poller and engine, with its demo catalogue
	@PORT='$(PORT)' DATA_DIR='$(DATA_DIR)' exec $(BIN)/python manage.py demo

setup: $(STATIC) $(MESSAGES) ## all that `run` needs, without starting

# With bytecode: tests start a hundred processes, and each would compile all anew.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.dev $(MESSAGES) ## all tests
	@$(BIN)/pytest -n $(TESTS_AT_ONCE) --dist loadscope --no-loadscope-reorder

lint: $(VENV)/.dev ## style, types, security, Django's own checks, missing migrations, known vulnerabilities
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy tryon_site shop tryon_engine
	@$(BIN)/bandit -q -r -c pyproject.toml manage.py tryon_site shop tryon_engine
	@$(BIN)/python -W error manage.py check
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python tools/audit_libraries.py

format: $(VENV)/.dev ## put the code into shape
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

check: lint test ## all that a reviewer needs

bench: $(VENV)/.dev $(STATIC) ## timings on this machine: engine, pages, poller
	@$(BIN)/python tools/bench.py $(ONLY)

messages: $(VENV)/.dev ## collect the texts to translate (needs GNU gettext)
	@$(BIN)/python manage.py makemessages -l zh_Hans --no-location --no-obsolete -i .venv -i build -i var -i tools -i tests

clean: ## remove what was installed and built; data stays
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache

# --- what the verbs above stand on -------------------------------------------
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Fitting Room needs Python 3.11 or 3.12: install it (Debian, Ubuntu: sudo apt install python3 python3-venv) and run make again."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: sudo apt install python3-venv, then run make again."; exit 1; }
	@echo "Setting up (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made requirements.txt requirements-nodeps.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-nodeps.txt
	@$(BIN)/python tools/check_libraries.py
	@touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.txt requirements-extras.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(STATIC): $(VENV)/.installed $(shell find static shop/static tryon_engine/static -type f 2>/dev/null)
	@$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

$(MESSAGES): $(VENV)/.installed $(shell find locale -name '*.po')
	@mkdir -p build
	@for po in $$(find locale -name '*.po'); do \
		$(BIN)/pybabel --quiet compile --input-file $$po --output-file $${po%.po}.mo || exit 1; done
	@touch $@
