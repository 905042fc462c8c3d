# What one needs is git, rustup and a C compiler; the targets fetch the rest.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

FILES ?= test_data/manifests

TARGET := wasm32-wasip1
WASM := target/$(TARGET)/release/oke_virtual_nodes_policy.wasm
OKE_VN := $(CURDIR)/target/debug/oke-vn
POLICY_RUN := $(CURDIR)/target/debug/policy-run
# Without kwctl, the stand-in from `harness` evaluates the requests of e2e.bats. It answers alike.
KWCTL ?= $(shell command -v kwctl || echo $(POLICY_RUN))

# Helm as a library and the linters of files that aren't Rust, in an environment of their own.
TOOLS := $(CURDIR)/target/tools
HELM ?= $(shell command -v helm || echo $(CURDIR)/tools/helm)

# What only the real kwctl can do.
NEEDS_KWCTL = [ "$(KWCTL)" != "$(POLICY_RUN)" ] || \
  { echo "kwctl is needed: https://docs.kubewarden.io/howtos/install-kwctl" >&2; exit 1; }
VERSION ?= v$(shell sed -n 's/^version = "\(.*\)"$$/\1/p' Cargo.toml | head -n 1)

SOURCES := $(shell find src -type f) Cargo.toml Cargo.lock rust-toolchain.toml .cargo/config.toml

# The tests of the harness run the file that is shipped, instead of building the policy a second time.
export POLICY_WASM := $(CURDIR)/policy.wasm

.PHONY: help
help: ## Show what can be made
	@grep -E '^[a-z0-9.-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 24

.PHONY: toolchain
toolchain:
	@rustup target list --installed | grep -qx $(TARGET) || rustup target add $(TARGET)

# An unchanged module keeps its date, so that nothing is rebuilt for its sake. Flags of the environment would take the
# place of those in .cargo/config.toml, without which the module is too large.
policy.wasm: $(SOURCES) | toolchain ## Build the policy module
	env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS \
	  cargo build --release --locked --lib --package oke-virtual-nodes-policy --target $(TARGET)
	cmp -s $(WASM) $@ || cp $(WASM) $@

annotated-policy.wasm: policy.wasm metadata.yml README.md ## Build the module with its metadata, to be pushed (needs kwctl)
	@$(NEEDS_KWCTL)
	$(KWCTL) annotate policy.wasm --metadata-path metadata.yml --usage-path README.md --output-path $@

.PHONY: publish
publish: annotated-policy.wasm ## Push the annotated module to REGISTRY, with PUSH_OPTIONS (needs kwctl)
	@$(NEEDS_KWCTL)
	@[ -n "$(REGISTRY)" ] || { echo "say where to: make publish REGISTRY=registry.example.com/policies" >&2; exit 1; }
	@$(KWCTL) push --output json $(PUSH_OPTIONS) $< registry://$(REGISTRY)/oke-virtual-nodes-policy:$(VERSION)

.PHONY: artifacthub
artifacthub: ## Write artifacthub-pkg.yml anew, for a release (needs kwctl)
	@$(NEEDS_KWCTL)
	$(KWCTL) scaffold artifacthub --metadata-path metadata.yml --questions-path questions-ui.yml --output artifacthub-pkg.yml
	cargo xtask generate

.PHONY: generate
generate: ## Write everything that is made from the code: pages, schemas, manifests, the picture of the README
	cargo xtask generate
	cargo run --quiet --locked --package oke-vn --example schemas
	$(MAKE) picture
	$(MAKE) deploy

.PHONY: tools
tools: $(TOOLS)/.installed

# `python3 -m venv` needs ensurepip, which Debian has in a package of its own.
$(TOOLS)/.installed: tools/requirements.txt
	@python3 -c 'import ensurepip' 2>/dev/null || { \
	  sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	  if command -v apt-get >/dev/null && { [ -z "$$sudo" ] || command -v sudo >/dev/null; }; then \
	    $$sudo apt-get update -qq && $$sudo apt-get install -y -qq python3-venv; \
	  else \
	    echo "Python 3.10 or newer with venv is needed: https://docs.python.org/3/library/venv.html" >&2; exit 1; \
	  fi; }
	python3 -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check --only-binary :all: --requirement $<
	touch $@

.PHONY: deploy
deploy: tools ## Write the manifests of deploy/ from the chart
	PATH="$(TOOLS)/bin:$$PATH" HELM="$(HELM)" tools/render-deploy

