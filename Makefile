# SPDX-License-Identifier: MIT-0
# nnc: one makefile for GNU make 4.3 or later. `make help` lists the targets.
#
#   make demo            build, then train and show the digits example; installs what is missing first
#   make check           all tests; installs what is missing first
#   make SAN=1 check     the same under AddressSanitizer and UndefinedBehaviorSanitizer, in build-san/
#   make check-targets   tests on other machines, in emulators
#   make install         into $(DESTDIR)$(PREFIX), install-strip without symbols; make uninstall removes exactly that
#
# Variables: BUILD, CC, CFLAGS, CPPFLAGS, LDFLAGS, SAN=1, V=1 (show commands), PREFIX, LIBDIR, MANDIR, DESTDIR, TESTS.

# Other makes stumble over what follows; before they do, they are told why.
word != test -n '$(MAKE_HOST)' || echo 'nnc is built by GNU make 4.3 or later: gmake, where make is another' >&2
ifeq ($(filter grouped-target,$(.FEATURES)),)
$(error nnc is built by GNU make 4.3 or later; this is $(MAKE_VERSION))
endif

VERSION := 0.1.0
SAN     ?=
BUILD   ?= $(if $(SAN),build-san,build)
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
CFLAGS  ?= $(if $(SAN),-O1 -g,-O2 -g)

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

# -Wconversion and -Wshadow find real mistakes in code that computes sizes; the generated scanner and parser are not ours.
# What a row of a table leaves out is zero.
warnings           := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
                      -Wno-missing-field-initializers
warnings_generated := -Wall -Wextra -Wno-conversion -Wno-sign-conversion -Wno-unused-function -Wno-unused-but-set-variable
sanitizers         := $(if $(SAN),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)

# Pictures are read with libspng where it is installed; PNG= leaves it out.
PNG = $(shell printf '#include <spng.h>' | $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 && echo 1)
png_flags = $(if $(PNG),-DNNC_PNG)
png_libs  = $(if $(PNG),-lspng)

# Models of Keras and ONNX are read by libraries of the containers that they come in, where these are installed; IMPORT= leaves it out.
# They are another program's, nnc-import, which nnc becomes for such files: started with every nnc, they would cost more than most
# models take.
import_packages := hdf5 jansson libzip libprotobuf-c
# Each is asked for once, when it is first wanted.
IMPORT       = $(eval IMPORT := $$(shell pkg-config --exists $(import_packages) 2>/dev/null && command -v protoc-c >/dev/null && echo 1))$(IMPORT)
import_flags = $(eval import_flags := $$(if $$(IMPORT),-DNNC_IMPORT -isystem $(BUILD) $$(shell pkg-config --cflags $(import_packages) | sed 's/-I/-isystem /g')))$(import_flags)
import_libs  = $(if $(IMPORT),$(shell pkg-config --libs $(import_packages)))

# Several processes of MPI train together where Open MPI is installed; MPI= leaves it out. Only what is compiled with
# -DNNC_MPI calls it.
MPI          = $(eval MPI := $$(shell pkg-config --exists ompi-c 2>/dev/null && echo 1))$(MPI)
mpi_flags    = $(if $(MPI),-DNNC_MPI $(eval mpi_cflags := $$(shell pkg-config --cflags ompi-c 2>/dev/null | sed 's/-I/-isystem /g'))$(mpi_cflags))
mpi_libs     = $(eval mpi_libs := $$(shell pkg-config --libs ompi-c 2>/dev/null))$(mpi_libs)

# The language server is a program of its own, too: nnc-lsp, which `nnc lsp` becomes.
SERVER       = $(eval SERVER := $$(shell pkg-config --exists jansson 2>/dev/null && echo 1))$(SERVER)

# runtime/core ships in products; runtime/program is the hosted program around a model.
# Where Debian has libraries of this machine, below /usr/lib.
multiarch = $(eval multiarch := $$(shell $$(CC) -print-multiarch 2>/dev/null))$(multiarch)

runtime_folders = -Iruntime/core -Iruntime/program
# What debuggers read does not say where it was built.
same_anywhere  = -ffile-prefix-map=$(CURDIR)=.
compiler_flags = $(same_anywhere) -std=c11 -D_POSIX_C_SOURCE=200809L -DNNC_VERSION='"$(VERSION)"' -DNNC_MULTIARCH='"$(multiarch)"' \
                 -Icompiler $(runtime_folders) -I$(BUILD)/grammar $(png_flags) $(if $(MPI),-DNNC_MPI_LIBS='"$(mpi_libs)"') $(CPPFLAGS) $(CFLAGS) $(sanitizers)
