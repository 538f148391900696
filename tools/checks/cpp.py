# SPDX-License-Identifier: Apache-2.0
"""Checks that run the compiler's tools: format, static analysis, headers that compile alone. What
was good once is remembered by content in a folder that all clones share."""

import concurrent.futures
import os
import re
import subprocess
import time

import ui
from checks import Outcome, compiler_arguments

TIDY_BUDGET = float(os.environ.get("NSL_TIDY_SECONDS", "300"))
CPP = r"^(src|apps|tests)/.*\.(h|cc)$"


def formatting(context):
    files = context.matching(CPP)
    bad = []
    for start in range(0, len(files), 100):
        part = subprocess.run(["clang-format-19", "--dry-run", "--Werror", *files[start:start + 100]],
                              cwd=context.root, capture_output=True, text=True, check=False)
        bad += re.findall(r"^(\S+:\d+):\d+: error: code should be", part.stderr, re.M)
    first = {}
    for place in bad:
        first.setdefault(place.split(":")[0], place)
    return Outcome(not first, f"{len(files)} files",
                   [f"{p}: clang-format-19 -i {f}" for f, p in sorted(first.items())])


def remembered(kind, key):
    return os.path.exists(os.path.join(ui.cache_folder(kind, key[:2]), key))


def remember(kind, key):
    with open(os.path.join(ui.cache_folder(kind, key[:2]), key), "w", encoding="utf-8"):
        pass


def recent_sources(context):
    """Sources of the last 20 commits and of the work tree, the latest first."""
    out = subprocess.run(["git", "-C", context.root, "log", "-20", "--name-only", "--format="],
                         capture_output=True, text=True, check=False).stdout.splitlines()
    status = subprocess.run(["git", "-C", context.root, "status", "--porcelain", "-uall"],
                            capture_output=True, text=True, check=False).stdout.splitlines()
    names = dict.fromkeys([s[3:] for s in status] + out)
    files = set(context.files())
    return [n for n in names if n.endswith(".cc") and n in files and n in context.commands()]


def tidy_one(context, path):
    run = subprocess.run(["clang-tidy-19", "--quiet", "-p", os.path.join(context.root, "build/dev"),
                          path], cwd=context.root, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout


def tidy(context):
    files = list(context.commands()) if context.thorough else recent_sources(context)
    config = context.text(".clang-tidy")
    pending, known = [], 0
    for path in files:
        flags = " ".join(f for f in compiler_arguments(context.commands()[path])
                         if context.root not in f)
        key = context.closure_hash(path, "tidy 19.1.7" + config + flags)
        if remembered("tidy", key):
            known += 1
        else:
            pending.append((path, key))
    end = time.monotonic() + (1e9 if context.thorough else TIDY_BUDGET)
    details, checked, late = [], 0, []

    def work(item):
        if time.monotonic() > end:
            return item, None
        return item, tidy_one(context, item[0])

    with concurrent.futures.ThreadPoolExecutor(ui.jobs()) as pool:
        for (path, key), result in pool.map(work, pending):
            if result is None:
                late.append(path)
                continue
            checked += 1
            if result[0] == 0:
                remember("tidy", key)
            else:
                details.append(f"{path}\n" + ui.indent(result[1].replace(context.root + "/", ""), 25))
    warnings = []
    if late:
        warnings.append(f"{len(late)} files were not reached in {TIDY_BUDGET:.0f} s "
                        "(NSL_TIDY_SECONDS; ./x full has no limit); the next run goes on with them")
    return Outcome(not details, f"{checked} files checked, {known} unchanged since they were",
                   details, warnings)


def covered_by_source(context, header):
    """A source that includes its own header first proves in the build that it compiles alone."""
    source = header[:-2] + ".cc"
    if source not in context.commands():
        return False
    first = re.search(r'^\s*#\s*include\s+["<]([^">]+)', context.text(source), re.M)
    if not first:
        return False
    return header in (os.path.join("src", first.group(1)),
                      os.path.join(os.path.dirname(header), first.group(1)))


def flags_for(context, header):
    """The flags of the nearest source: same folder, else the folders above."""
    folder = os.path.dirname(header)
    while folder:
        near = sorted(f for f in context.commands() if f.startswith(folder + "/"))
        if near:
            return compiler_arguments(context.commands()[near[0]])
        folder = os.path.dirname(folder)
    return None


def headers(context):
    alone = [h for h in context.matching(r"^(src|apps)/.*\.h$")
             if not covered_by_source(context, h)]
    total = len(context.matching(r"^(src|apps)/.*\.h$"))
    if not context.commands():
        return Outcome(False, "the dev build is not configured", ["./x build dev"])
    pending, known = [], 0
    for header in alone:
        flags = flags_for(context, header)
        key = context.closure_hash(header, "header " + " ".join(
            f for f in flags or [] if context.root not in f))
        if remembered("headers", key):
            known += 1
        else:
            pending.append((header, key, flags))

    def compile_alone(item):
        header, key, flags = item
        if flags is None:
            return header, key, "no compile command near it"
        run = subprocess.run([*flags, "-fsyntax-only", "-Wno-pragma-once-outside-header", "-x", "c++",
                              os.path.join(context.root, header)],
                             cwd=os.path.join(context.root, "build", "dev"), capture_output=True,
                             text=True, check=False)
        return header, key, run.stderr if run.returncode else ""

    details = []
    with concurrent.futures.ThreadPoolExecutor(ui.jobs()) as pool:
        for header, key, error in pool.map(compile_alone, pending):
            if error:
                details.append(f"{header}\n" + ui.indent(error.replace(context.root + "/", ""), 8))
            else:
                remember("headers", key)
    return Outcome(not details, f"{total} headers: {total - len(alone)} first in their source, "
                   f"{len(pending)} compiled, {known} unchanged", details)
