#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x bare: proves ./x demo and ./x test on an empty Debian 12 that knows nothing of this machine's
compilers and tools."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import ui

KEEP = os.path.join(ui.ROOT, ".cache", "bare")
INNER = "/srv/neo-service-layer"

# A machine with its own proxy, mirror or CA says so in these; they are handed on as they are.
PASSED = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
          "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT",
          "NPM_CONFIG_REGISTRY", "npm_config_registry", "GOPROXY", "GOSUMDB", "GONOSUMDB",
          "GOFLAGS", "GONOPROXY", "GOPRIVATE"]
BUNDLES = ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
           "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO"]
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def mirror():
    """The archive that this machine itself uses for Debian 12, or None for debootstrap's own."""
    out = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)"],
                         capture_output=True, text=True, check=False).stdout
    for line in out.splitlines():
        uri, codename, component = (line.split() + ["", "", ""])[:3]
        if codename == "bookworm" and component == "main" and uri.startswith("http"):
            return uri
    return None


def base_image(steps):
    """An empty Debian 12 with git, as a tar that later runs unpack."""
    tar = os.path.join(KEEP, "bookworm-minbase.tar")
    if os.path.exists(tar):
        return tar
    os.makedirs(KEEP, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="base-", dir=KEEP)
    command = ["debootstrap", "--variant=minbase", "--include=git,ca-certificates", "bookworm",
               folder] + ([mirror()] if mirror() else [])
    try:
        os.chmod(folder, 0o755)
        if not steps.run("debootstrap", command):
            return None
        if not steps.run("pack", ["tar", "--one-file-system", "--numeric-owner", "-C", folder, "-cf",
                                  tar + ".part", "."]):
            return None
        os.rename(tar + ".part", tar)
    finally:
        remove(folder)
    return tar


def remove(folder):
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False)


def settings():
    """Name -> value of the environment inside."""
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
           "LANG": "C.UTF-8", "USER": "root"}
    env.update({n: os.environ[n] for n in PASSED + BUNDLES if os.environ.get(n)})
    go = os.path.join(ui.TOOLS, "toolchain", "bin", "go")
    if os.path.exists(go):
        out = subprocess.run([go, "env", "-json", "GOPROXY", "GOSUMDB", "GONOSUMDB"],
                             capture_output=True, text=True, check=False).stdout
        for name, value in json.loads(out or "{}").items():
            if value:
                env.setdefault(name, value)
    return env


def furnish(folder, env):
    """Names, trust and the committed tree."""
    shutil.copy("/etc/resolv.conf", os.path.join(folder, "etc/resolv.conf"))
    with open(os.path.join(folder, "etc/hosts"), "w", encoding="utf-8") as f:
        f.write("127.0.0.1 localhost bare\n::1 localhost\n")
    for path in {BUNDLE, *(env[n] for n in BUNDLES if n in env)}:
        if os.path.isfile(path):
            target = folder + path
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(path, target)
    proxies = subprocess.run(["apt-config", "dump", "--format", '%f "%v";%n', "Acquire"],
                             capture_output=True, text=True, check=False).stdout
    kept = [l for l in proxies.splitlines() if re.match(r"Acquire::https?::(.*::)?Proxy ", l)]
    with open(os.path.join(folder, "etc/apt/apt.conf.d/90outside"), "w", encoding="utf-8") as f:
        f.write("\n".join(kept) + "\n")
    return subprocess.run(["git", "clone", "-q", "--no-local", ui.ROOT, folder + INNER],
                          check=False).returncode == 0


class Steps:
    def __init__(self):
        self.rows = []

    def run(self, name, command, label=None):
        began = time.monotonic()
        log = os.path.join(ui.LOGS, f"bare-{name}.log")
        code = ui.logged(command, log, label or name)
        self.note(name, began, code)
        if code:
            ui.say(ui.indent(ui.read(log), 40))
            ui.say(f"    the whole log is {log}")
        else:
            last = [l for l in ui.read(log).splitlines() if re.match(r"\d+ passed, \d+ failed", l)]
            if last:
                ui.say("    | " + last[-1])
        return code == 0

    def note(self, name, began, code):
        self.rows.append({"name": name, "seconds": round(time.monotonic() - began, 1), "exit": code})
        ui.done(name, began, code == 0)


def inside(folder, env, warm, text):
    words = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "bash",
             os.path.join(ui.ROOT, "tools", "bare_enter.sh"), folder, warm]
    words += ["/usr/bin/env", "-i", *(f"{n}={v}" for n, v in sorted(env.items())), "bash", "-c", text]
    return words


def ccache_folder():
    run = subprocess.run(["ccache", "--get-config", "cache_dir"], capture_output=True, text=True,
                         check=False)
    return run.stdout.strip() if run.returncode == 0 else ""


def prove(args, steps):
    if subprocess.run(["bash", os.path.join(ui.ROOT, "tools", "setup.sh"), "--with", "bare",
                       "--quiet"], check=False).returncode:
        return False
    tar = base_image(steps)
    if not tar:
        return False
    folder = tempfile.mkdtemp(prefix="root-", dir=KEEP)
    try:
        os.chmod(folder, 0o755)
        if not steps.run("unpack", ["tar", "--numeric-owner", "-C", folder, "-xf", tar]):
            return False
        env = settings()
        began = time.monotonic()
        good = furnish(folder, env)
        steps.note("clone", began, 0 if good else 1)
        if not good:
            return False
        warm = ccache_folder() if args.warm else ""
        if warm:
            os.makedirs(warm, exist_ok=True)
            env["CCACHE_DIR"] = "/var/cache/ccache"
        texts = [("run", args.run)] if args.run else [
            (v, f"./x {v}") for v in (["demo", "test"] if args.verb == "both" else [args.verb])]
        good = True
        for name, text in texts:
            good = steps.run(name, inside(folder, env, warm, text), f"inside: {text}") and good
            if args.run:
                sys.stderr.write(ui.indent(ui.read(os.path.join(ui.LOGS, "bare-run.log")), 200) + "\n")
        return good
    finally:
        remove(folder)


def main():
    parser = argparse.ArgumentParser(
        prog="./x bare", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Makes an empty Debian 12 (debootstrap, kept as a tar in .cache/bare), clones the\n"
                    "committed tree into it, runs ./x demo and ./x test there, and removes it again.",
        epilog="--json: {ok, steps: [{name, seconds, exit}], seconds}.\n"
               "Needs root, for namespaces and mounts. Exit 0: all went well. 1: a step failed.\n"
               "2: wrong arguments or not root.")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--verb", choices=["demo", "test", "both"], default="both")
    parser.add_argument("--run", default="", metavar="COMMAND", help="run this instead of a verb")
    parser.add_argument("--warm", action="store_true",
                        help="share this machine's compiler cache (a quicker, weaker proof)")
    args = parser.parse_args()
    if os.geteuid() != 0:
        ui.say("bare: needs root: sudo ./x bare")
        return 2
    began = time.monotonic()
    steps = Steps()
    good = prove(args, steps)
    total = time.monotonic() - began
    ui.say(f"bare: {'all went well' if good else 'failed'} in {ui.seconds(total)}")
    if args.json:
        print(json.dumps({"ok": good, "steps": steps.rows, "seconds": round(total, 1)}, indent=1))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
