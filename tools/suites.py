# SPDX-License-Identifier: Apache-2.0
"""Runs test programs and pytest folders and counts their single cases."""

import concurrent.futures
import json
import os
import re
import subprocess
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

import ui

PROGRAM_TIMEOUT = 900


@dataclass
class Suite:
    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    log: str = ""
    failures: list = field(default_factory=list)
    skips: list = field(default_factory=list)

    def fail(self, name, text):
        self.failed += 1
        self.failures.append((name, text))

    def skip(self, name, reason):
        self.skipped += 1
        self.skips.append((name, reason))

    def line(self):
        # Worded differently from the closing line, of which there is exactly one in a run.
        parts = [f"{self.passed} ok"]
        if self.failed:
            parts.append(f"{self.failed} FAILED")
        if self.skipped:
            parts.append(f"{self.skipped} left out")
        word = ui.colour("red", "failed") if self.failed else ui.colour("green", "ok    ")
        return f"  {word} {self.name:34} {', '.join(parts):28} {ui.seconds(self.seconds)}"


def closing_line(suites, ci=False):
    """The sum over all suites. In CI a test that did not run is a failed one."""
    passed = sum(s.passed for s in suites)
    failed = sum(s.failed for s in suites)
    skipped = sum(s.skipped for s in suites)
    if ci:
        failed, skipped = failed + skipped, 0
    return f"{passed} passed, {failed} failed, {skipped} skipped", failed == 0


def skip_reasons(text):
    """Test name -> reason, from GoogleTest's own output: its JSON leaves the reason out."""
    reasons, lines = {}, []
    for line in text.splitlines():
        if line.startswith("[ RUN      ]"):
            lines = []
        elif line.startswith("[  SKIPPED ]"):
            name = line.split("]", 1)[1].strip().split(" (")[0]
            at = next((i for i, l in enumerate(lines) if l.endswith(": Skipped")), None)
            reasons.setdefault(name, " ".join(lines[at + 1:]).strip() if at is not None else "")
        else:
            lines.append(line)
    return reasons


def add_gtest(suite, report, text, code):
    """Adds the cases of one GoogleTest program; `report` is its JSON or None when it died."""
    if report is None:
        suite.passed += len(re.findall(r"^\[       OK \]", text, re.M))
        started = re.findall(r"^\[ RUN      \] (\S+)", text, re.M)
        name = started[-1] if started else suite.name
        suite.fail(name, f"the program ended with {code} in this test\n" + text[-6000:])
        return
    reasons = skip_reasons(text)
    ran = 0
    for group in report.get("testsuites", []):
        for case in group.get("testsuite", []):
            name = f"{group['name']}.{case['name']}"
            ran += 1
            if case.get("failures"):
                suite.fail(name, "\n".join(f["failure"] for f in case["failures"]))
            elif case.get("result") == "SKIPPED":
                suite.skip(name, reasons.get(name) or "no reason given")
            elif case.get("status") == "NOTRUN":
                suite.skip(name, "disabled in the source")
            else:
                suite.passed += 1
    if ran == 0:
        suite.fail(suite.name, "the program ran no test")
    elif code != 0 and not suite.failed:
        suite.fail(suite.name, f"the program ended with {code} after its tests\n" + text[-6000:])


def add_junit(suite, path):
    """Adds the cases of one pytest run from its JUnit file."""
    for case in ET.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname', '')}.{case.get('name', '')}".strip(".")
        bad = [c for c in case if c.tag in ("failure", "error")]
        left_out = case.find("skipped")
        if bad:
            suite.fail(name, "\n".join((c.text or c.get("message") or "") for c in bad))
        elif left_out is not None:
            suite.skip(name, left_out.get("message") or "no reason given")
        else:
            suite.passed += 1


def test_programs(build_folder):
    """(name, command, folder, environment) of every test that cmake knows."""
    out = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build_folder, check=True,
                         capture_output=True, text=True).stdout
    for test in json.loads(out)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        extra = dict(e.split("=", 1) for e in properties.get("ENVIRONMENT", []))
        yield (test["name"], test.get("command", []),
               properties.get("WORKING_DIRECTORY", build_folder), extra)