# As a standalone file is compiled: no feature macro from here. Without fused multiply-add the bits are the same everywhere.
runtime_flags  = $(same_anywhere) -std=c99 -ffp-contract=off -DNNC_ZLIB -DNNC_THREADS -pthread $(png_flags) $(runtime_folders) $(CPPFLAGS) $(CFLAGS) $(sanitizers)

# Sources. *.t.c files are templates of emitted C: they are embedded, not compiled.
templates        := $(sort $(wildcard compiler/*.t.c compiler/*/*.t.c))
server_sources   := $(sort $(wildcard compiler/server/*.c))
compiler_sources := $(filter-out $(templates) $(server_sources),$(sort $(wildcard compiler/*.c compiler/*/*.c)))
runtime_headers  := $(sort $(wildcard runtime/*/*.h runtime/*/*/*.h))
runtime_tables   := $(sort $(wildcard runtime/*/*/*.def))
runtime_sources  := $(sort $(wildcard runtime/*/*.c runtime/*/*/*.c))
copies_h         := $(BUILD)/include/nnc/nnc_copies.h
# What nnc export writes around the C for build tools, a folder for each.
libraries        := $(sort $(shell find compiler/export/libraries -name '*.in'))
embedded_sources := $(sort $(runtime_headers) $(runtime_tables) $(runtime_sources) $(templates) $(libraries)) $(copies_h)

parser_c := $(BUILD)/grammar/nnc.tab.c
parser_h := $(BUILD)/grammar/nnc.tab.h
lexer_c  := $(BUILD)/grammar/nnc.lex.c
lexer_h  := $(BUILD)/grammar/nnc.lex.h
embedded := $(BUILD)/embedded.c

onnx_messages := $(BUILD)/compiler/import/onnx.pb-c.c

generated_objects := $(patsubst %.c,%.o,$(parser_c) $(lexer_c) $(embedded))
compiler_objects  := $(patsubst %.c,$(BUILD)/%.o,$(compiler_sources)) $(generated_objects)
runtime_objects   := $(patsubst %.c,$(BUILD)/%.o,$(runtime_sources))
# nnc-import has import and export of its own.
import_sources := $(filter compiler/import/% compiler/export/%,$(compiler_sources))
common_objects := $(filter-out $(patsubst %.c,$(BUILD)/%.o,$(import_sources)),$(compiler_objects))
onnx_object    := $(onnx_messages:.c=.o)
import_objects := $(patsubst %.c,$(BUILD)/with-libraries/%.o,$(import_sources))
server_objects := $(patsubst %.c,$(BUILD)/%.o,$(server_sources))
# What emitted C may include; the other headers are the hosted program's own.
model_headers     := $(filter runtime/core/%,$(runtime_headers))
copied_headers    := $(patsubst runtime/core/%,$(BUILD)/include/nnc/%,$(model_headers))
public_headers    := $(copied_headers) $(copies_h)

# say: "  CC  file" in place of the command, unless V=1.
Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-6s %s\n' $(1) $(patsubst $(CURDIR)/%,%,$@);)

# `make demo` and `make check` provide for what they need, before anything is built; other targets install nothing.
ifneq ($(filter check check-fast check-long,$(MAKECMDGOALS)),)
setup := setup-check
else ifneq ($(filter demo,$(MAKECMDGOALS)),)
setup := setup-build
endif

all: $(BUILD)/nnc $(if $(IMPORT),$(BUILD)/nnc-import) $(if $(SERVER),$(BUILD)/nnc-lsp) $(BUILD)/libnnc.a $(public_headers) ## build nnc and the runtime library

.PHONY: all setup-build setup-check
setup-build:
	@tools/setup.sh build $(BUILD)
setup-check:
	@tools/setup.sh check $(BUILD)

# --- the compiler -----------------------------------------------------------------------------------------------------

# The compiler reads weights (--weights) with the runtime's own reader.
$(BUILD)/nnc: $(compiler_objects) $(BUILD)/libnnc.a $(BUILD)/sources
	$(call say,LINK)$(CC) $(CFLAGS) $(sanitizers) $(LDFLAGS) $(compiler_objects) $(BUILD)/libnnc.a $(png_libs) -lz -lm -pthread -o $@

