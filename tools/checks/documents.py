# SPDX-License-Identifier: Apache-2.0
"""Checks of the documents: links lead somewhere, and the commands they show exist."""

import os
import re
import subprocess
import sys

from checks import Outcome


def anchors(text):
    """GitHub's anchors of a Markdown text."""
    found = set()
    for heading in re.findall(r"^#+\s+(.*)$", text, re.M):
        plain = re.sub(r"[*`]|\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def links(context):
    bad, count = [], 0
    for path in context.matching(r"\.md$"):
        text = re.sub(r"```.*?```", "", context.text(path), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            count += 1
            file, _, anchor = target.partition("#")
            full = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
            if not os.path.exists(os.path.join(context.root, full)):
                bad.append(f"{path}: {target} leads nowhere")
            elif anchor and full.endswith(".md") and anchor not in anchors(context.text(full)):
                bad.append(f"{path}: {full} has no heading #{anchor}")
    return Outcome(not bad, f"{count} links", bad)


def verbs_of_x(context):
    return set(re.findall(r"^([a-z]+)\|[^|]+\|(?:yes|no)$", context.text("x"), re.M))


def verbs_of_nsl(context):
    """Verbs of the command line client, from its help; empty while it is not built."""
    program = os.path.join(context.root, "build", "release", "apps", "nsl", "nsl")
    if not os.path.exists(program):
        return set()
    run = subprocess.run([program, "--help"], capture_output=True, text=True, check=False, timeout=20)
    # A line names a verb and, after a comma, its aliases.
    lines = re.findall(r"^\s{2,}(?:nsl )?([a-z][a-z-]+(?:,\s*[a-z][a-z-]+)*)\b",
                       run.stdout + run.stderr, re.M)
    return {verb for line in lines for verb in re.split(r",\s*", line)}


def commands(context):
    """Shell blocks of the documents use verbs that exist; ./x verbs in running text too."""
    known_x, known_nsl = verbs_of_x(context), verbs_of_nsl(context)
    bad, count = [], 0
    for path in context.matching(r"\.md$"):
        text = context.text(path)
        for verb in re.findall(r"(?<![\w/])\./x ([a-z][a-z-]*)", text):
            count += 1
            if verb not in known_x:
                bad.append(f"{path}: there is no ./x {verb}")
        for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```", text, re.S):
            for verb in re.findall(r"^(?:\$ )?nsl ([a-z][a-z-]*)", block, re.M):
                count += 1
                if known_nsl and verb not in known_nsl:
                    bad.append(f"{path}: there is no 'nsl {verb}'")
    return Outcome(not bad, f"{count} commands", bad)


def drawn(context):
    """The floors hold and docs/architecture.svg shows the tree as it is."""
    run = subprocess.run([sys.executable, os.path.join(context.root, "tools", "floors.py"), "--check"],
                         capture_output=True, text=True, check=False)
    lines = run.stdout.splitlines() + run.stderr.splitlines()
    return Outcome(run.returncode == 0, "arrows point downwards, the drawing is current", lines)
