# The one way to build and check Duban; `make help` lists the targets, and
# .ci/run calls `make test`, nothing else.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# Everything is pure Go: the program needs no C compiler, and with cgo on, the
# sqlite driver of gorm would compile a second SQLite that nothing uses.
export CGO_ENABLED := 0

# Packages and, for bench, a pattern: make bench PKG=./app/web BENCH=Matrix
PKG ?= ./...
BENCH ?= .

# What the race detector watches in `make test`. All of it is compiled with the
# detector, the cgo-free SQLite too: with that left out it reported races inside
# sync.Map users of the standard library (crypto/tls) and of gorm, presumably
# because the linker then takes unwatched copies of generic code for the whole
# program. Watched, SQLite is ten times slower, so the packages that live on the
# database are left to `make race RACE=./...`.
RACE ?= ./app/auth ./app/blob ./app/config ./app/deadline ./app/i18n ./app/view ./app/notify ./models ./static

# Built for this Go: a linter cannot read the export data of a newer one.
STATICCHECK := .tools/staticcheck-$(shell go env GOVERSION)
REPORT := .tools/report
START := $(shell date +%s)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: ## run the demo on http://127.0.0.1:8080
	go run ./cmd/duban serve --demo

.PHONY: build
build: ## build the program, one static file: bin/duban
	go build -trimpath -o bin/duban ./cmd/duban

.PHONY: test
test: setup lint ## check everything: what CI runs
	@.ci/with-postgres $(MAKE) --no-print-directory unit race
	@echo "== all passed in $$(( $$(date +%s) - $(START) )) s"

.PHONY: quick
quick: vet ## the short check while working: vet and the short tests
	go test -short $(PKG)

.PHONY: unit
unit: $(REPORT) ## run the tests, on SQLite, PostgreSQL and in the browser
	@echo '== tests'
	@go test -json -count=1 -timeout 10m $(PKG) | $(REPORT)

# The race detector needs cgo. The C of the sqlite driver that comes with it is
# compiled without optimisation, since nothing calls it.
.PHONY: race
race: $(REPORT) ## run the short tests under the race detector (needs gcc)
	@echo '== tests under the race detector'
	@if ! command -v "$${CC:-gcc}" >/dev/null; then \
		echo 'no C compiler: the race detector cannot run'; \
		[ -z "$${CI:-}" ]; exit; \
	fi; \
	CGO_ENABLED=1 CGO_CFLAGS=-O0 go test -json -count=1 -timeout 10m -short -race $(RACE) | $(REPORT)

.PHONY: lint
lint: gofmt vet staticcheck modules ## check format, vet, staticcheck and the modules' sums

.PHONY: fmt
fmt: ## format the Go files
	gofmt -s -w .

.PHONY: gofmt
gofmt:
	@echo '== gofmt'
	@files=$$(gofmt -s -l .); [ -z "$$files" ] || { printf 'not formatted (make fmt): %s\n' $$files; exit 1; }

.PHONY: vet
vet:
	@echo '== vet'
	@go vet ./...

.PHONY: staticcheck
staticcheck: $(STATICCHECK)
	@echo '== staticcheck'
	@$(STATICCHECK) ./...

.PHONY: modules
modules:
	@echo '== modules'
	@go mod verify

.PHONY: cover
cover: ## measure what the tests cover: .artifacts/cover.html
	@mkdir -p .artifacts
	.ci/with-postgres go test -count=1 -coverpkg=./... -coverprofile=.artifacts/cover.out $(PKG)
	go tool cover -html=.artifacts/cover.out -o .artifacts/cover.html
	@go tool cover -func=.artifacts/cover.out | tail -n 1

.PHONY: bench
bench: ## measure time and memory (docs/performance.md): .artifacts/bench.txt
	@mkdir -p .artifacts
	.ci/with-postgres go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m $(PKG) | tee .artifacts/bench.txt

.PHONY: setup
setup: ## see to PostgreSQL, Chromium and gcc: install them on Debian as root
	@.ci/setup

.PHONY: clean
clean: ## remove what these targets made
	rm -rf bin .tools .artifacts

$(STATICCHECK): .ci/tools.mod .ci/tools.sum
	@echo '== build staticcheck'
	@go build -modfile=.ci/tools.mod -o $@ honnef.co/go/tools/cmd/staticcheck

$(REPORT): .ci/report.go
	@go build -o $@ .ci/report.go