$(parser_c) $(parser_h) &: grammar/nnc.y | $(setup)
	$(call say,BISON)mkdir -p $(@D) && bison -Wall -Wcounterexamples -Werror --header=$(parser_h) -o $(parser_c) $<

$(lexer_c) $(lexer_h) &: grammar/nnc.l | $(setup)
	$(call say,FLEX)mkdir -p $(@D) && flex --header-file=$(lexer_h) -o $(lexer_c) $<

$(embedded): $(embedded_sources) tools/embed.sh $(BUILD)/sources | $(setup)
	$(call say,EMBED)tools/embed.sh $(embedded_sources) > $@

# The reader and writer of ONNX, from its messages.
$(onnx_messages): compiler/import/onnx.proto $(BUILD)/flags | $(setup)
	$(call say,PROTO)mkdir -p $(@D) && protoc-c --c_out=$(BUILD) $<

$(onnx_object): $(onnx_messages)
	$(call say,CC)$(CC) $(compiler_flags) $(import_flags) $(warnings_generated) -MMD -MP -c $< -o $@

# The same objects but those of import and export, which know the libraries.
$(BUILD)/nnc-import: $(common_objects) $(import_objects) $(onnx_object) $(BUILD)/libnnc.a $(BUILD)/sources
	$(call say,LINK)$(CC) $(CFLAGS) $(sanitizers) $(LDFLAGS) $(common_objects) $(import_objects) $(onnx_object) $(BUILD)/libnnc.a $(png_libs) $(import_libs) -lz -lm -pthread -o $@

# All that reads models, and no main() but its own.
$(BUILD)/nnc-lsp: $(compiler_objects) $(server_objects) $(BUILD)/libnnc.a $(BUILD)/sources
	$(call say,LINK)$(CC) $(CFLAGS) $(sanitizers) $(LDFLAGS) $(filter-out $(BUILD)/compiler/main.o,$(compiler_objects)) $(server_objects) $(BUILD)/libnnc.a $(png_libs) -ljansson -lz -lm -pthread -o $@

$(import_objects): $(BUILD)/with-libraries/%.o: %.c $(BUILD)/flags $(onnx_messages) | $(parser_h) $(lexer_h) $(setup)
	$(call say,CC)mkdir -p $(@D) && $(CC) $(compiler_flags) $(import_flags) $(warnings) -MMD -MP -c $< -o $@

$(filter-out $(generated_objects),$(compiler_objects)) $(server_objects): $(BUILD)/%.o: %.c $(BUILD)/flags | $(parser_h) $(lexer_h) $(setup)
	$(call say,CC)mkdir -p $(@D) && $(CC) $(compiler_flags) $(warnings) -MMD -MP -c $< -o $@

$(generated_objects): %.o: %.c $(BUILD)/flags | $(parser_h) $(lexer_h) $(setup)
	$(call say,CC)$(CC) $(compiler_flags) $(warnings_generated) -MMD -MP -c $< -o $@

# --- the runtime library ----------------------------------------------------------------------------------------------

$(BUILD)/libnnc.a: $(runtime_objects) $(BUILD)/sources
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $(runtime_objects)

$(runtime_objects): $(BUILD)/%.o: %.c $(BUILD)/flags | $(setup)
	$(call say,CC)mkdir -p $(@D) && $(CC) $(runtime_flags) $(if $(filter %/mpi_ranks.c,$<),$(mpi_flags)) $(warnings) -MMD -MP -c $< -o $@

# An uninstalled build looks like an installed one to nnc: libnnc.a and include/nnc beside it.
$(copied_headers): $(BUILD)/include/nnc/%: runtime/core/%
	$(call say,COPY)mkdir -p $(@D) && cp $< $@

# What is included once for every instruction set: the headers with parts but nnc.h itself.
vector_headers := $(filter-out runtime/core/nnc.h,$(model_headers))
$(copies_h): tools/copies.sh $(vector_headers)
	$(call say,COPIES)mkdir -p $(@D) && tools/copies.sh $(vector_headers) > $@

# --- stamps: rebuild when flags change, or when a source file comes or goes ---------------------------------------------

stamp = $(Q)mkdir -p $(@D); printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) > $@
.PHONY: force
$(BUILD)/flags: force | $(setup)
	$(call stamp,'$(CC) $(subst ','\'',$(compiler_flags) $(runtime_flags) $(warnings) $(warnings_generated))')
$(BUILD)/sources: force
	$(call stamp,$(compiler_sources) $(embedded_sources))

