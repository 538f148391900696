# SPDX-License-Identifier: Apache-2.0
"""What every verb shares: where things are, coloured lines on a terminal, logged children with
progress. Progress goes to stderr, so that stdout can carry one JSON document."""

import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = os.path.join(ROOT, ".cache", "tools")
LOGS = os.path.join(ROOT, "build", "logs")
CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")

_TTY = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
_PROGRESS = re.compile(rb"\[(\d+)/(\d+)\]")


def _interrupted(*_):
    """SIGTERM ends a verb like Ctrl-C does, so that its children are ended too."""
    sys.exit(143)


signal.signal(signal.SIGTERM, _interrupted)


def colour(name, text):
    codes = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}
    return f"\x1b[{codes[name]}m{text}\x1b[0m" if _TTY else text


def say(text=""):
    print(text, file=sys.stderr, flush=True)


def seconds(value):
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{int(value // 60)} min {int(value % 60)} s"


def cache_folder(*parts):
    """A folder that all clones of the tree share; what lies there is named by content."""
    base = os.environ.get("NSL_CACHE_DIR") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "neo-service-layer")
    path = os.path.join(base, *parts)
    os.makedirs(path, exist_ok=True)
    return path


def jobs():
    """Compile jobs: one per core, but at most one per 1.5 GB of memory."""
    if os.environ.get("NSL_JOBS", "").isdigit():
        return max(1, int(os.environ["NSL_JOBS"]))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1.5e9
    return max(1, min(len(os.sched_getaffinity(0)), int(memory)))


def indent(text, limit=40):
    """Child output is shown behind a bar: none of its lines can be taken for ours."""
    lines = text.rstrip("\n").splitlines()
    if len(lines) > limit:
        lines = [f"... {len(lines) - limit} lines before"] + lines[-limit:]
    return "\n".join("    | " + line for line in lines)


def read(path, default=""):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return default


def tail_bytes(path, count=4096):
    try:
        with open(path, "rb") as f:
            f.seek(0, os.SEEK_END)
            f.seek(max(0, f.tell() - count))
            return f.read()
    except OSError:
        return b""


def stop_group(child):
    """Ends a child and what it started: first politely, since ninja waits for its compilers."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            return
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            continue


def logged(command, log, label, env=None, cwd=ROOT, timeout=None):
    """Runs a child with its output in `log`; shows life while it runs. Returns its exit code."""
    os.makedirs(os.path.dirname(log), exist_ok=True)
    began = shown = time.monotonic()
    with open(log, "wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=cwd, env=env,
                                 stdin=subprocess.DEVNULL, process_group=0)
        try:
            while True:
                try:
                    child.wait(0.2)
                    break
                except subprocess.TimeoutExpired:
                    pass
                now = time.monotonic()
                if timeout and now - began > timeout:
                    stop_group(child)
                    out.write(f"\nstopped after {timeout} s\n".encode())
                    break
                if _TTY or now - shown > 30:
                    found = _PROGRESS.findall(tail_bytes(log))
                    part = f" {found[-1][0].decode()}/{found[-1][1].decode()}" if found else ""
                    text = f"  ...    {label}{part} ({seconds(now - began)})"
                    if _TTY:
                        sys.stderr.write("\r\x1b[K" + text)
                        sys.stderr.flush()
                    else:
                        say(text)
                    shown = now
        finally:
            if child.poll() is None:
                stop_group(child)
            if _TTY:
                sys.stderr.write("\r\x1b[K")
    return child.returncode


def done(label, began, good=True, note=""):
    word = colour("green", "done  ") if good else colour("red", "failed")
    say(f"  {word} {label} ({seconds(time.monotonic() - began)}){' ' + note if note else ''}")


def child_environment(preset="release"):
    """What tests and programs find the tools by; everything else is the caller's environment."""
    env = dict(os.environ)
    build = os.path.join(ROOT, "build", preset)
    env.update({
        "NSL_ROOT": ROOT,
        "NSL_BUILD": build,
        "NSL_TOOLS_DIR": TOOLS,
        "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
        "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
        "TSAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
    })
    for name, path in (("NSL_NEO_GO", "neo-go/neo-go"), ("NSL_NODE", "node-v8/bin/node")):
        program = os.path.join(TOOLS, path)
        if os.path.exists(program):
            env.setdefault(name, program)
    env["PATH"] = os.pathsep.join([os.path.join(TOOLS, "toolchain", "bin"), env.get("PATH", "")])
    vectors = shared_vectors()
    if vectors:
        env["NSL_SHARED_VECTORS"] = vectors
    return env


def shared_vectors():
    """Third-party vectors, read in place: NSL_SHARED_VECTORS, or empty."""
    path = os.environ.get("NSL_SHARED_VECTORS", "")
    return os.path.abspath(path) if path and os.path.isdir(path) else ""
