# SPDX-License-Identifier: Apache-2.0
"""A whole development system for the bench, started and used as a user would: `nsl dev`, register,
deploy, API key, HTTP."""

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time

import load

HANDLER = "export function handler(event) {\n  return { hello: event.data.name, n: event.data.n + 1 };\n}\n"


class System:
    def __init__(self, build, folder, progress, core="0"):
        self.folder = os.path.join(folder, "system")
        self.nsl = os.path.join(build, "apps", "nsl", "nsl")
        self.env = {**os.environ, "NSL_HOME": os.path.join(folder, "home"), "NO_COLOR": "1"}
        self.api, metrics, chain = load.free_port(), load.free_port(), load.free_port()
        self.log = open(os.path.join(folder, "dev.log"), "w")
        self.process = subprocess.Popen(
            ["taskset", "-c", core, self.nsl, "dev", "--dir", self.folder, "--port", str(self.api),
             "--metrics-port", str(metrics), "--chain-port", str(chain), "--json"],
            stdout=subprocess.PIPE, stderr=self.log, env=self.env, start_new_session=True)
        try:
            self._wait_ready()
            self._prepare()
        except BaseException:
            self.stop()
            raise
        progress(f"system ready on port {self.api}")

    def _wait_ready(self):
        """The launcher prints one JSON document when everything answers and the profile stands."""
        line = self.process.stdout.readline()
        if b'"ready":true' in line.replace(b" ", b""):
            return
        self.log.flush()
        with open(self.log.name) as f:
            raise RuntimeError(f"the system did not start: {line[-2000:]!r}\n{f.read()[-2000:]}")

    def _http(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.api, timeout=30)
        c.request(method, path, body, headers or {})
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, data

    def _nsl(self, *args, stdin=None):
        out = subprocess.run([self.nsl, *args, "--json"], input=stdin, capture_output=True,
                             text=True, env=self.env)
        if out.returncode != 0:
            raise RuntimeError(f"nsl {' '.join(args)}: {out.stdout}{out.stderr}")
        return json.loads(out.stdout) if out.stdout.strip() else None

    def _deploy(self, name, source):
        folder = os.path.join(os.path.dirname(self.folder), "functions", name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "nsl.toml"), "w") as f:
            f.write(f'name = "{name}"\nruntime = "javascript"\nentry = "index.js"\n')
        with open(os.path.join(folder, "index.js"), "w") as f:
            f.write(source)
        return self._nsl("deploy", folder)

    def _prepare(self):
        self._nsl("register", "bench@example.org", "--password-stdin",
                  stdin="a long bench password 1\n")
        self.version = self._deploy("bench", HANDLER)
        self.function = self.version["functionId"]
        key = self._nsl("keys", "create", "bench", "--scope", "functions:invoke")
        self.key = key["secret"]

    def headers(self):
        return {"Authorization": f"Bearer {self.key}"}

    def invoke_url(self):
        return f"http://127.0.0.1:{self.api}/v1/functions/{self.function}:invoke"

    def connection(self):
        """A socket to the API that is kept, so that a measured call pays for no handshake."""
        s = socket.create_connection(("127.0.0.1", self.api), timeout=30)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def request(self, function, version):
        body = '{"name":"neo","n":41}'
        return (f"POST /v1/functions/{function}:invoke?alias={version} HTTP/1.1\r\nHost: bench\r\n"
                f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    @staticmethod
    def exchange(s, request):
        """Sends prepared bytes and gives the seconds until the whole answer was there."""
        start = time.perf_counter()
        s.sendall(request)
        answer = b""
        while not answer.endswith(b'{"hello":"neo","n":42}'):
            piece = s.recv(65536)
            if not piece or (b"\r\n\r\n" in answer and not answer.startswith(b"HTTP/1.1 200")):
                raise RuntimeError(f"invoke answered {(answer + piece)[:300]!r}")
            answer += piece
        return time.perf_counter() - start

    def deploy_many(self, name, count, per_function=50):
        """(function, version) pairs; a function keeps 50 versions that no alias names."""
        made = [self._deploy(f"{name}-{i // per_function}", HANDLER + f"// version {i}\n")
                for i in range(count)]
        return [(m["functionId"], m["versionId"]) for m in made]

    def pids(self):
        """Host, vault, runner and workers: not the launcher, not the chain."""
        chosen = []
        for pid in load.descendants(self.process.pid):
            try:
                with open(f"/proc/{pid}/cmdline") as f:
                    command = f.read().split("\0")
            except OSError:
                continue
            program = os.path.basename(command[0])
            if program.startswith(("nsl-host", "nsl-vault", "nsl-runner", "node", "nsl-worker")):
                chosen.append(pid)
        return chosen

    def program_pids(self):
        """Host, vault and runner alone, without the runner's zygote and workers."""
        chosen = []
        for pid in self.pids():
            with open(f"/proc/{pid}/comm") as f:
                if f.read().startswith("nsl-"):
                    chosen.append(pid)
        return chosen

    def worker_pss_kb(self):
        """Mean proportional set size of the idle worker processes, the zygote left out."""
        workers = []
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/status") as f:
                    status = f.read()
                with open(f"/proc/{pid}/cmdline") as f:
                    program = os.path.basename(f.read().split("\0")[0])
            except OSError:
                continue
            uid = int(status.split("Uid:")[1].split()[0])
            if program.startswith("node") and uid >= 100000:
                workers.append(load.rss_kb([pid], "Pss"))
        return sum(workers) / max(len(workers), 1)

    def config_hash(self):
        with open(os.path.join(self.folder, "host", "host.toml"), "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()[:16]

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