# `make test` has built both programs already, with the dependencies of the whole workspace. To build one alone would compile
# most of them again, because they have other features then.
.PHONY: oke-vn
oke-vn: ## Build the command line
	$(if $(ARE_BUILT),,cargo build --locked --package oke-vn)

.PHONY: policy-run
policy-run: ## Build the stand-in for kwctl
	$(if $(ARE_BUILT),,cargo build --locked --package harness --bin policy-run)

.PHONY: install
install: ## Install the command line
	cargo install --locked --path cli --features cluster

.PHONY: check
check: policy.wasm oke-vn ## Build all, and check the manifests in FILES (default: test_data/manifests)
	@$(OKE_VN) check $(FILES) || { status=$$?; [ $$status -eq 1 ] || exit $$status; }

.PHONY: test
test: policy.wasm ## Run everything that must pass before a commit
	.ci/check-version
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package oke-vn --all-targets --features cluster --locked -- -D warnings
	cargo test --workspace --features oke-vn/cluster --locked
	$(MAKE) lint-files chart-tests e2e-tests ARE_BUILT=1

# Scripts, workflows and whatever else has a schema of its own. actionlint puts the scripts of workflows to shellcheck.
.PHONY: lint-files
lint-files: tools ## Check scripts, workflows and the chart with their linters
	PATH="$(TOOLS)/bin:$$PATH" HELM="$(HELM)" tools/lint-files

.PHONY: chart-tests
chart-tests: tools oke-vn bats ## Test the chart, deploy/, the catalogue and the files for installers
	PATH="$(TOOLS)/bin:$$PATH" HELM="$(HELM)" OKE_VN="$(OKE_VN)" python3 -m pytest --quiet -p no:cacheprovider charts packaging e2e

.PHONY: bats
bats:
	@command -v bats >/dev/null || { \
	  sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	  if command -v apt-get >/dev/null && { [ -z "$$sudo" ] || command -v sudo >/dev/null; }; then \
	    $$sudo apt-get update -qq && $$sudo apt-get install -y -qq bats; \
	  else \
	    echo "bats is needed: https://bats-core.readthedocs.io/en/stable/installation.html" >&2; exit 1; \
	  fi; }

.PHONY: e2e-tests
e2e-tests: policy.wasm $(if $(filter $(POLICY_RUN),$(KWCTL)),policy-run) bats ## Put requests to the built module (KWCTL: kwctl, else policy-run)
	KWCTL="$(KWCTL)" POLICY="$(CURDIR)/policy.wasm" bats e2e.bats

.PHONY: cluster-tests
cluster-tests: tools bats ## Walk through the cluster of KUBECONFIG (e2e/README.md)
	PATH="$(TOOLS)/bin:$$PATH" HELM="$(HELM)" bats e2e/cluster.bats

.PHONY: bench
bench: policy.wasm ## Measure a request, above the same request to an empty guest
	cargo bench --locked --package harness --profile dev --bench validate

.PHONY: bench-check
bench-check: ## Measure the command line: one manifest, and 20,000 objects
	cargo bench --locked --package oke-vn --bench check

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { \
	  sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	  if command -v apt-get >/dev/null && { [ -z "$$sudo" ] || command -v sudo >/dev/null; }; then \
	    $$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium; \
	  else \
	    echo "Chromium is needed: https://www.chromium.org/getting-involved/download-chromium" >&2; exit 1; \
	  fi; }

.PHONY: node
node:
	@command -v npm >/dev/null || { \
	  sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	  if command -v apt-get >/dev/null && { [ -z "$$sudo" ] || command -v sudo >/dev/null; }; then \
	    $$sudo apt-get update -qq && $$sudo apt-get install -y -qq npm; \
	  else \
	    echo "Node.js 20 or newer with npm is needed: https://nodejs.org/en/download" >&2; exit 1; \
	  fi; }

.PHONY: check-formats
check-formats: tools node chromium ## Check the formats of reports with other readers
	cli/tests/formats/check.sh

.PHONY: picture
picture: ## Draw the picture of a report that the README shows
	BLESS=1 cargo test --locked --package oke-vn --test picture

.PHONY: fmt
fmt: ## Format the code
	cargo fmt --all

.PHONY: lint
lint: ## Check format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --package oke-vn --all-targets --features cluster --locked -- -D warnings

.PHONY: clean
clean: ## Remove what was built
	cargo clean
	rm -f policy.wasm annotated-policy.wasm
