# SPDX-License-Identifier: Apache-2.0
"""A real development system, its command line, and a plain HTTP client for it.

Nothing here is a double: `nsl dev` starts the real host, vault, runner and Neo node. What waits
polls with a deadline; nothing sleeps a fixed time for something to happen.
"""

import base64
import ctypes
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Deadlines and time limits of the tests are multiplied by it: a machine that is busy with other
# things needs more of everything.
PATIENCE = float(os.environ.get("NSL_TEST_PATIENCE", "0")) or min(
    8.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))
KEY_SCOPES = ["project:read", "functions:read", "functions:write", "functions:invoke", "runs:read"]


def build_folder():
    folder = os.environ.get("NSL_BUILD")
    return pathlib.Path(folder).resolve() if folder else ROOT / "build" / "release"


NSL = build_folder() / "apps" / "nsl" / "nsl"


def wait_until(what, condition, seconds=30.0):
    """The first true value of condition(); fails after the deadline."""
    end = time.monotonic() + seconds * PATIENCE
    pause = 0.01
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds * PATIENCE:.0f} s")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


class Result:
    """What one run of the command line gave."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        return self.json["error"]

    def ok(self):
        assert self.code == 0, f"exit {self.code}\n{self.out}\n{self.err}"
        return self


def run_nsl(*words, home=None, stdin="", env=None, seconds=60, cwd=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NSL_")}
    for name in ("NSL_NEO_GO", "NSL_NODE"):
        if name in os.environ:
            environment[name] = os.environ[name]
    if home is not None:
        environment["NSL_HOME"] = str(home)
    environment.update(env or {})
    done = subprocess.run(
        [str(NSL), *map(str, words)], input=stdin, capture_output=True, text=True,
        env=environment, timeout=seconds * PATIENCE, cwd=cwd, check=False)
    return Result(done)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {k.lower(): v for k, v in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def reason(self):
        return self.json.get("reason")

    def expect(self, status):
        assert self.status == status, f"{self.status} instead of {status}: {self.body[:2000]!r}"
        return self

    def refused(self, status, reason):
        self.expect(status)
        assert self.headers.get("content-type", "").startswith("application/problem+json")
        problem = self.json
        assert problem["reason"] == reason, problem
        assert problem["code"] and "retryable" in problem and problem["requestId"], problem
        return problem


class Api:
    """Plain HTTP/1.1, one kept connection per thread."""

    def __init__(self, base, token=None):
        self.base = urllib.parse.urlsplit(base)
        self.token = token
        self.local = threading.local()

    def _connection(self, timeout):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self.base.hostname, self.base.port)
            self.local.connection = connection
        connection.timeout = timeout * PATIENCE
        if connection.sock is not None:
            connection.sock.settimeout(timeout * PATIENCE)
        return connection

    def once(self, method, path, body=None, headers=None, raw=None, timeout=75.0, token=...):
        sent = dict(headers or {})
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        credential = self.token if token is ... else token
        if credential:
            sent.setdefault("Authorization", "Bearer " + credential)
        connection = self._connection(timeout)
        try:
            try:
                connection.request(method, path, body=data, headers=sent)
            except BrokenPipeError:
                # Refused before the whole body was read: the answer is there all the same.
                pass
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        except Exception:
            connection.close()
            self.local.connection = None
            raise

    def call(self, method, path, body=None, **more):
        """Waits out rate limits; a kept connection that the server closed is opened again."""
        end = time.monotonic() + 60 * PATIENCE
        retried = False
        while True:
            try:
                answer = self.once(method, path, body, **more)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if retried or method not in ("GET", "POST", "PUT", "DELETE"):
                    raise
                retried = True
                continue
            if answer.status != 429 or time.monotonic() > end:
                return answer
            time.sleep(min(float(answer.headers.get("retry-after", "0.05")), 1.0))

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self.call("PUT", path, body, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)


def source_files(source):
    files = source if isinstance(source, dict) else {"index.js": source}
    return [{"path": p, "content": base64.b64encode(c.encode()).decode()} for p, c in files.items()]


class User:
    """An account with one project, its own profile folder, and an API key for plain HTTP."""

    def __init__(self, system, password=None):
        self.system = system
        self.home = system.new_home()
        self.password = password or "correct horse battery " + uuid.uuid4().hex[:8]
        # A register that the machine was too busy for may have happened or not: another address.
        end = time.monotonic() + 60 * PATIENCE
        while True:
            self.email = f"user-{uuid.uuid4().hex[:12]}@example.com"
            done = self.cli("register", self.email, "--password-stdin", stdin=self.password + "\n")
            busy = done.code == 8 and "platform.deadline" in done.err
            if not busy or time.monotonic() > end:
                break
        done.ok()
        self.project = self.cli("projects", "list", "--json").ok().json["items"][0]["id"]
        self.key = self.cli("keys", "create", "test", "--json",
                            *[w for s in KEY_SCOPES for w in ("--scope", s)]).ok().json
        self.api = Api(system.url, self.key["secret"])

    def cli(self, *words, **more):
        return run_nsl(*words, home=self.home, **more)

    def token(self):
        """A fresh access token: some routes refuse API keys."""
        self.cli("projects", "list").ok()
        return json.loads((self.home / "config.json").read_text())["accessToken"]

    def create(self, name=None):
        name = name or "f-" + uuid.uuid4().hex[:10]
        made = self.api.post(f"/v1/projects/{self.project}/functions",
                             {"name": name, "runtime": "javascript"}).expect(201)
        return made.json["id"], name

    def upload(self, function, name, source, **manifest):
        body = {"manifest": {"name": name, "runtime": "javascript", "entry": "index.js", **manifest},
                "files": source_files(source)}
        return self.api.post(f"/v1/functions/{function}/versions", body)

    def deploy(self, source, name=None, **manifest):
        """The id of a new function with this source."""
        function, name = self.create(name)
        self.upload(function, name, source, **manifest).expect(201)
        return function

    def invoke(self, function, data=None, keep=False, **more):
        path = f"/v1/functions/{function}:invoke" + ("?keep=1" if keep else "")
        return self.api.post(path, raw=json.dumps(data).encode(), **more)

    def run(self, function, data=None, keep=False):
        return self.invoke(function, data, keep).expect(200).json


HELLO = """
export async function handler(event, ctx) {
  return { hello: event.data.name, n: event.data.n + 1 };
}
"""


class Neighbour:
    """Another project that keeps calling while something goes wrong beside it."""

    def __init__(self, user, function):
        self.user = user
        self.function = function
        self.failures = []
        self.times = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._loop, daemon=True)

    def _loop(self):
        n = 0
        while not self.stop.is_set():
            n += 1
            start = time.monotonic()
            try:
                answer = self.user.invoke(self.function, {"name": "neo", "n": n})
                if answer.status != 200 or answer.json != {"hello": "neo", "n": n + 1}:
                    self.failures.append((answer.status, answer.body[:300]))
            except Exception as error:  # pylint: disable=broad-except
                self.failures.append(repr(error))
            self.times.append(time.monotonic() - start)
            self.stop.wait(0.02)

    def __enter__(self):
        self.thread.start()
        wait_until("the neighbour's first call", lambda: len(self.times) > 0)
        self.before = len(self.times)
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            count = len(self.times)
            wait_until("calls of the neighbour after the fault", lambda: len(self.times) > count + 3)
        self.stop.set()
        self.thread.join(60 * PATIENCE)
        if kind is None:
            assert not self.failures, self.failures[:5]
            assert max(self.times) < 5 * PATIENCE, f"slowest call {max(self.times):.1f} s"


def end_with_parent():
    """A test run that is killed leaves no system behind (PR_SET_PDEATHSIG, SIGTERM)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class System:
    """`nsl dev` in a folder of its own."""

    def __init__(self, folder=None, extra=()):
        # Below /tmp and not below pytest's private folder: the programs' own uids must reach it.
        self.base = pathlib.Path(folder or tempfile.mkdtemp(prefix="nsl-test-"))
        self.base.chmod(0o711)
        self.dir = self.base / "system"
        self.homes = 0
        self.process = None
        self.extra = list(extra)
        self.info = None

    def start(self):
        environment = dict(os.environ)
        for name in ("NSL_API", "NSL_TOKEN", "NSL_PROJECT"):
            environment.pop(name, None)
        environment["NSL_HOME"] = str(self.base / "home")
        self.log = open(self.base / "dev.err", "ab")
        self.process = subprocess.Popen(
            [str(NSL), "dev", "--json", "--dir", str(self.dir), "--port", "0", "--metrics-port", "0",
             "--chain-port", "0", *self.extra],
            stdout=subprocess.PIPE, stderr=self.log, env=environment, preexec_fn=end_with_parent)
        line = []
        reader = threading.Thread(target=lambda: line.append(self.process.stdout.readline()),
                                  daemon=True)
        reader.start()
        reader.join(120 * PATIENCE)
        assert line and line[0], f"nsl dev said nothing; {self.logs_tail()}"
        self.info = json.loads(line[0])
        assert self.info.get("ready"), self.info
        self.url = self.info["api"]
        return self

    def rpc(self, method, *params):
        """The result of a JSON-RPC call to the private chain's node."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        request = urllib.request.Request(self.info["chain"], body.encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30 * PATIENCE) as answer:
            said = json.load(answer)
        assert "result" in said, said
        return said["result"]

    def logs_tail(self):
        out = []
        for file in sorted((self.dir / "log").glob("*.log")):
            out.append(f"--- {file.name}\n" + file.read_text(errors="replace")[-1500:])
        return "\n".join(out)

    def new_home(self):
        """A profile folder that knows this system and its root, without a login."""
        self.homes += 1
        home = self.base / f"user{self.homes}"
        home.mkdir(mode=0o700)
        known = json.loads((self.base / "home" / "config.json").read_text())
        profile = {k: known[k] for k in ("api", "rootDer", "rootSha256", "chain", "simulated")}
        file = home / "config.json"
        file.write_text(json.dumps(profile))
        file.chmod(0o600)
        return home

    def children(self):
        """name -> pid of what the launcher runs now."""
        pid = self.process.pid
        listed = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        names = {"nsl-host": "host", "nsl-vault-dev": "vault", "nsl-runner-dev": "runner",
                 "neo-go": "chain"}
        out = {}
        for child in listed:
            try:
                command = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[0]
            except OSError:
                continue
            name = names.get(os.path.basename(command.decode()))
            if name:
                out[name] = int(child)
        return out

    def ready(self):
        try:
            return Api(self.url).once("GET", "/readyz", timeout=5).status == 200
        except OSError:
            return False
        except http.client.HTTPException:
            return False

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15 * PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def remove(self):
        self.stop()
        if os.environ.get("NSL_TEST_KEEP"):
            return
        shutil.rmtree(self.base, ignore_errors=True)


def descendants(pid):
    """All live processes below a pid."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            fields = stat[stat.rindex(")") + 2:].split()
            if fields[0] != "Z":
                parents[int(entry.name)] = int(fields[1])
    out, frontier = set(), {pid}
    while frontier:
        frontier = {p for p, parent in parents.items() if parent in frontier} - out
        out |= frontier
    return out


def alive(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] != "Z"
