.DEFAULT_GOAL := help
VENV := .venv
READY := $(VENV)/.ready
PYTHON := $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(if $(filter yes,\
	$(shell $(name) -c 'import sys; print("yes" if sys.version_info >= (3, 11) else "no")' 2>/dev/null)),$(name))))

.PHONY: help env demo test check format clean

help:  ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null || sed -n 's/^\([a-z]*\):.*## /  make \1  /p' $(MAKEFILE_LIST)

env: $(READY)  ## Install the package and its pinned dependencies into .venv

$(READY): pyproject.toml constraints.txt
	@if [ -z "$(PYTHON)" ]; then echo "quiescent needs Python 3.11 or newer; none was found on the PATH." >&2; exit 2; fi
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[recorded,dev]'
	@touch $(READY)

demo: env  ## Train on a real rat's foraging and watch the networks dream (about 5 minutes)
	$(VENV)/bin/quiescent demo

test: env  ## Run all tests
	$(VENV)/bin/python -m pytest -q

check: env  ## Lint, formatting and types
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

format: env  ## Format the code
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

clean:  ## Remove the environment and caches (never runs)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
