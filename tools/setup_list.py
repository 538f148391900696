#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x setup --list: every package that setup installs, its version, how it is verified, and why."""

import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def table(name):
    with open(os.path.join(ROOT, "tools/setup", name), encoding="utf-8") as f:
        return [l.rstrip("\n").split("\t") for l in f if l.strip() and not l.startswith("#")]


def debian():
    rows = table("debian.tsv")
    out = subprocess.run(["apt-cache", "policy", *[r[1] for r in rows]], capture_output=True,
                         text=True, check=False).stdout
    versions = {}
    name = None
    for line in out.splitlines():
        if re.match(r"^\S+:$", line):
            name = line[:-1]
        elif "Installed:" in line and "(none)" not in line:
            versions[name] = line.split()[-1]
        elif "Candidate:" in line:
            versions.setdefault(name, line.split()[-1])
    for group, package, why in rows:
        yield {"group": group, "package": package, "version": versions.get(package, "unknown"),
               "verified": "signature of the Debian archive", "why": why}


def pip(path, group, why):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        for block in re.findall(r"^([A-Za-z0-9_.-]+)==(\S+) \\\n((?:    --hash=\S+.*\n)+)", f.read(),
                                re.M):
            count = block[2].count("--hash=")
            yield {"group": group, "package": block[0], "version": block[1],
                   "verified": f"sha256, one of {count} pinned files", "why": why}


def npm(path, group, why):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        for name, entry in json.load(f)["packages"].items():
            if name:
                yield {"group": group, "package": name.removeprefix("node_modules/"),
                       "version": entry["version"], "verified": entry["integrity"][:24] + "...",
                       "why": why}


def go(group, why):
    with open(os.path.join(ROOT, "tools/neo-go/go.mod"), encoding="utf-8") as f:
        text = f.read()
    with open(os.path.join(ROOT, "tools/neo-go/go.sum"), encoding="utf-8") as f:
        sums = dict((tuple(l.split()[:2]), l.split()[2]) for l in f if l.strip())
    for name, version in re.findall(r"^\s(\S+) (v\S+)", text, re.M):
        yield {"group": group, "package": name, "version": version,
               "verified": sums.get((name, version), "go.sum")[:24] + "...", "why": why}


def entries():
    yield from debian()
    for group, folder, path, why in table("tools.tsv"):
        if path.endswith(".txt"):
            yield from pip(path, group, f"{folder}: {why}")
        elif path.endswith(".json"):
            yield from npm(path, group, f"{folder}: {why}")
        else:
            yield from go(group, f"{folder}: {why}")


def main():
    rows = list(entries())
    if "--json" in sys.argv[1:]:
        print(json.dumps(rows, indent=1))
        return 0
    widths = [max(len(r[k]) for r in rows) for k in ("group", "package", "version", "verified")]
    for r in rows:
        cells = [r[k].ljust(w) for k, w in zip(("group", "package", "version", "verified"), widths)]
        print("  ".join(cells), r["why"])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os._exit(0)