-include $(patsubst %.o,%.d,$(compiler_objects) $(import_objects) $(server_objects) $(runtime_objects))

# --- tests and the demonstration --------------------------------------------------------------------------------------

# TESTS: files or folders, and options of lit: make check TESTS='-v tests/parse'
TESTS ?=
.PHONY: check check-fast check-long check-targets fuzz mutants demo bench bench-embedded bench-setup site browser
# The libraries of nnc-import may have been installed only now: make looks again.
check: all ## all tests; installs lit, FileCheck and what else they need
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/run.py --build $(BUILD) $(if $(SAN),--san) $(TESTS)

check-fast: all ## the tests that take seconds
	$(Q)tests/run.py --build $(BUILD) --fast $(if $(SAN),--san) $(TESTS)

check-long: all ## all tests, and those that take minutes each
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/run.py --build $(BUILD) --param long=1 $(if $(SAN),--san) $(TESTS)

check-targets: all ## the tests that run on other machines, in emulators; installs these and their compilers
	$(Q)tools/setup.sh targets $(BUILD)
	$(Q)tests/run.py --build $(BUILD) --param targets=1 $(or $(TESTS),tests/determinism tests/embed tests/small tests/emit tests/examples)

MUTANTS ?=
mutants: all ## change the sources one place at a time and see which tests notice; MUTANTS='--count 50'
	$(Q)tools/mutants.py $(MUTANTS)

SECONDS ?= 60
fuzz: all ## fuzz what reads files of others, each target for SECONDS=60; FUZZ='csv png' are some of them
	$(Q)tests/fuzz/fuzz.sh $(SECONDS) $(BUILD) $(FUZZ)

demo: all ## train a network on handwritten digits and show what it reads; installs what is missing
	$(Q)examples/digits/demo.sh $(BUILD)

# BENCH: options of bench/bench.py: make bench BENCH='--workloads T3a --rivals torch --turns 3'; BENCH_PYTHON: an
# interpreter that has the rivals already.
BENCH ?=
bench: all ## nnc beside its rivals, those that are installed; writes docs/performance.md
	$(Q)bench/bench.py --build $(BUILD) $(BENCH)

bench-embedded: all ## code, memory and instructions on a Cortex-M4F; writes the table of docs/embedding.md
	$(Q)bench/embedded/measure.py --nnc $(BUILD)/nnc $(BENCH)

bench-setup: ## the rivals of make bench, some GB, into a virtual environment in the build folder
	$(Q)python3 -m venv $(BUILD)/bench/python
	$(Q)$(BUILD)/bench/python/bin/pip install -r bench/requirements.txt

site: all ## the documentation as pages, in the build folder; wants pandoc
	$(Q)tools/site.py $(BUILD)/nnc $(BUILD)/site

browser: all ## nnc and networks in one page, in the build folder; wants clang and lld for WebAssembly
	$(Q)$(MAKE) --no-print-directory -f examples/browser/Makefile BUILD=$(BUILD)

# --- installation -----------------------------------------------------------------------------------------------------

# what → where, in pairs: install and uninstall go through the same list. What ends in .in is for build tools, and has the
# places and the version of this nnc filled in.
empty :=
space := $(empty) $(empty)
bin   := $(PREFIX)/bin
share := $(PREFIX)/share
installed := $(BUILD)/nnc:$(bin)/nnc $(if $(IMPORT),$(BUILD)/nnc-import:$(bin)/nnc-import) $(if $(SERVER),$(BUILD)/nnc-lsp:$(bin)/nnc-lsp) \
             $(BUILD)/libnnc.a:$(LIBDIR)/libnnc.a recipes/nnc.pc.in:$(LIBDIR)/pkgconfig/nnc.pc \
             $(foreach file,nncConfig nncConfigVersion,recipes/$(file).cmake.in:$(LIBDIR)/cmake/nnc/$(file).cmake) recipes/nnc.mk:$(share)/nnc/nnc.mk \
             docs/nnc.1:$(MANDIR)/man1/nnc.1 editors/nnc.bash:$(share)/bash-completion/completions/nnc \
             editors/_nnc:$(share)/zsh/site-functions/_nnc editors/nnc.fish:$(share)/fish/vendor_completions.d/nnc.fish LICENSE:$(share)/doc/nnc/LICENSE \
             $(foreach header,$(public_headers),$(header):$(PREFIX)/include/nnc/$(notdir $(header)))
