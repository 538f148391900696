# SPDX-License-Identifier: Apache-2.0
"""The tools are imported from the tree under test."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
