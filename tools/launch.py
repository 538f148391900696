# SPDX-License-Identifier: Apache-2.0
"""./x dev and ./x demo: build the release, then become the command line client."""

import os
import sys
import time

import build
import ui

PROGRAM = os.path.join(ui.ROOT, "build", "release", "apps", "nsl", "nsl")
HELP = {
    "dev": "Installs what is missing, builds the release and runs the whole system on this machine\n"
           "until Ctrl-C: host, vault and runner with a simulated security module.",
    "demo": "Installs what is missing, builds the release, starts a private Neo N3 chain and the\n"
            "whole system, deploys examples/neo-balance, calls it over HTTP and verifies the receipt.",
}


def main(verb):
    arguments = sys.argv[1:]
    if "-h" in arguments or "--help" in arguments:
        print(f"usage: ./x {verb} [arguments of 'nsl {verb}', such as --json]\n\n{HELP[verb]}\n"
              f"Exit 0: it went well. 1: install, build or run failed. 2: wrong arguments.")
        if os.path.exists(PROGRAM):
            sys.stdout.flush()
            os.execve(PROGRAM, [PROGRAM, verb, "--help"], ui.child_environment())
        return 0
    began = time.monotonic()
    if not build.build("release"):
        return 1
    if not os.path.exists(PROGRAM):
        ui.say(f"{verb}: the build made no {os.path.relpath(PROGRAM, ui.ROOT)}")
        return 1
    ui.say(f"  {ui.colour('green', 'ready ')} after {ui.seconds(time.monotonic() - began)}: "
           f"nsl {verb} {' '.join(arguments)}")
    sys.stderr.flush()
    os.execve(PROGRAM, [PROGRAM, verb, *arguments], ui.child_environment())