def run_program(preset, name, command, cwd, extra, gtest_filter=""):
    """One GoogleTest program as one suite."""
    suite = Suite(name.removeprefix("nsl_").removesuffix("_test"))
    began = time.monotonic()
    suite.log = os.path.join(ui.LOGS, f"{preset}-{name}.log")
    report = os.path.join(ui.LOGS, f"{preset}-{name}.json")
    os.makedirs(ui.LOGS, exist_ok=True)
    if os.path.exists(report):
        os.unlink(report)
    if not command or not os.path.exists(command[0]):
        suite.fail(name, "the program was not built")
        return suite
    env = {**ui.child_environment(preset), **extra, "GTEST_OUTPUT": f"json:{report}",
           "GTEST_COLOR": "no"}
    if gtest_filter:
        env["GTEST_FILTER"] = gtest_filter
    with open(suite.log, "wb") as out:
        child = subprocess.Popen(command, cwd=cwd, env=env, stdout=out, stderr=out,
                                 stdin=subprocess.DEVNULL, process_group=0)
        try:
            code = child.wait(PROGRAM_TIMEOUT)
        except subprocess.TimeoutExpired:
            code = f"a time-out of {PROGRAM_TIMEOUT} s"
        finally:
            if child.poll() is None:
                ui.stop_group(child)
    try:
        parsed = json.loads(ui.read(report))
    except ValueError:
        parsed = None
    add_gtest(suite, parsed, ui.read(suite.log), code)
    suite.seconds = time.monotonic() - began
    return suite


def run_unit(preset, report, only="", gtest_filter=""):
    """All test programs of a build, two at a time; `report` gets each suite as it ends."""
    programs = [p for p in test_programs(os.path.join(ui.ROOT, "build", preset))
                if not only or re.search(only, p[0])]
    suites = []
    with concurrent.futures.ThreadPoolExecutor(min(2, ui.jobs())) as pool:
        waiting = [pool.submit(run_program, preset, *p, gtest_filter) for p in programs]
        for future in concurrent.futures.as_completed(waiting):
            suites.append(future.result())
            report(suites[-1])
    return sorted(suites, key=lambda s: s.name)


def run_pytest(folder, preset="release", arguments=()):
    """One folder of pytest files as one suite."""
    name = os.path.relpath(folder, os.path.join(ui.ROOT, "tests"))
    suite = Suite(name)
    began = time.monotonic()
    slug = name.replace("/", "-")
    suite.log = os.path.join(ui.LOGS, f"pytest-{slug}.log")
    report = os.path.join(ui.LOGS, f"pytest-{slug}.xml")
    if os.path.exists(report):
        os.unlink(report)
    python = os.path.join(ui.TOOLS, "venv", "bin", "python")
    code = ui.logged([python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider",
                      f"--junitxml={report}", folder, *arguments],
                     suite.log, name, env=ui.child_environment(preset), timeout=3 * PROGRAM_TIMEOUT)
    if os.path.exists(report):
        add_junit(suite, report)
    # 5: pytest collected nothing; a folder of tests that runs no test is broken.
    if code not in (0, 1) or (code == 1 and not suite.failed):
        suite.fail(name, f"pytest ended with {code}\n" + ui.read(suite.log)[-4000:])
    suite.seconds = time.monotonic() - began
    return suite


def pytest_folders():
    """Folders below tests/ that hold test_*.py files; perf is run by ./x bench alone."""
    base = os.path.join(ui.ROOT, "tests")
    found = []
    for name in sorted(os.listdir(base)):
        path = os.path.join(base, name)
        if name == "perf" or not os.path.isdir(path):
            continue
        if any(f.startswith("test_") and f.endswith(".py")
               for _, _, files in os.walk(path) for f in files):
            found.append(path)
    return found
