# Two commands: `make demo` tries it, `make test` checks everything. Both make .venv first.
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
SPARK_VERSION := 4.3.0
SIZES ?= 1
GB ?= 0.1
ACCOUNTS ?= 1
KILLS ?= 200

.PHONY: demo test test-spark test-engine bench bench-risk bench-ledger bench-load chaos load eval lint types laws pytest docs catalogues lock clean

demo: .venv/.installed
	$(BIN)/retention demo --home demo-home

test: .venv/.installed-dev lint types laws pytest

test-spark: .venv/.installed-dev .venv-spark/.installed ## the metric suite on a Spark cluster of this machine, and a killed executor
	SPARK_HOME="$$(echo $(CURDIR)/.venv-spark/lib/python3.*/site-packages/pyspark)" $(BIN)/pytest -v tests/test_spark.py

test-engine: .venv/.installed-dev ## the metric suite on the empty database at ENGINE_URL
	$(BIN)/pytest -v tests/test_engines.py -k elsewhere --force-enable-socket

bench: .venv/.installed-dev
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_ledger $(SIZES)
	$(BIN)/python -m tests.bench_risk

bench-risk: .venv/.installed-dev ## risk of so many thousand accounts on PostgreSQL: make bench-risk ACCOUNTS=100
	$(BIN)/python -m tests.bench_risk $(ACCOUNTS)

bench-ledger: .venv/.installed-dev ## books of 1, 10 or 50 million account-months: make bench-ledger SIZES="1 10"
	$(BIN)/python -m tests.bench_ledger $(SIZES)

bench-load: .venv/.installed-dev ## a file of many GB loaded, and refused for one row: make bench-load GB=2
	$(BIN)/python -m tests.bench_load $(GB)

chaos: .venv/.installed-dev ## replicas killed at random under load, on SQLite and PostgreSQL; then `retention serve` itself
	$(BIN)/python -m tests.chaos --kills $(KILLS)
	$(BIN)/python -m tests.chaos --kills $(KILLS) --store postgresql
	$(BIN)/python -m tests.chaos --kills 20 --store postgresql --socket
	$(BIN)/python -m tests.chaos --kills 20 --between 5 --store postgresql --real

load: .venv/.installed-dev ## 50 questions a second for a minute to two replicas on PostgreSQL
	$(BIN)/python -m tests.load

eval: .venv/.installed-dev ## how well questions are understood that the examples' authors never saw
	$(BIN)/retention eval tests/questions/blind.yml
	$(BIN)/retention eval tests/questions/new_tools.yml
	$(BIN)/retention eval tests/questions/portfolio_tools.yml
	$(BIN)/retention eval tests/questions/followups.yml

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/cog --check README.md

types: .venv/.installed-dev
	$(BIN)/mypy

laws: .venv/.installed-dev
	$(BIN)/lint-imports

pytest: .venv/.installed-dev
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto

docs: .venv/.installed-dev ## print the tables of README from the code
	$(BIN)/cog -r README.md

catalogues: .venv/.installed-dev ## bring the message catalogues up to date with the code
	$(BIN)/python -m bot.locale

lock: .venv/bin/uv ## pin the dependencies anew
	$(BIN)/uv pip compile -q pyproject.toml --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --group dev --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements-dev.lock

.venv/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)

.venv/.installed: .venv/bin/uv requirements.lock pyproject.toml
	$(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install -q --no-deps -e .
	$(BIN)/python -m compileall -q bot tools knowledge
	touch $@

.venv/.installed-dev: .venv/bin/uv requirements-dev.lock pyproject.toml
	$(BIN)/uv pip install -q --compile-bytecode --require-hashes -r requirements-dev.lock
	$(BIN)/uv pip install -q --no-deps -e .
	$(BIN)/python -m compileall -q bot tools knowledge
	touch $@ .venv/.installed

.venv-spark/.installed: Makefile
	command -v java || { $$(command -v sudo) apt-get update && $$(command -v sudo) apt-get install -y --no-install-recommends default-jre-headless; }
	$(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install -q --disable-pip-version-check pyspark==$(SPARK_VERSION)
	touch $@

clean:
	rm -rf .venv .venv-spark demo-home
