# `make` or `make help` lists the commands. Everything is made in this checkout: the environment in .venv, pages in out.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help forecast gallery test test-long bench backtest checks posteriors protos audit release lock env clean

python := .venv/bin/python
# One BLAS thread for each process: more of them fight for the same cores, and their waiting counts as CPU.
one_thread := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*##  *\(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

forecast: env  ## fit the models on the shipped data, print the headline, write the report out/forecast
	@.venv/bin/timelines fit
	@.venv/bin/timelines forecast --out out/forecast

gallery: env  ## write the pictures of README.md, and docs/gallery.md with reports as Chromium shows them
	@$(python) -m forecast.reports.gallery docs/images
	@$(python) -m tests.browser.gallery

test: env  ## the tests (at most 12 minutes on 2 cores)
	@$(one_thread) $(python) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not long" --ignore=tests/benchmarks $(ARGS)

test-long: env  ## every test, with full counts and a full refit (at most 60 minutes)
	@$(one_thread) $(python) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/benchmarks $(ARGS)

bench: env  ## measure the engine and the command line; the results go to tests/benchmarks/results
	@$(one_thread) $(python) -m pytest tests/benchmarks -q --benchmark-only --benchmark-quiet --benchmark-json=tests/benchmarks/results/bench.json $(ARGS)
	@$(python) -m tools.results stamp bench
	@$(python) -m tests.benchmarks.report

backtest: env  ## refit as of past dates and score what came after; the results go to forecast/evaluation/results
	@.venv/bin/timelines backtest $(ARGS)
	@$(if $(ARGS),,$(python) -m tools.results stamp backtest)

checks: env  ## check the machinery (simulated truths, priors); the results go to forecast/evaluation/results
	@.venv/bin/timelines check $(ARGS)
	@$(if $(ARGS),,$(python) -m tools.results stamp checks)

posteriors: env  ## refit the posteriors that the package ships
	@$(python) -m forecast.experiments.posteriors $(ARGS)

protos: env  ## make the stubs in clients/python/timelines/v1 anew from protos
	@$(python) -m tools.protos

audit: env  ## ask the package index whether a pinned dependency has a fault that is known (needs the network)
	@$(python) -m tools.audit $(ARGS)

release: env  ## check that a release is whole (versions, changelog, track record, protos, stored results), then build it into dist
	@$(python) -m tools.release

lock: env  ## resolve pyproject.toml anew into the lock files (ARGS=--upgrade for newer versions)
	@sh tools/lock.sh $(ARGS)

env:  ## make or update .venv from requirements.lock
	@sh tools/bootstrap.sh

clean:  ## remove what these commands made here; forecasts in the state folder stay
	@rm -rf .venv .venv-codegen out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
