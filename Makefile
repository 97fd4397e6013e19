.DEFAULT_GOAL := help
VENV := .venv
READY := $(VENV)/.ready
JAX := .venv-jax
PYTHONS := python3.13 python3.12 python3.11 python3
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

.PHONY: help env demo test docs bench check format clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(READY)  ## Install the package and its pinned dependencies into .venv

# The file is touched last, so an installation that was cut short is done again.
$(READY): pyproject.toml constraints.txt
	@if ! { $(VENV)/bin/python -c '$(SUITABLE)' && $(VENV)/bin/python -m pip --version; } >/dev/null 2>&1; then \
		found=; \
		for name in $(PYTHONS); do \
			if $$name -c '$(SUITABLE)' >/dev/null 2>&1; then found=$$name; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "quiescent needs Python 3.11 or newer with its venv module; none of these is one: $(PYTHONS)" >&2; \
			exit 1; \
		fi; \
		echo "Making $(VENV) with $$found"; \
		$$found -m venv --clear $(VENV) || exit 1; \
	fi
	@echo "Installing quiescent into $(VENV): the first time this takes some minutes"
	@PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
		$(VENV)/bin/python -m pip install -q -c constraints.txt -e '.[recorded,nwb,paper,docs,dev]'
	@touch $(READY)

demo: env  ## Train on a real rat's foraging and watch the networks dream (about 2 minutes)
	$(VENV)/bin/quiescent demo

test: env  ## Run all tests, on up to four cores
	$(VENV)/bin/python -m pytest -q -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

docs: env  ## Make the documentation, with tutorials run anew if anything changed, into docs/_build/html
	$(VENV)/bin/python -m sphinx -b html -W --keep-going -q docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

# JAX is a peer of the benchmark only; without it the table says so.
$(JAX)/.tried: benchmarks/requirements.txt | $(READY)
	@echo "Installing JAX into $(JAX), for the benchmark only"
	@$(VENV)/bin/python -m venv --clear $(JAX)
	@$(JAX)/bin/python -m pip install -q --disable-pip-version-check -r benchmarks/requirements.txt \
		|| echo "JAX could not be installed; the benchmark goes on without it" >&2
	@touch $(JAX)/.tried

bench: env $(JAX)/.tried  ## Measure what everything costs, into benchmarks/results (7 minutes; installs JAX aside)
	$(VENV)/bin/python benchmarks/bench.py

check: env  ## Lint, formatting, types and words
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/python tests/names.py

format: env  ## Format the code
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

clean:  ## Remove the environment, caches and the made documentation (never runs)
	rm -rf $(VENV) $(JAX) docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis
