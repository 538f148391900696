# SPDX-License-Identifier: Apache-2.0
"""Checks that read text only: licence lines, forbidden words, file length, registered tests."""

import glob
import os
import re

from checks import Outcome

SOURCES = r"\.(h|cc|py|sh|cmake)$|(^|/)CMakeLists\.txt$|^x$|^\.ci/run$"

# Written so that the patterns do not find themselves.
HOSTS = [r"registry\.npmjs", r"\bpypi\.org", r"files\.pythonhosted", r"proxy\.golang",
         r"sum\.golang", r"deb\.debian\.org", r"ftp\.debian\.org", r"static\.crates", r"repo1\.maven",
         r"nodejs\.org/dist", r"dl\.google\.com"]
PLACES = [r"(?<![\w.$}-])/wor[k]/\w", r"/hom[e]/\w+/", r"/roo[t]/"]
UNFINISHED = [r"\bTO[D]O\b", r"\bFIX[M]E\b", r"\bXX[X]\b", r"\b[Ff]or no[w]\b[,.]",
              r"[Nn]ot implemente[d] yet"]

LONG_LINES = 450


def spdx(context):
    bad = [f for f in context.matching(SOURCES)
           if context.text(f) and "SPDX-License-Identifier: Apache-2.0" not in
           "\n".join(context.text(f).splitlines()[:3])]
    count = len(context.matching(SOURCES))
    return Outcome(not bad, f"{count} sources name their licence",
                   [f"{f}: no 'SPDX-License-Identifier: Apache-2.0' in the first lines" for f in bad])


def words(context):
    found = []
    for path in context.files():
        if re.search(r"\.(png|ico|woff2?|der|nef|bin|cbor|tar|gz)$", path) or "/corpus/" in path:
            continue
        lock = re.search(r"(^|/)(go\.(sum|mod)|package-lock\.json|requirements\.txt)$", path)
        patterns = [("a registry's host name", HOSTS), ("a path of one machine", PLACES)]
        if not lock and not path.endswith(".md"):
            patterns.append(("unfinished work", UNFINISHED))
        content = context.text(path)
        for what, expressions in patterns:
            if not re.search("|".join(f"(?:{e})" for e in expressions), content):
                continue
            for number, line in enumerate(content.splitlines(), 1):
                if any(re.search(e, line) for e in expressions):
                    found.append(f"{path}:{number}: {what}: {line.strip()[:90]}")
    return Outcome(not found, f"{len(context.files())} files", found)


def length(context):
    long = []
    for path in context.matching(r"\.(h|cc|py|js|sh)$|^x$"):
        count = context.text(path).count("\n")
        if count > LONG_LINES:
            long.append(f"{path} has {count} lines; past {LONG_LINES} look for the second thing it does")
    return Outcome(True, f"{len(long)} files past {LONG_LINES} lines" if long else
                   f"no file past {LONG_LINES} lines", [], long)


def registered_tests(context):
    """Every *_test.cc belongs to a test program: cmake's list, or the compile commands."""
    listed = os.path.join(context.root, "build", "dev", "test-sources.txt")
    if os.path.exists(listed):
        with open(listed, encoding="utf-8") as f:
            known = {os.path.relpath(l.strip(), context.root) for l in f if l.strip()}
    else:
        known = {f for f in context.commands() if f.endswith("_test.cc")}
    if not known:
        return Outcome(False, "the dev build is not configured",
                       ["./x build dev, or cmake --preset dev"])
    tests = context.matching(r"^(src|apps|tests)/.*_test\.cc$")
    bad = [f"{t} belongs to no test program" for t in tests if t not in known]
    return Outcome(not bad, f"{len(tests)} test files are built", bad)


def fuzz_sources(context):
    """Every fuzz_*.cc is declared with nsl_fuzz."""
    bad = []
    for path in context.matching(r"(^|/)fuzz_\w+\.cc$"):
        folder = os.path.join(context.root, os.path.dirname(path))
        name = os.path.basename(path)
        stem = name.removeprefix("fuzz_").removesuffix(".cc")
        texts = [open(p, encoding="utf-8").read()
                 for p in glob.glob(os.path.join(folder, "CMakeLists.txt"))]
        if "LLVMFuzzerTestOneInput" in context.text(path) and \
                not any(re.search(rf"\b(fuzz_)?{re.escape(stem)}\b", t) for t in texts):
            bad.append(f"{path} is declared by no nsl_fuzz(...)")
    return Outcome(not bad, "every fuzz target is declared", bad)
