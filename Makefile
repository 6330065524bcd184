# Everything a developer or a CI does here. Each target sets up what it needs; `make help` lists them.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JUDGES := tests/judges
JUDGES_READY := $(JUDGES)/node_modules/.package-lock.json
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help run test judges lint types screenshots bench bounces lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' Makefile

run: $(READY) ## Take the sample dumps through the whole flow, afresh, into output/
	@rm -rf .run
	@find output -mindepth 1 ! -name .gitkeep -delete
	@$(BIN)/digest init --samples .run >/dev/null
	@DIGEST_PATHS__OUTPUT="$(CURDIR)/output" $(BIN)/digest --dir .run run

# Hundreds of tests start `digest`; where Python may not keep what it compiled, each would compile it anew.
test: $(READY) ## Run the tests; says what was skipped for want of PostgreSQL, Chromium or the judges
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -rs

judges: $(JUDGES_READY) ## Install the judges of pages and mail that `make test` asks if they are there (npm ci)
	@:

lint: $(READY) ## Check style and format (ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY) ## Check types (mypy --strict)
	@$(BIN)/mypy

screenshots: $(READY) ## Take pictures of pages and mail, made from the samples, into .run/screenshots
	@PYTHONPATH=. $(BIN)/python -m tests.screenshots $(or $(TO),.run/screenshots)

bench: $(READY) ## Measure this project beside its alternatives; SCALE=0.1 for a quick look
	@$(BIN)/python -m bench --scale $(or $(SCALE),1) $(if $(WRITE),--write $(WRITE))

bounces: $(READY) ## Read the sample bounces of flufl.bounce, and say how many are told rightly (docs/bounces.md)
	@$(BIN)/python -m bench.bounces

sweep: $(READY) ## Kill delivering at every write and send in turn, and count the mail (strace); EVERY=5 for a sample
	@$(BIN)/python -m tests.sweep --every $(or $(EVERY),1) $(if $(WRITE),--write $(WRITE))

# What builds is locked too: hatchling and editables for this package, setuptools for feedgen.
# The index, if not the public one, is told by the environment (UV_DEFAULT_INDEX); no address is written.
lock: ## Make requirements.lock anew from pyproject.toml
	@$(ensure_venv)
	@$(BIN)/python -m pip install --quiet uv
	@printf 'hatchling<2\neditables\nsetuptools\n' | $(BIN)/uv pip compile --quiet --upgrade --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev \
	  --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml -
	@if grep -n '://' requirements.lock; then echo "requirements.lock names an address (above)." >&2; exit 1; fi

clean: ## Remove all that was made here: output, sample run, caches, the virtual environment
	@find output -mindepth 1 ! -name .gitkeep -delete
	@rm -rf .run build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis $(VENV) $(JUDGES)/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the virtual environment: made once, and again when what it was made from changes ---

$(READY): requirements.lock pyproject.toml
	@$(ensure_venv)
	@echo "Installing the locked dependencies into $(VENV) (once) ..."
	@awk '/^[a-z]/ { keep = /^setuptools==/ } keep' requirements.lock > $(VENV)/build.lock
	@$(INSTALL) --require-hashes -r $(VENV)/build.lock
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --editable .
	@touch $(READY)

# Without isolation, nothing is fetched that the lock does not name: not to build with, either.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --no-build-isolation

# --- the judges: what package-lock.json names, by its hashes, and nothing run while installing ---

$(JUDGES_READY): $(JUDGES)/package-lock.json $(JUDGES)/package.json $(JUDGES)/.npmrc
	@if ! command -v npm >/dev/null; then \
	  echo "npm is missing (Debian: apt install nodejs npm default-jre-headless)." >&2; exit 1; \
	fi
	@echo "Installing the locked judges into $(JUDGES)/node_modules (once) ..."
	@npm ci --prefix $(JUDGES) --no-progress --loglevel=error >/dev/null
	@touch $@

# The first Python that is new enough; or the one told by `make PYTHON=…`, and no other.
PYTHON_CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)

define ensure_venv
if $(BIN)/python -m pip --version >/dev/null 2>&1; then exit 0; fi; \
for python in $(PYTHON_CANDIDATES); do \
  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
  python=; \
done; \
if [ -z "$$python" ]; then \
  echo "digest needs Python 3.11 or later. Tried:" >&2; \
  for python in $(PYTHON_CANDIDATES); do \
    echo "  $$python: $$("$$python" --version 2>/dev/null || echo 'not found')" >&2; \
  done; \
  echo "Install one (Debian: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; \
  exit 1; \
fi; \
if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
  echo "$$python cannot make virtual environments: its venv module is missing." >&2; \
  echo "Install it (Debian, Ubuntu: apt install python3-venv), then call make again." >&2; \
  exit 1; \
fi; \
echo "Making $(VENV) with $$("$$python" --version) ..."; \
"$$python" -m venv --clear $(VENV)
endef
