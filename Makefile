# make run     the whole product, with made-up people, on http://127.0.0.1:8000 (PORT=8001 for another port)
# make test    every test, journeys in a real browser included (PYTEST="-k word" for some;
#              PYTEST="-m faults" kills workers and the database 20 times each instead of a few)
# make check   style, types, the ladder of imports, migrations, what the documents claim, deployment settings
# make coverage  which lines no test reaches, journeys left out
# make mutants   small faults put into the rules one at a time, to see that a test notices each
# make bench   the product's speed against shared yardsticks
# make pictures  the README's pictures, from a demo place that runs
# make lock    the exact versions of all packages, after a change to pyproject.toml

PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check -qq install --no-deps
LOCK := .venv/bin/pip-compile --quiet --strip-extras --no-header --no-emit-index-url --no-emit-find-links
WORKERS := 2
PYTEST :=
export PORT

.PHONY: run test check coverage mutants bench lock pictures

run: .venv/run
	@exec $(PYTHON) -u -m config.run

test: .venv/dev
	@.ci/system chromium
	@$(PYTHON) -m pytest -n $(WORKERS) $(PYTEST)

check: .venv/dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy .
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py assurance
	$(PYTHON) manage.py check
	@set -a; . .ci/production.env; SILENCED_CHECKS=hereabouts.W001; $(PYTHON) manage.py check --deploy --fail-level WARNING

coverage: .venv/dev
	.venv/bin/coverage erase
	.venv/bin/coverage run -m pytest -n $(WORKERS) -m "not journey and not faults" $(PYTEST)
	.venv/bin/coverage combine --quiet
	.venv/bin/coverage report

mutants: .venv/dev
	$(PYTHON) -m tests.mutants $(MODULES)

bench: .venv/dev
	$(PYTHON) manage.py bench

pictures: .venv/dev
	$(PYTHON) -m tests.journeys.pictures http://127.0.0.1:$(or $(PORT),8000)

lock: .venv/dev
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --extra dev --output-file requirements-dev.txt pyproject.toml

# Each file stands for "these packages are installed", and is older than the list when the list changes.
.venv/run: requirements.txt
	@.ci/system python pango
	@[ -x $(PYTHON) ] || { echo "Making .venv, which everything Python goes into."; python3 -m venv .venv; }
	@echo "Installing $$(grep -c == requirements.txt) packages. The first time that takes a few minutes."
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	@echo "Installing what tests and checks need: $$(grep -c == requirements-dev.txt) packages in all."
	@$(PIP) -r requirements-dev.txt
	@touch $@
