# SPDX-License-Identifier: Apache-2.0
"""Starting servers, loading them with wrk, and reading what they cost.

All server processes of one peer run on core 0, wrk on core 1. CPU is the sum over the peer's
processes of /proc/PID/schedstat (nanoseconds on a core), so short-lived ticks are not lost."""

import os
import re
import signal
import socket
import subprocess
import time

SERVER_CORE = "0"
LOAD_CORE = "1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as s:
            s.settimeout(0.2)
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


class Server:
    """A peer: its processes, its URL, and headers that a request needs."""

    def __init__(self, name, argv, url, port, headers=None, cwd=None):
        self.name, self.url, self.headers = name, url, headers or {}
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *argv], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=cwd, start_new_session=True)
        if not wait_port(port):
            self.stop()
            raise RuntimeError(f"{name} did not listen on port {port}")

    def pids(self):
        return descendants(self.process.pid)

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def descendants(root):
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu_ns(pids):
    """Nanoseconds of all threads of the processes."""
    total = 0
    for pid in pids:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/schedstat") as f:
                    total += int(f.read().split()[0])
        except OSError:
            continue
    return total


def rss_kb(pids, field="Rss"):
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as f:
                total += int(re.search(rf"^{field}:\s+(\d+)", f.read(), re.M).group(1))
        except (OSError, AttributeError):
            continue
    return total


SCRIPT = """
wrk.method = "{method}"
{body}
{headers}
local failed = 0
function response(status) if status ~= 200 then failed = failed + 1 end end
"""


def write_script(path, body, headers):
    lines = [f'wrk.headers["{k}"] = "{v}"' for k, v in headers.items()]
    if body is not None:
        lines.append('wrk.headers["Content-Type"] = "application/json"')
    with open(path, "w") as f:
        f.write('wrk.method = "%s"\n' % ("POST" if body is not None else "GET"))
        if body is not None:
            f.write("wrk.body = '%s'\n" % body)
        f.write("\n".join(lines) + "\n")


UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6}


def micros(text):
    value, unit = re.match(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * UNITS[unit]


def wrk(script, url, connections, seconds):
    """Requests, rate, latency percentiles in microseconds, failures."""
    out = subprocess.run(
        ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
         "-s", script, url], capture_output=True, text=True, check=True).stdout
    result = {
        "requests": int(re.search(r"(\d+) requests in", out).group(1)),
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "p50_us": micros(re.search(r"^\s+50%\s+(\S+)", out, re.M).group(1)),
        "p99_us": micros(re.search(r"^\s+99%\s+(\S+)", out, re.M).group(1)),
    }
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    result["failed"] = int(bad.group(1)) if bad else 0
    sockets = re.search(r"Socket errors: (.*)", out)
    result["socket_errors"] = sockets.group(1) if sockets else ""
    return result


def measure(script, url, connections, seconds, pids):
    before = cpu_ns(pids)
    result = wrk(script, url, connections, seconds)
    result["cpu_us"] = (cpu_ns(pids) - before) / 1e3 / max(result["requests"], 1)
    return result