source_of  = $(firstword $(subst :, ,$(1)))
place_of   = $(DESTDIR)$(lastword $(subst :, ,$(1)))
# From where CMake's files are to PREFIX: ../../.., and one .. more for each folder that LIBDIR is deeper.
up         = $(subst $(space),/,$(patsubst %,..,cmake nnc $(subst /, ,$(patsubst $(PREFIX)/%,%,$(LIBDIR)))))
fill       = sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|; s|@PNG@|$(png_libs)|; s|@UP@|$(up)|'
mode_of    = $(if $(filter $(bin)/%,$(lastword $(subst :, ,$(1)))),755,644)

# put: what, where, mode. In words that every install has.
put        = mkdir -p $(dir $(2)) && $(if $(filter %.in,$(1)),$(fill) $(1) > $(BUILD)/filled && install -m $(3) $(BUILD)/filled $(2),install -m $(3) $(1) $(2))

.PHONY: install install-strip uninstall
install: all ## into $(DESTDIR)$(PREFIX): nnc, library, headers, man page, completion, what build tools look for
	$(Q)$(foreach pair,$(installed),$(call put,$(call source_of,$(pair)),$(call place_of,$(pair)),$(call mode_of,$(pair))) &&) true

STRIP ?= strip
install-strip: install ## the same, without symbols
	$(Q)$(foreach pair,$(installed),$(if $(filter 755,$(call mode_of,$(pair))),$(STRIP) $(call place_of,$(pair)) &&)) $(STRIP) -S $(DESTDIR)$(LIBDIR)/libnnc.a

uninstall: ## remove what install put there
	$(Q)rm -f $(foreach pair,$(installed),$(call place_of,$(pair)))
	$(Q)rmdir $(addprefix $(DESTDIR),$(PREFIX)/include/nnc $(LIBDIR)/cmake/nnc $(share)/nnc $(share)/doc/nnc) 2>/dev/null || true

# The package for Python. Its nnc is static, so that it runs on every Linux of that machine; MACHINE and CC make it for another.
MACHINE ?= $(shell uname -m)
.PHONY: wheel
wheel: ## nnc for Python, build-wheel/nnc_compiler-$(VERSION)-….whl, for pip install
	$(Q)$(MAKE) --no-print-directory BUILD=build-wheel/$(MACHINE) IMPORT= SERVER= PNG= MPI= CFLAGS='-O2' LDFLAGS='-static $(LDFLAGS)' all
	$(Q)$(STRIP) build-wheel/$(MACHINE)/nnc
	$(Q)tools/wheel.py build-wheel/$(MACHINE) $(VERSION) $(MACHINE) build-wheel

# --- for developers ---------------------------------------------------------------------------------------------------

formatted := $(filter-out $(templates),$(wildcard compiler/*.[ch] compiler/*/*.[ch] runtime/*/*.[ch] runtime/*/*/*.[ch] examples/*/*.c))

.PHONY: format tidy compdb dist clean help
format: ## lay out the C sources with clang-format
	$(Q)clang-format -i $(formatted)

tidy: compdb ## let clang-tidy read the C sources
	$(Q)clang-tidy --quiet -p . $(compiler_sources) $(runtime_sources)

# compdb_entry: source, flags
define compdb_entry
{"directory": "$(CURDIR)", "file": "$(1)", "command": "$(CC) $(subst ",\",$(subst ','\'',$(2))) -c $(1)"}
endef
compdb: ## compile_commands.json for editors and clang-tidy
	$(Q){ echo '['; \
	$(foreach source,$(compiler_sources),printf '%s,\n' '$(call compdb_entry,$(source),$(compiler_flags) $(warnings))';) \
	$(foreach source,$(runtime_sources),printf '%s,\n' '$(call compdb_entry,$(source),$(runtime_flags) $(warnings))';) \
	} | sed '$$s/,$$//' > compile_commands.json; echo ']' >> compile_commands.json

dist: ## the sources of the last commit as nnc-$(VERSION).tar.gz
	$(Q)mkdir -p $(BUILD) && git -c tar.umask=0022 archive --prefix=nnc-$(VERSION)/ -o $(BUILD)/nnc-$(VERSION).tar.gz HEAD

clean: ## remove the build folder
	$(Q)rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | sed 's|$$(VERSION)|$(VERSION)|' | while IFS='|' read -r target text; do \
	    printf '%-18s %s\n' "$$target" "$$text"; done
