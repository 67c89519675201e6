# `make` or `make help` lists the commands. Everything is made in this checkout: the environment in .venv, pages in out.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help forecast gallery test test-long bench bench-compare backtest checks posteriors protos explorer audit release lock env clean

python := .venv/bin/python
# Tests and studies start hundreds of processes: where modules may not be kept compiled, each compiles them all anew.
unexport PYTHONDONTWRITEBYTECODE
# One BLAS thread for each process: more of them fight for the same cores, and their waiting counts as CPU.
one_thread := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# Into out: the stored run is replaced by a whole one only. Peers that cannot be installed are rows that are skipped.
bench = sh tools/peers.sh || true; mkdir -p out && $(one_thread) $(python) -m pytest tests/benchmarks -q --benchmark-only \
	--benchmark-quiet --durations=10 --durations-min=20 --benchmark-json=out/bench.json $(ARGS)

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

bench: env  ## measure every row beside its baselines, at most 20 minutes on 2 cores (ARGS='-k engine': some, kept in out)
	@$(bench)
	@$(if $(ARGS),,cp out/bench.json tests/benchmarks/results/bench.json && $(python) -m tools.results stamp bench)
	@$(python) -m tests.benchmarks.report out/bench.json
	@$(if $(ARGS),,$(python) -m tests.docs.performance)

bench-compare: env  ## measure anew into out/bench.json and print what moved by over 20 % since the run of the last commit
	@$(bench)
	@$(python) -m tests.benchmarks.compare $(if $(ARGS),--part)

backtest: env  ## refit as of past dates and score what came after; the results go to forecast/evaluation/results
	@.venv/bin/timelines backtest $(ARGS)
	@$(if $(ARGS),,$(python) -m tools.results stamp backtest)

checks: env  ## check the machinery (simulated truths, priors); the results go to forecast/evaluation/results
	@.venv/bin/timelines check $(ARGS)
	@$(if $(ARGS),,$(python) -m tools.results stamp checks)

posteriors: env  ## refit the posteriors that the package ships
	@$(python) -m forecast.experiments.posteriors $(ARGS)

protos: env  ## make the stubs of the clients anew from protos
	@$(python) -m tools.protos
	@cd clients/typescript && [ ! -d node_modules ] || npm run --silent generate

explorer: env  ## build the page of the gateway anew with Node, into server/timelines_server/gateway/page (it is kept there)
	@$(python) -m tools.explorer_facts
	@$(python) -m tools.explorer_page palette
	@cd clients/typescript && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent; } && npm run --silent build
	@cd clients/explorer && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent; } && npm run --silent build
	@$(python) -m tools.explorer_page stamp

audit: env  ## ask the package index whether a pinned dependency has a fault that is known (needs the network)
	@$(python) -m tools.audit $(ARGS)

release: env  ## check that a release is whole (versions, changelog, track record, protos, stored results), then build it into dist
	@$(python) -m tools.release

lock: env  ## resolve pyproject.toml anew into the lock files (ARGS=--upgrade for newer versions)
	@sh tools/lock.sh $(ARGS)

env:  ## make or update .venv from requirements.lock
	@sh tools/bootstrap.sh

clean:  ## remove what these commands made here; forecasts in the state folder stay
	@rm -rf .venv .venv-codegen .venv-peers out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	@rm -rf clients/typescript/node_modules clients/typescript/dist clients/explorer/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
