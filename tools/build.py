#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x build: configures a preset and compiles it."""

import argparse
import os
import re
import sys
import time

import ui

PRESETS = {
    "dev": "no optimisation, what you edit against",
    "release": "what ships, and what demo, dev and the functional tests run",
    "asan": "address and undefined-behaviour sanitizers: unit tests and fuzz targets",
    "tsan": "thread sanitizer",
}


def folder(preset):
    return os.path.join(ui.ROOT, "build", preset)


def configure(preset):
    """Runs cmake for the preset; True when it went well."""
    began = time.monotonic()
    log = os.path.join(ui.LOGS, f"configure-{preset}.log")
    command = ["cmake", "--preset", preset]
    if ui.shared_vectors():
        command.append(f"-DNSL_SHARED_VECTORS={ui.shared_vectors()}")
    code = ui.logged(command, log, f"configure {preset}")
    if code:
        ui.done(f"configure {preset}", began, False)
        ui.say(ui.indent(ui.read(log), 30))
    return code == 0


def first_error(text):
    """The part of ninja's output from the first failed step on."""
    at = text.find("FAILED: ")
    lines = (text[at:] if at >= 0 else text[-4000:]).splitlines()
    kept = [l for l in lines if "-o " not in l or len(l) < 400]
    return "\n".join(kept[:40])


def build(preset, targets=()):
    """Configures and compiles; True when it went well. Says so in one line either way."""
    if not configure(preset):
        return False
    began = time.monotonic()
    label = f"build {preset}" + (f" ({' '.join(targets)})" if 0 < len(targets) < 4 else "")
    log = os.path.join(ui.LOGS, f"build-{preset}.log")
    env = {**os.environ, "NINJA_STATUS": "[%f/%t] "}
    env.pop("CLICOLOR_FORCE", None)
    command = ["ninja", "-C", folder(preset), "-j", str(ui.jobs()), *targets]
    code = ui.logged(command, log, label, env=env)
    text = ui.read(log)
    steps = re.findall(r"^\[(\d+)/\d+\]", text, re.M)
    note = f"{len(steps)} steps" if steps else "nothing to do"
    ui.done(label, began, code == 0, note if code == 0 else f"the log is {log}")
    if code:
        ui.say(ui.indent(first_error(text), 40))
    return code == 0


def main():
    parser = argparse.ArgumentParser(
        prog="./x build", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Configures a preset and compiles it into build/PRESET.\n\npresets:\n" +
        "\n".join(f"  {n:8} {t}" for n, t in PRESETS.items()),
        epilog="NSL_JOBS sets the number of compile jobs; ccache keeps its usual folder, so that "
               "other clones share it.\nExit 0: built. 1: a step failed. 2: wrong arguments.")
    parser.add_argument("preset", nargs="?", default="dev", choices=list(PRESETS))
    parser.add_argument("targets", nargs="*", help="ninja targets, default all")
    args = parser.parse_args()
    return 0 if build(args.preset, args.targets) else 1


if __name__ == "__main__":
    sys.exit(main())
