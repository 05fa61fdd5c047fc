# One word for each thing one does here; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
ACT ?= lag

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.venv/.done: requirements-dev.lock pyproject.toml
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.PHONY: venv
venv: .venv/.done ## the Python environment with everything, by hashed lock file

.PHONY: check
check: venv ## lint, types, import contracts, unit and property tests; under a minute
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target unit static properties

.PHONY: static
static: venv
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

.PHONY: unit
unit: venv
	.venv/bin/pytest -q tests/unit

.PHONY: properties
properties: venv
	.venv/bin/pytest -q tests/property

.PHONY: demo
demo: venv ## a 10x burst on a real cluster, checked and drawn: build/demo/ACT (ACT=lag|learned|dependencies|deadletters|all)
	$(PY) -m demo --act $(ACT)

.PHONY: crds
crds: venv ## crds/*.yaml, the chart's copies and docs/reference, from operator/sluicegate/model
	$(PY) -m sluicegate.model.crd crds helm/sluicegate docs/reference

.PHONY: lock
lock: ## both lock files anew, from pyproject.toml
	$(PY) -m pip install --quiet uv
	.venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock

.PHONY: cluster-up
cluster-up: venv ## a real one-node Kubernetes and a Kafka broker on this machine (needs root; first time: minutes)
	$(PY) -m dev.bed up

.PHONY: cluster-down
cluster-down: venv ## ends all of it and leaves nothing behind
	$(PY) -m dev.bed down
	$(PY) -m dev.bed verify-clean

.PHONY: e2e
e2e: venv ## the end-to-end suite on the local bed; BED=kind runs it on kind
	dev/with-bed.sh dev/twice.sh -q tests/e2e $(ARGS)

.PHONY: test
test: check ## everything that CI runs: check, then all else on a real cluster with a real broker
	.venv/bin/pytest -q tests/simulate tests/mutation
	dev/with-bed.sh bash -c '.venv/bin/pytest -q tests/chart tests/protocol && dev/twice.sh -q tests/e2e && .venv/bin/pytest -q tests/readme'
	.venv/bin/pytest -q tests/bed

.PHONY: mutation
mutation: venv ## how many small mistakes in decide/ go unnoticed (a sample, a quarter of an hour; ARGS="fewer more --each 20")
	$(PY) -m tests.mutation.run $(ARGS)

.PHONY: scenarios
scenarios: venv ## all laws in all worlds of examples/workloads: docs/scenarios.md and its pictures
	$(PY) -m tests.bench.scenarios

.PHONY: bench
bench: venv ## the benchmarks, on the local bed; results in build/bench
	$(PY) -m tests.bench.bench_decide
	$(PY) -m tests.bench.bench_simulate
	$(PY) -m tests.bench.bench_arbitrate
	$(PY) -m tests.bench.bench_probes
	dev/with-bed.sh bash -c '$(PY) -m tests.bench.bench_sweep && $(PY) -m tests.bench.bench_operator'
