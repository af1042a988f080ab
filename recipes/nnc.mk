# SPDX-License-Identifier: MIT-0
# For makefiles: MODEL.c and MODEL.h come of MODEL.nn, in the same folder or in build/. In the makefile:
#
#   include $(shell pkg-config --variable=makefile nnc)
#   digits.c digits.h: NNCFLAGS = --standalone --for=small --weights=digits.safetensors
#   program: program.o digits.o
#   program.o: digits.h
#
# What a model is made of, weights too, is written to MODEL.nnc.d, and read the next time.

nnc_mk   := $(lastword $(MAKEFILE_LIST))
NNC      ?= $(abspath $(dir $(nnc_mk))../../bin/nnc)
NNCFLAGS ?= --standalone

define nnc_compile
@mkdir -p $(@D)
$(NNC) $(NNCFLAGS) -MF $(@D)/$*.nnc.d -o $(@D)/$*.c $<
endef

%.c %.h: %.nn
	$(nnc_compile)
build/%.c build/%.h: %.nn
	$(nnc_compile)

# The first goal is that of the makefile, not a file of these.
nnc_goal := $(.DEFAULT_GOAL)
-include $(wildcard *.nnc.d build/*.nnc.d)
.DEFAULT_GOAL := $(nnc_goal)
