# SPDX-License-Identifier: Apache-2.0
"""The bench: our full invoke path against peers, in one run, as ratios.

Ours runs as `nsl dev` runs it: API key, limits, metering and receipts on. The handler everywhere is
{name, n} -> {hello, n + 1}. Rounds are interleaved and the median of each server is compared, so
that a busy minute of the machine hits all of them. Exit 0 when every goal is met, 1 when not."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import load  # noqa: E402
import report  # noqa: E402
from system import System  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BODY = '{"name":"neo","n":41}'

GOALS = [
    # name, what of ours, peer, field, at least / at most, goal
    ("hello_vs_nginx", "hello", "nginx", "rate", "min", 0.75),
    ("invoke_vs_deno", "invoke", "deno", "rate", "min", 0.75),
    ("invoke_vs_deno_checked", "invoke", "deno_checked", "rate", "min", 0.95),
    ("invoke_vs_workerd", "invoke", "workerd", "rate", "min", 4.0),
    ("invoke_vs_node", "invoke", "node", "rate", "min", None),
    ("warm_p50_vs_deno", "invoke_c1", "deno_c1", "p50_us", "max", 1.6),
]


def tool(name):
    for path in (os.path.join(ROOT, ".cache", "tools", name), shutil.which(os.path.basename(name))):
        if path and os.path.exists(path):
            return path
    return None


def first(*candidates):
    for path in candidates:
        if path and os.path.exists(path):
            return path
    return None


def nginx(folder, port):
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as f:
        f.write(
            f"worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
            "events { worker_connections 1024; }\n"
            f"http {{ access_log off; client_body_temp_path {folder}; keepalive_requests 100000000;\n"
            f"server {{ listen 127.0.0.1:{port}; location / {{ default_type application/json;"
            ' return 200 \'{"hello":"neo","n":42}\'; } } }\n')
    return ["nginx", "-c", conf, "-p", folder]


def peers(folder, wanted):
    """Name -> Server for every peer whose program is at hand; missing ones are reported."""
    node = first(tool("node-v8/bin/node"), shutil.which("node"))
    modules = os.path.join(ROOT, ".cache", "tools", "bench", "node_modules")
    deno = first(os.path.join(modules, "@deno", "linux-x64-glibc", "deno"),
                 os.path.join(modules, ".bin", "deno"))
    workerd = first(os.path.join(modules, "@cloudflare", "workerd-linux-64", "bin", "workerd"),
                    os.path.join(modules, ".bin", "workerd"))
    found, missing = {}, []

    def add(name, program, argv, headers=None):
        if name not in wanted:
            return
        if not program:
            missing.append(name)
            return
        port = load.free_port()
        argv = [a.replace("{port}", str(port)) for a in argv]
        found[name] = load.Server(name, argv, f"http://127.0.0.1:{port}/", port, headers)

    add("node", node, [node, f"{HERE}/peers/node.js", "{port}"])
    run = [deno, "run", "--allow-net", f"{HERE}/peers/deno.js", "{port}"]
    add("deno", deno, run)
    token = "nsl_bench_token_0123456789abcdefghijklmnopqrstuvwxyz"
    add("deno_checked", deno, [*run, "checked", token], {"Authorization": f"Bearer {token}"})
    if "workerd" in wanted and workerd:
        port = load.free_port()
        capnp = os.path.join(folder, "w.capnp")
        shutil.copy(f"{HERE}/peers/worker.js", folder)
        with open(capnp, "w") as f:
            f.write(
                'using W = import "/workerd/workerd.capnp";\n'
                'const config :W.Config = (services = [(name = "main", worker = .w)],\n'
                f'sockets = [(name = "http", address = "127.0.0.1:{port}", http = (),'
                ' service = "main")]);\n'
                'const w :W.Worker = (modules = [(name = "w", esModule = embed "worker.js")],'
                ' compatibilityDate = "2025-01-01");\n')
        found["workerd"] = load.Server("workerd", [workerd, "serve", capnp],
                                       f"http://127.0.0.1:{port}/", port)
    elif "workerd" in wanted:
        missing.append("workerd")
    if "nginx" in wanted:
        if shutil.which("nginx") or os.path.exists("/usr/sbin/nginx"):
            port = load.free_port()
            os.environ["PATH"] += ":/usr/sbin"
            found["nginx"] = load.Server("nginx", nginx(folder, port),
                                         f"http://127.0.0.1:{port}/", port)
        else:
            missing.append("nginx")
    return found, missing


def rounds(servers, folder, count, seconds, progress):
    """Interleaved rounds; per server the list of results at 64 connections and at one."""
    results = {}
    scripts = {}
    for name, (url, headers, body, pids) in servers.items():
        scripts[name] = os.path.join(folder, f"{name}.lua")
        load.write_script(scripts[name], body, headers)
        load.wrk(scripts[name], url, 64, 1)
    for i in range(count):
        order = list(servers)
        order = order[i % len(order):] + order[:i % len(order)]
        for name in order:
            url, headers, body, pids = servers[name]
            many = load.measure(scripts[name], url, 64, seconds, pids())
            one = load.measure(scripts[name], url, 1, 1, pids())
            for r in (many, one):
                if r["failed"] or r["socket_errors"]:
                    raise RuntimeError(f"{name}: {r['failed']} failed, {r['socket_errors']}")
            results.setdefault(name, []).append(many)
            results.setdefault(f"{name}_c1", []).append(one)
            progress(f"round {i + 1}/{count} {name:14} {many['rate']:>9.0f}/s "
                     f"{many['cpu_us']:6.2f} us CPU  p50 {one['p50_us']:.0f} us at one connection")
    return results


def median(results, name, field):
    values = [r[field] for r in results.get(name, [])]
    return statistics.median(values) if values else None


def cold_starts(system, count, progress):
    """Milliseconds of the first call to versions that have no process, one every 10 ms, from request
    to answer on a kept connection, the caller on the load's core."""
    times = []
    versions = system.deploy_many("cold", count)
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {int(load.LOAD_CORE)})
    with system.connection() as connection:
        for function, version in versions:
            request = system.request(function, version)
            times.append(system.exchange(connection, request) * 1e3)
            time.sleep(0.01)
    os.sched_setaffinity(0, before)
    times.sort()
    progress(f"cold start over {count} versions, one every 10 ms: p50 {times[count // 2]:.2f} ms, "
             f"p99 {times[int(count * 0.99)]:.2f} ms")
    return {"p50": times[count // 2], "p99": times[min(count - 1, int(count * 0.99))]}


def main():
    parser = argparse.ArgumentParser(prog="./x bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of one counted round")
    parser.add_argument("--cold", type=int, default=200, help="versions of the cold start series")
    parser.add_argument("--preset", default="release")
    args = parser.parse_args()

    def progress(text):
        print(text, file=sys.stderr, flush=True)

    build = os.path.join(ROOT, "build", args.preset)
    rows, info = [], report.machine()
    folder = tempfile.mkdtemp(prefix="nsl-bench-")
    started, hello = {}, None
    system = System(build, folder, progress, core=load.SERVER_CORE)
    try:
        wanted = {"node", "deno", "deno_checked", "workerd", "nginx"}
        started, missing = peers(folder, wanted)
        for name in missing:
            progress(f"peer {name} is not installed: ./x bench installs it")
        info["configHash"] = system.config_hash()
        port = load.free_port()
        binary = os.path.join(build, "tests", "perf", "hello", "nsl-bench-hello")
        if os.path.exists(binary):
            hello = load.Server("hello", [binary, str(port)],
                                f"http://127.0.0.1:{port}/", port)
        idle_rss = load.rss_kb(system.program_pids()) / 1024
        servers = {n: (s.url, s.headers, None if n == "nginx" else BODY, s.pids)
                   for n, s in started.items()}
        servers["invoke"] = (system.invoke_url(), system.headers(), BODY, system.pids)
        if hello:
            servers["hello"] = (hello.url, {}, None, hello.pids)
        results = rounds(servers, folder, args.rounds, args.seconds, progress)
        for name, ours, peer, field, kind, goal in GOALS:
            a, b = median(results, ours, field), median(results, peer, field)
            if a is None or b is None:
                continue
            ratio = a / b
            met = goal is None or (ratio >= goal if kind == "min" else ratio <= goal)
            rows.append({"name": name, "ours": a, "peer": b, "ratio": round(ratio, 3),
                         "goal": goal, "kind": kind, "met": met, **info})
        a, b = median(results, "invoke", "cpu_us"), median(results, "deno", "cpu_us")
        if a and b:
            rows.append({"name": "invoke_cpu_vs_deno", "ours": a, "peer": b,
                         "ratio": round(a / b, 3), "goal": None, "kind": "max", "met": True, **info})

        def absolute(name, value, goal):
            rows.append({"name": name, "ours": round(value, 3), "peer": None, "ratio": None,
                         "goal": goal, "kind": "max", "met": value <= goal, **info})

        absolute("idle_rss_mb_of_host_vault_runner", idle_rss, 120)
        if args.cold:
            cold = cold_starts(system, args.cold, progress)
            absolute("cold_p50_ms", cold["p50"], 2.0)
            absolute("cold_p99_ms", cold["p99"], 6.0)
            absolute("idle_function_pss_mb", system.worker_pss_kb() / 1024, 0.6)
    finally:
        system.stop()
        for server in [*started.values(), *([hello] if hello else [])]:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    report.show(rows, args.json, f"config {info['configHash']}")
    return 0 if all(r["met"] for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
