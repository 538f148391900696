# SPDX-License-Identifier: Apache-2.0
"""The parts of ./x check. Each module has run(context) -> Outcome."""

import hashlib
import json
import os
import re
import subprocess
from dataclasses import dataclass, field

import ui


@dataclass
class Outcome:
    good: bool
    summary: str
    details: list = field(default_factory=list)
    warnings: list = field(default_factory=list)


class Context:
    """The tree under check: its files, its compile commands."""

    def __init__(self, root=ui.ROOT, thorough=False):
        self.root = root
        self.thorough = thorough
        self._files = None
        self._commands = None

    def files(self):
        """Files of the tree as git sees them: tracked, and new ones that are not ignored."""
        if self._files is None:
            out = subprocess.run(["git", "-C", self.root, "ls-files", "-co", "--exclude-standard"],
                                 capture_output=True, text=True, check=True).stdout
            self._files = sorted({f for f in out.splitlines()
                                  if os.path.isfile(os.path.join(self.root, f))})
        return self._files

    def matching(self, pattern):
        return [f for f in self.files() if re.search(pattern, f)]

    def text(self, path):
        return ui.read(os.path.join(self.root, path))

    def commands(self):
        """Source path in the tree -> argument list, from the dev build's compile commands."""
        if self._commands is None:
            path = os.path.join(self.root, "build", "dev", "compile_commands.json")
            self._commands = {}
            for entry in json.loads(ui.read(path, "[]")):
                relative = os.path.relpath(entry["file"], self.root)
                self._commands.setdefault(relative, entry["command"])
        return self._commands

    def closure_hash(self, path, salt=""):
        """A hash over a file and every header of the tree that it reaches."""
        seen, queue, digest = set(), [path], hashlib.sha256(salt.encode())
        while queue:
            current = queue.pop()
            if current in seen:
                continue
            seen.add(current)
            for header in re.findall(r'^\s*#\s*include\s+"([^"]+)"', self.text(current), re.M):
                for base in ("src", os.path.dirname(current)):
                    candidate = os.path.normpath(os.path.join(base, header))
                    if os.path.isfile(os.path.join(self.root, candidate)):
                        queue.append(candidate)
                        break
        for name in sorted(seen):
            digest.update(name.encode() + b"\0" + self.text(name).encode() + b"\0")
        return digest.hexdigest()


def compiler_arguments(command):
    """A compile command without launcher, input, output, prefix and dependency files."""
    words = command.split()
    at = next(i for i, w in enumerate(words) if "clang++" in os.path.basename(w))
    out, skip = [words[at]], False
    for word in words[at + 1:]:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MT", "-MQ", "-include-pch", "-c"):
            skip = word != "-c"
            if word == "-c":
                continue
        elif word in ("-MD", "-MMD") or word.endswith((".cc", ".o")):
            continue
        else:
            out.append(word.replace('\\"', '"'))
    return out
