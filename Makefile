# Two commands do everything: `make demo` and `make test`. `make bench` times us against others.

PYTHON ?= python3
GEOSLIP_DATA ?= $(wildcard $(abspath ../shared/data))
GEOSLIP_REFERENCE ?= $(wildcard $(abspath ../shared/reference))
export GEOSLIP_DATA GEOSLIP_REFERENCE
export NUMBA_CACHE_DIR := $(CURDIR)/.cache/numba
export MPLBACKEND := Agg

ROOMS := okada faults downsample inversion cases
DEMO := .venv-demo/bin
TEST := .venv-test/bin
SOURCES := $(shell find $(ROOMS) -type f -not -name '*.pyc' 2>/dev/null) setup.cfg pyproject.toml

.PHONY: at-length catalogue accuracy pages packages samplers demo test install-test lint types suite coverage bench calibrate studies docs picture clean

demo: .venv-demo/.installed
	$(DEMO)/geoslip run embedded --out geoslip-demo

test: lint types suite coverage

install-test: .venv-test/.installed

# A stale build/ folder would smuggle deleted files into the wheel, so it goes first.
.venv-%/.installed: $(SOURCES)
	test -x .venv-$*/bin/python || $(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --upgrade pip
	rm -rf build
	.venv-$*/bin/python -m pip install --quiet '.$(if $(filter test docs,$*),[$*])'
	.venv-$*/bin/python -m pip install --quiet --no-deps --force-reinstall .
	touch $@

lint: install-test
	$(TEST)/ruff check .
	$(TEST)/ruff format --check .

types: install-test
	$(TEST)/mypy $(foreach room,$(ROOMS),-p geoslip.$(room))

# The installed package is what is tested: the checkout holds no folder called geoslip.
suite: install-test
	$(TEST)/python -m pytest -n 2 --dist loadfile

# What the suite runs a part of, in full: both planes with twenty seeds, every published model through every format.
at-length: install-test
	GEOSLIP_AT_LENGTH=1 $(TEST)/python -m pytest -n 2 tests/inversion/test_posterior_geometry.py \
	    tests/faults/test_every_model.py -k "both_planes or every"

# With the JIT off, coverage sees inside the kernels; what only runs them at length is left out. The two rooms' tests run
# side by side.
UNCOMPILED := NUMBA_DISABLE_JIT=1 COVERAGE_FILE=.cache/coverage $(TEST)/python -m coverage
AT_LENGTH := $(addprefix --ignore=tests/downsample/test_,samplers.py resolution.py covariance.py \
    covariance_families.py divisions.py)

coverage: install-test
	mkdir -p .cache
	rm -f .cache/coverage*
	$(MAKE) --jobs=2 --output-sync=target coverage-okada coverage-downsample
	$(UNCOMPILED) combine --quiet
	$(UNCOMPILED) report --skip-covered --fail-under=90

coverage-%: install-test
	$(UNCOMPILED) run --parallel-mode --source=geoslip.okada,geoslip.downsample -m pytest -q -p no:cacheprovider \
	    tests/$* $(AT_LENGTH)

bench: install-test
	$(TEST)/python tests/bench/run.py --page docs/benchmarks.md

# Whether posteriors are what they claim to be: the rank of the truth among the draws of 100 synthetic sources; goes on
# where it was cut short. Ten minutes of one core.
calibrate: install-test
	mkdir -p .cache
	$(TEST)/python tests/calibrate/run.py --keep .cache --page docs/calibration.md

# The README's picture: the first screens of the demo's report, by headless Chromium.
picture: demo
	chromium --headless --no-sandbox --disable-gpu --disable-background-networking --disable-sync --hide-scrollbars \
	    --user-data-dir=$(CURDIR)/.cache/chromium --window-size=1200,1700 --screenshot=docs/report.png \
	    file://$(CURDIR)/geoslip-demo/report.html

# Runs every study (GEOSLIP_DATA), one a core, and writes the tables of the studies' pages and the scoreboard anew; goes on
# where it was cut short. The figures of `make catalogue` and `make samplers`, which take long, are those last kept.
studies: install-test
	$(TEST)/python -m geoslip.cases.library.studies --out .cache/studies --pages cases --scoreboard docs/studies.md
	$(TEST)/python -m geoslip.cases.menyuan2016.one_profile --picture docs/menyuan2016_profile.png
	$(TEST)/python -m geoslip.cases.ridgecrest2019.components --page cases/ridgecrest2019/README.md
	$(TEST)/python -m geoslip.cases.ridgecrest2019.rupture --page cases/ridgecrest2019/README.md
	$(TEST)/python -m geoslip.cases.ridgecrest2019.criteria .cache/studies/ridgecrest2019/weights \
	    --page cases/ridgecrest2019/README.md

# The pages under docs/, the studies and the reference made from docstrings; any warning is an error.
docs: .venv-docs/.installed
	.venv-docs/bin/python -m sphinx -b html -q -W --keep-going docs docs/_build

# The demo's report and the pages of the docs that people wrote, in headless Chromium at a phone's and a desktop's width.
pages: install-test
	$(TEST)/python tests/browser.py geoslip-demo/report.html $(wildcard docs/_build/*.html docs/_build/explained/*.html \
	    docs/_build/howto/*.html docs/_build/studies/*.html)

# Thirty-three synthetic events through a batch that is killed and resumed, and what estimating their noise costs: an
# hour of one core.
catalogue: install-test
	$(TEST)/python cases/catalogue2022/catalogue.py --out .cache/catalogue2022 \
	    --page cases/catalogue2022/README.md --picture docs/catalogue2022.png \
	    --figures cases/catalogue2022/catalogue.json
	$(TEST)/python cases/catalogue2022/noise_cost.py --page cases/catalogue2022/README.md

# The comparison of all samplers, two studies with each of them, and the twins of small earthquakes: an hour of one core.
samplers: install-test
	mkdir -p .cache
	$(TEST)/python cases/samplers/compare.py --draws 100 --keep .cache/samplers.json --page docs/samplers.md \
	    --picture docs/samplers.png --figures cases/samplers/compare.json
	$(TEST)/python cases/samplers/studies.py --keep .cache/samplers_studies.json --pages cases \
	    --figures cases/samplers/studies.json
	$(TEST)/python cases/small2017/twin.py --draws 100 --keep .cache/small2017.json --page cases/small2017/README.md \
	    --figures cases/small2017/twins.json

# What a user gets: the sdist and a wheel built from it, each installed on every Python of PYTHONS that is there, and the
# embedded study run by them from a folder of its own.
PYTHONS ?= python3.11 python3.12 python3.13
packages:
	rm -rf .cache/packages build
	mkdir -p .cache/packages
	$(PYTHON) -m venv .cache/packages/build
	.cache/packages/build/bin/python -m pip install -qq build
	.cache/packages/build/bin/python -m build --outdir .cache/packages/dist . >.cache/packages/build.log 2>&1 \
	    || { tail -n 20 .cache/packages/build.log; exit 1; }
	for python in $(PYTHONS); do \
	    $$python -c '' 2>/dev/null || { echo "$$python is not there: left out"; continue; }; \
	    for package in .cache/packages/dist/*; do \
	        place=.cache/packages/$$(basename $$python)-$${package##*.}; \
	        $$python -m venv $$place && $$place/bin/python -m pip install -qq $$package \
	            && (cd $$place && PYTHONPATH= NUMBA_CACHE_DIR=numba bin/geoslip run embedded --out result >log) \
	            && echo "$$($$place/bin/python --version), $${package##*/}: $$(sed -n 2p $$place/log)" || exit 1; \
	    done; \
	done

# The error table of triangles, against evaluations with 100 digits: some minutes.
accuracy: install-test
	$(TEST)/python tests/bench/triangle_accuracy.py --page docs/triangle_accuracy.md

clean:
	rm -rf build docs/_build docs/studies docs/gallery.md docs/gallery/*.png .cache .venv-demo .venv-test .venv-docs .bench geoslip.egg-info geoslip-demo
