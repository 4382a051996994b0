# One command sets up everything it needs in .venv. Needs Python 3.11 or newer and make, nothing else.
.PHONY: demo test check faults bench lock clean
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# The pinned pip of build.lock comes first: it takes half the time of Python 3.11's own.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile
NODEPS := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation
JOBS ?= 4
# Where the environment forbids it, each command that a test starts would compile every source file anew.
export PYTHONDONTWRITEBYTECODE =

demo: .venv/ready-demo ## three simulated weeks of the main job on the built-in platform, then the desk in the browser
	@$(BIN)/leadwright demo --engage $(DEMO)

test: ## everything CI runs
	@$(MAKE) --no-print-directory --jobs=2 .venv/ready-dev servers
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not faults" $(PYTEST)

check: .venv/ready-dev ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: pictures
pictures: .venv/ready-dev browser ## take the pictures of the tutorial in docs/admin.md anew
	rm -rf docs/images/tutorial
	LEADWRIGHT_PICTURES=docs/images/tutorial $(BIN)/python -m pytest -q tests/browser/test_tutorial.py

.PHONY: browser
browser:
	@sh .ci/browser

.PHONY: servers
servers: browser ## what tests need that pip has not, one after the other: apt works alone
	@sh .ci/mail-servers

faults: .venv/ready-dev servers ## slow fault runs
	$(BIN)/python -m pytest -m faults -o timeout=3600 tests $(PYTEST)

bench: .venv/ready-dev ## speed and scale, as ratios, each beside its peer or limit
	$(BIN)/python -m benchmarks $(BENCH)

.PHONY: test-conformance
test-conformance: .venv-conformance/ready ## Microsoft's own client libraries against the stand-in for Dynamics 365
	.venv-conformance/bin/python -m pytest tests/conformance tests/dynamics/test_msal.py $(PYTEST)

lock: .venv/ready-dev ## pin every dependency anew after a change of pyproject.toml
	PATH=$(BIN):$$PATH requirements/compile.sh

clean:
	rm -rf .venv .venv-conformance build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Leadwright needs Python 3.11 or newer; none was found. Install it, or say make PYTHON=/path/to/python"; exit 1; }
	@echo "Setting up .venv with $(PYTHON) ..."
	@$(PYTHON) -m venv .venv || { echo "Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }

.venv/ready-demo: .venv/bin/python requirements/demo.lock requirements/build.lock pyproject.toml
	@echo "Installing Leadwright (about a minute) ..."
	@$(PIP) -r requirements/build.lock
	@$(PIP) -r requirements/demo.lock
	@$(NODEPS) -e .
	@touch $@

.venv/ready-dev: .venv/bin/python requirements/dev.lock requirements/build.lock pyproject.toml
	@echo "Installing Leadwright with its test tools (one to two minutes) ..."
	@$(PIP) -r requirements/build.lock
	@$(PIP) -r requirements/dev.lock
	@$(NODEPS) -e .
	@touch .venv/ready-demo $@

# On top of .venv, so that only Microsoft's libraries are installed (450 MB).
.venv-conformance/ready: .venv/ready-dev requirements/conformance.lock
	@echo "Installing Microsoft's client libraries (a minute or two) ..."
	@$(BIN)/python -m venv .venv-conformance
	@.venv-conformance/bin/python -c 'import pathlib, sys, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "leadwright-dev.pth").write_text(f"import site; site.addsitedir({sys.argv[1]!r})")' \
	  "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
	@.venv-conformance/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/conformance.lock
	@touch $@
