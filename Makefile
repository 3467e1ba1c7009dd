# Everything runs on this machine; `make` alone lists what there is.
# Settings: make up PROFILE=weid DEMO=0 DATA=folder GATEWAY_PORT=8090 (ports: stack/settings.py)

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin/python
PYTEST_ARGS ?=
JOURNEY := "tests/system/test_journey.py::test_the_main_journey_holds[zlogin]"

.DEFAULT_GOAL := help
.PHONY: help env install up demo otp test test-long test-endurance test-kafka test-containers faults check bench kafka docs lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: ## make the environment in .venv, again when requirements.lock has changed
	@cmp -s requirements.lock $(VENV)/requirements.lock || $(MAKE) --no-print-directory install

install:
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing; run: apt-get install -y python3 python3-venv make"; exit 1; }
	@test -f requirements.lock || { echo "requirements.lock is missing; get it back: git checkout requirements.lock"; exit 1; }
	@$(PYTHON) -I stack/checks.py
	@echo "Making the environment (some minutes, once)"
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@cp requirements.lock $(VENV)/requirements.lock

up: env ## start everything and keep it running until Ctrl-C (DEMO=0: without demo data)
	@exec $(RUN) -m stack up

demo: env ## play the demo on a stack of its own
	@exec $(RUN) -m stack demo

otp: env ## print a one-time code: make otp USER=<user name>
	@test "$(origin USER)" = "command line" || { echo "Say whose code: make otp USER=<user name>"; exit 1; }
	@exec $(RUN) -m stack otp "$$USER"

test: env ## run the tests, but for those marked long
	@exec $(RUN) -m pytest -q -m "not long and not endurance" -n auto --dist loadfile $(PYTEST_ARGS)

test-long: env ## run the tests marked long
	@exec $(RUN) -m pytest -q -m long $(PYTEST_ARGS)

test-endurance: env ## run the tests that take minutes or judge times, on a machine left alone
	@exec $(RUN) -m pytest -q -m endurance $(PYTEST_ARGS)

test-kafka: env ## the journey, killed processes and a killed broker on Apache Kafka (Java 17 and Maven)
	@STACK=kafka exec $(RUN) -m pytest -q $(PYTEST_ARGS) $(JOURNEY) tests/system/test_kills.py tests/system/test_durability.py

test-containers: env ## the journey on containers (MONGO_IMAGE, KAFKA_IMAGE), and docker-compose.yml as it is
	@STACK=containers exec $(RUN) -m pytest -q $(PYTEST_ARGS) $(JOURNEY) tests/system/test_compose.py

check: env ## linters, types, import rules
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

bench: env ## measure, each figure beside the bare loop that is its limit
	@exec $(RUN) -m bench

faults: env ## break everything under load and check what is left: make faults SEED=1 COMMANDS=1000
	@exec $(RUN) -m tests.faults --seed $(or $(SEED),1) --commands $(or $(COMMANDS),1000)

kafka: env ## start Apache Kafka alone, from its jars, on KAFKA_PORT (9092)
	@exec $(RUN) -m stack kafka --port $(or $(KAFKA_PORT),9092)

lock: env ## write requirements.lock anew after a change of pyproject.toml
	@$(RUN) -m piptools compile -q --generate-hashes --all-extras --strip-extras --allow-unsafe --no-header \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o requirements.lock pyproject.toml

docs: env ## regenerate the generated documents
	@$(RUN) -m stack.describe
