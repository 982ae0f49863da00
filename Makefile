# What people and CI run. `make help` lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

CARGO ?= cargo
NPM ?= npm
DOCKER ?= docker
IMAGE ?= prism-gitops

# Prismatic's own command line, which the sandbox is tested with.
PRISM_LOCK := tests/prism/package-lock.json
PRISM_STAMP := target/prism/.installed

# A second server that the tests run the same commands against.
PEER_LOCK := tests/peer/package-lock.json
PEER_STAMP := target/peer/.installed

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Unoptimised on purpose: it is ready in half the time, and the tests use most of what was built.
.PHONY: quickstart
quickstart: ## Build, and keep a local sandbox in step with examples/quickstart
	$(CARGO) build --locked
	$(or $(CARGO_TARGET_DIR),target)/debug/prism-gitops daemon examples/quickstart --sandbox

.PHONY: fleet
fleet: ## Build, and roll a bad and a good version out to the 120 customers of examples/fleet
	$(CARGO) build --locked
	scripts/fleet-example $(or $(CARGO_TARGET_DIR),target)/debug/prism-gitops

# Of cargo: `checked` takes longer to build and less time to run; CI uses it.
PROFILE ?= test

.PHONY: test
test: prism peer ui ## Run all tests
	$(CARGO) test --locked --workspace --profile $(PROFILE) --doc
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		echo '+ $(CARGO) nextest run --locked --workspace --cargo-profile $(PROFILE)'; \
		$(CARGO) nextest run --locked --workspace --cargo-profile $(PROFILE); \
	else \
		echo 'cargo-nextest is not installed: running the same tests with `cargo test`'; \
		$(CARGO) test --locked --workspace --profile $(PROFILE) --lib --bins --tests; \
	fi

.PHONY: prism
prism: $(PRISM_STAMP) ## Install the pinned prism command line into target/prism

$(PRISM_STAMP): tests/prism/package.json $(PRISM_LOCK)
	mkdir -p target/prism
	cp tests/prism/package.json $(PRISM_LOCK) target/prism/
	$(NPM) ci --prefix target/prism --ignore-scripts --no-audit --no-fund
	touch $@

.PHONY: bench
bench: bench-pure prism ## Measure the pure modules, and whole processes against the sandbox (takes long)
	$(CARGO) build --locked --release
	scripts/bench --binary $(or $(CARGO_TARGET_DIR),target)/release/prism-gitops

# With the dependencies of the program, and criterion besides.
.PHONY: bench-pure
bench-pure: ## Measure the pure modules
	cp Cargo.lock benches/Cargo.lock
	$(CARGO) bench --manifest-path benches/Cargo.toml --target-dir $(or $(CARGO_TARGET_DIR),target)

.PHONY: peer
peer: $(PEER_STAMP) ## Install what the second server needs into target/peer

$(PEER_STAMP): tests/peer/package.json $(PEER_LOCK)
	mkdir -p target/peer
	cp tests/peer/package.json $(PEER_LOCK) target/peer/
	$(NPM) ci --prefix target/peer --ignore-scripts --no-audit --no-fund
	touch $@

# The front end, and what it is tested with.
UI_STAMP := ui/node_modules/.installed

.PHONY: ui
ui: $(UI_STAMP) ## Install what the front end is built and tested with into ui/node_modules

# Not `ci`, which asks for every optional package of other systems; the lock file is not written.
$(UI_STAMP): ui/package.json ui/package-lock.json
	$(NPM) install --prefix ui --no-save --ignore-scripts --no-audit --no-fund
	touch $@

.PHONY: page
page: ui ## Build the page: ui/dist, which is checked in
	cd ui && $(NPM) run check && $(NPM) run build

# How many random worlds: a nightly run's by default.
WORLDS ?= 1000000

.PHONY: worlds
worlds: ## Live through WORLDS random worlds, and every cell of the fault matrix
	PRISM_GITOPS_TEST_WORLDS=$(WORLDS) PRISM_GITOPS_TEST_ALL=1 \
		$(CARGO) test --locked --profile checked --test it -- random_worlds:: faults::

.PHONY: soak
soak: ## Run the loop for a simulated day, and for half an hour over 5000 instances with faults
	PRISM_GITOPS_TEST_HOURS=24 PRISM_GITOPS_TEST_INSTANCES=5000 PRISM_GITOPS_TEST_MINUTES=30 $(CARGO) test --locked --profile checked --test it -- --nocapture soak::

# How often the daemon is killed.
KILLS ?= 100

.PHONY: kills
kills: ## Kill the real daemon KILLS times, and look at what the next one finds
	PRISM_GITOPS_TEST_KILLS=$(KILLS) $(CARGO) test --locked --test it -- --nocapture killed::

.PHONY: contract
contract: ## Run schemathesis over docs/openapi.json against a real daemon (needs Python 3 and git)
	scripts/contract

.PHONY: seeded-bugs
seeded-bugs: ## Plant the bugs of tests/seeded, one at a time, and demand that a named test finds each
	scripts/seeded-bugs

# How long each target is fuzzed, in seconds.
FUZZ_SECONDS ?= 600

.PHONY: fuzz
fuzz: ## Fuzz every target: with cargo-fuzz on nightly, else with many unguided inputs
	FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz

.PHONY: mutants
mutants: ## Mutate the pure modules, and list what no test notices (needs cargo-mutants; SHARD=3/40 for a part)
	scripts/mutants

.PHONY: sbom
sbom: ## Write target/sbom.cdx.json: what the shipped binary is made of (needs jq)
	scripts/sbom

.PHONY: licences
licences: ## List the crates of the shipped binary with their licences
	$(CARGO) tree --locked --edges normal --target all --prefix none --format '{p} {l}' | sed 's/ (\*)$$//; s/ (proc-macro)//' | sort -u

.PHONY: fmt
fmt: ## Format the code
	$(CARGO) fmt --all

.PHONY: fmt-check
fmt-check: ## Fail where the code is not formatted
	$(CARGO) fmt --all --check

# Of cargo, for clippy and rustdoc: where the tests were built with another one, what runs in a build is there already.
LINT_PROFILE ?= dev

.PHONY: lint
lint: ## Run clippy, and check the build without the sandbox
	$(CARGO) clippy --locked --profile $(LINT_PROFILE) --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --profile $(LINT_PROFILE) --no-default-features --lib --bins -- -D warnings

.PHONY: doc
doc: ## Build the API documentation, warnings as errors
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --profile $(LINT_PROFILE) --workspace --no-deps --lib

.PHONY: deny
deny: ## Check licences, sources and banned crates (needs cargo-deny; not part of CI)
	$(CARGO) deny --locked check

.PHONY: dist
dist: ## Build the binary that is shipped: static, one file, in target/<host>/dist
	scripts/dist

.PHONY: image
image: ## Build the container image
	$(DOCKER) build --file deploy/Dockerfile --tag $(IMAGE) .

.PHONY: ci
ci: ## Run everything CI runs
	.ci/run
