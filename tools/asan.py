#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x asan"""

import sys

import sanitize

if __name__ == "__main__":
    sys.exit(sanitize.main("asan"))
