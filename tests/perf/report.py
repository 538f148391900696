# SPDX-License-Identifier: Apache-2.0
"""What every bench says: rows of ours, peer, ratio and goal, and the machine they hold for."""

import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((l.split(":")[1].strip() for l in f if l.startswith("model name")), "?")
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"],
                            capture_output=True, text=True, check=False).stdout.strip()
    return {"commit": commit, "cpu": f"{model} x {os.cpu_count()}"}


def show(rows, as_json, note=""):
    """Rows carry name, ours, peer, ratio, goal, kind ("min" or "max"), met and the machine."""
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    print(f"{'name':34}{'ours':>12}{'peer':>12}{'ratio':>8}{'goal':>9}  met")
    for r in rows:
        peer = f"{r['peer']:.1f}" if r["peer"] is not None else "-"
        ratio = f"{r['ratio']:.2f}" if r["ratio"] is not None else "-"
        goal = "-" if r["goal"] is None else f"{'>=' if r['kind'] == 'min' else '<='}{r['goal']}"
        met = "-" if r["goal"] is None else "yes" if r["met"] else "NO"
        print(f"{r['name']:34}{r['ours']:>12.1f}{peer:>12}{ratio:>8}{goal:>9}  {met}")
    if rows:
        print(f"commit {rows[0]['commit']}  {rows[0]['cpu']}  {note}".rstrip())
