# SPDX-License-Identifier: MIT-0
# nnc: one makefile for GNU make 4.3 or later. `make help` lists the targets.
#
#   make demo            build, then train and show the digits example; installs what is missing first
#   make check           all tests; installs what is missing first
#   make SAN=1 check     the same under AddressSanitizer and UndefinedBehaviorSanitizer, in build-san/
#
# Variables: BUILD, CC, CFLAGS, CPPFLAGS, LDFLAGS, SAN=1, V=1 (show commands), PREFIX, DESTDIR.

VERSION := 0.1.0
SAN     ?=
BUILD   ?= $(if $(SAN),build-san,build)
PREFIX  ?= /usr/local
CFLAGS  ?= $(if $(SAN),-O1 -g,-O2 -g)

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

export LC_ALL := C

# -Wconversion and -Wshadow find real mistakes in code that computes sizes; the generated scanner and parser are not ours.
warnings           := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
warnings_generated := -Wall -Wextra -Wno-conversion -Wno-sign-conversion -Wno-unused-function -Wno-unused-but-set-variable
sanitizers         := $(if $(SAN),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)

compiler_flags = -std=c11 -D_POSIX_C_SOURCE=200809L -DNNC_VERSION='"$(VERSION)"' \
                 -Icompiler -Iruntime -I$(BUILD)/grammar $(CPPFLAGS) $(CFLAGS) $(sanitizers)
# As a standalone file is compiled: no feature macro from here. Without fused multiply-add the bits are the same everywhere.
runtime_flags  = -std=c99 -ffp-contract=off -DNNC_ZLIB -Iruntime $(CPPFLAGS) $(CFLAGS) $(sanitizers)

# Sources. *.t.c files are templates of emitted C: they are embedded, not compiled.
templates        := $(sort $(wildcard compiler/*.t.c compiler/*/*.t.c))
compiler_sources := $(filter-out $(templates),$(sort $(wildcard compiler/*.c compiler/*/*.c)))
runtime_headers  := $(sort $(wildcard runtime/*.h))
runtime_sources  := $(sort $(wildcard runtime/*.c))
embedded_sources := $(sort $(runtime_headers) $(runtime_sources) $(templates))

parser_c := $(BUILD)/grammar/nnc.tab.c
parser_h := $(BUILD)/grammar/nnc.tab.h
lexer_c  := $(BUILD)/grammar/nnc.lex.c
lexer_h  := $(BUILD)/grammar/nnc.lex.h
embedded := $(BUILD)/embedded.c

generated_objects := $(patsubst %.c,%.o,$(parser_c) $(lexer_c) $(embedded))
compiler_objects  := $(patsubst %.c,$(BUILD)/%.o,$(compiler_sources)) $(generated_objects)
runtime_objects   := $(patsubst %.c,$(BUILD)/%.o,$(runtime_sources))
public_headers    := $(patsubst runtime/%,$(BUILD)/include/nnc/%,$(runtime_headers))

# say: "  CC  file" in place of the command, unless V=1.
Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-6s %s\n' $(1) $(patsubst $(CURDIR)/%,%,$@);)

# `make demo` and `make check` provide for what they need, before anything is built; other targets install nothing.
ifneq ($(filter check check-fast,$(MAKECMDGOALS)),)
setup := setup-check
else ifneq ($(filter demo,$(MAKECMDGOALS)),)
setup := setup-build
endif

all: $(BUILD)/nnc $(BUILD)/libnnc.a $(public_headers) ## build nnc and the runtime library

.PHONY: all setup-build setup-check
setup-build:
	@tools/setup.sh build $(BUILD)
setup-check:
	@tools/setup.sh check $(BUILD)

# --- the compiler -----------------------------------------------------------------------------------------------------

$(BUILD)/nnc: $(compiler_objects) $(BUILD)/sources
	$(call say,LINK)$(CC) $(CFLAGS) $(sanitizers) $(LDFLAGS) $(compiler_objects) -lm -o $@

$(parser_c) $(parser_h) &: grammar/nnc.y | $(setup)
	$(call say,BISON)mkdir -p $(@D) && bison -Wall -Wcounterexamples -Werror --header=$(parser_h) -o $(parser_c) $<

$(lexer_c) $(lexer_h) &: grammar/nnc.l | $(setup)
	$(call say,FLEX)mkdir -p $(@D) && flex --header-file=$(lexer_h) -o $(lexer_c) $<

$(embedded): $(embedded_sources) tools/embed.sh $(BUILD)/sources | $(setup)
	$(call say,EMBED)tools/embed.sh $(embedded_sources) > $@

$(filter-out $(generated_objects),$(compiler_objects)): $(BUILD)/%.o: %.c $(BUILD)/flags | $(parser_h) $(lexer_h) $(setup)
	$(call say,CC)mkdir -p $(@D) && $(CC) $(compiler_flags) $(warnings) -MMD -MP -c $< -o $@

$(generated_objects): %.o: %.c $(BUILD)/flags | $(parser_h) $(lexer_h) $(setup)
	$(call say,CC)$(CC) $(compiler_flags) $(warnings_generated) -MMD -MP -c $< -o $@

# --- the runtime library ----------------------------------------------------------------------------------------------

$(BUILD)/libnnc.a: $(runtime_objects) $(BUILD)/sources
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $(runtime_objects)

$(runtime_objects): $(BUILD)/%.o: %.c $(BUILD)/flags | $(setup)
	$(call say,CC)mkdir -p $(@D) && $(CC) $(runtime_flags) $(warnings) -MMD -MP -c $< -o $@

# An uninstalled build looks like an installed one to nnc: libnnc.a and include/nnc beside it.
$(public_headers): $(BUILD)/include/nnc/%: runtime/%
	$(call say,COPY)mkdir -p $(@D) && cp $< $@

# --- stamps: rebuild when flags change, or when a source file comes or goes ---------------------------------------------

stamp = $(Q)mkdir -p $(@D); printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) > $@
.PHONY: force
$(BUILD)/flags: force
	$(call stamp,'$(CC) $(subst ','\'',$(compiler_flags) $(runtime_flags) $(warnings) $(warnings_generated))')
$(BUILD)/sources: force
	$(call stamp,$(compiler_sources) $(embedded_sources))

-include $(patsubst %.o,%.d,$(compiler_objects) $(runtime_objects))

# --- tests ------------------------------------------------------------------------------------------------------------

# TESTS: files or folders, and options of lit: make check TESTS='-v tests/parse'
TESTS ?=
.PHONY: check check-fast
check: all ## all tests; installs lit, FileCheck and what else they need
	$(Q)tests/run.py --build $(BUILD) $(if $(SAN),--san) $(TESTS)

check-fast: all ## the tests that take seconds
	$(Q)tests/run.py --build $(BUILD) --fast $(if $(SAN),--san) $(TESTS)

.PHONY: clean
clean: ## remove the build folder
	$(Q)rm -rf $(BUILD)
