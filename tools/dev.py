#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x dev"""

import sys

import launch

if __name__ == "__main__":
    sys.exit(launch.main("dev"))
