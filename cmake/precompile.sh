#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# precompile.sh PREFIX.h OUT.pch COMPILER ARG...
#
# Compiles a prefix header, and writes OUT.pch.sum beside it: what ccache hashes instead of the
# binary, whose bytes name this folder. Two clones with the same headers, compiler and flags get the
# same sum, so that they share their objects.
set -eu
prefix=$1 out=$2
shift 2
"$@" -x c++-header -MD -MT "$out" -MF "$out.d" -o "$out" "$prefix"
folder=$(dirname "$prefix")
flags=$(printf '%s ' "$@" | sed "s|$(dirname "$folder")|.|g")
{ "$1" --version; printf '%s\n' "$flags"; "$@" -w -x c++ -E -P "$prefix"; } | sha256sum >"$out.sum"
