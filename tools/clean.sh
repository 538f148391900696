#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./x clean
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
case ${1:-} in
  -h | --help)
    echo "usage: ./x clean [--tools]"
    echo "Removes build/ and the logs; with --tools also the tools that setup put into .cache/."
    echo "Debian packages and the compiler cache stay. Exit 0: removed. 2: wrong arguments."
    exit 0 ;;
  '' | --tools) ;;
  *) STATUS=2 die "unknown argument: $1" ;;
esac
rm -rf "$ROOT/build" "$LOGS"
[ "${1:-}" != --tools ] || rm -rf "$ROOT/.cache"
say "clean: removed build/${1:+ and .cache/}"
