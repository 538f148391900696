#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Floors of the house: reads the link lists and the #include lines of src/ and apps/, refuses an
upward or sideways use, and draws docs/architecture.svg from what it found.

    floors.py            check the rules
    floors.py --draw     check, then write docs/architecture.svg
    floors.py --check    check, and fail when the drawing differs from the tree
    floors.py --json     the model as one document
"""

import argparse
import json
import os
import re
import sys
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

FLOORS = {
    0: ["base"],
    1: ["rpc", "net", "crypto", "neo"],
    2: ["storage", "messaging", "metrics", "enclave", "chain"],
    3: ["account", "wallet", "secrets", "price_feed", "billing", "randomness", "event_monitor",
        "function_store", "function_runner"],
    4: ["gateway", "orchestrator"],
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}

NAMED_EDGES = {("account", "enclave"), ("wallet", "enclave")}

# Inside floor 1 the arrows have one direction.
PROTOCOLS = {"crypto": set(), "neo": {"crypto"}, "net": {"crypto"}, "rpc": {"net", "crypto"}}

# A program links only rooms of its own side of the wall.
HOST = {"storage", "messaging", "metrics", "chain", "gateway", "orchestrator", "function_store",
        "event_monitor"}
VAULT = {"enclave", "metrics", "account", "wallet", "secrets", "price_feed", "billing",
         "randomness"}
RUNNER = {"enclave", "metrics", "function_runner"}
FORBIDDEN_TO = {
    "nsl-vault": HOST - VAULT | {"function_runner"},
    "nsl-runner": HOST - RUNNER | VAULT - RUNNER,
}


@dataclass
class Room:
    name: str
    floor: int
    uses: set = field(default_factory=set)
    api_uses: set = field(default_factory=set)
    purpose: str = ""
    interface: set = field(default_factory=set)
    # other room -> included headers (paths below src/), from sources that ship
    includes: dict = field(default_factory=dict)
    processes: set = field(default_factory=set)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def cmake_text(path):
    return re.sub(r"#.*", "", read(path)) if os.path.exists(path) else ""


def room_of_target(target, rooms):
    """nsl_net_curl -> net: the longest room name that the target's name begins with."""
    best = ""
    for room in rooms:
        prefix = f"nsl_{room}"
        if (target == prefix or target.startswith(prefix + "_")) and len(room) > len(best):
            best = room
    return best


def ships(path):
    """Tests and their fixtures may use more than the room itself."""
    return not re.search(r"_(test|fixture)\.(h|cc)$", path)


def walk(folder):
    for base, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith((".h", ".cc")):
                yield os.path.join(base, name)


def includes_of(path):
    return re.findall(r'^\s*#\s*include\s+"([^"]+)"', read(path), re.M)


def first_paragraph(readme):
    if not os.path.exists(readme):
        return ""
    for block in read(readme).split("\n\n"):
        block = " ".join(block.split())
        if block and not block.startswith(("#", "|", "```", "!")):
            text = re.sub(r"[*`]|\[([^]]*)\]\([^)]*\)", lambda m: m.group(1) or "", block)
            return re.sub(r"^Purpose[.:]\s*", "", text)
    return ""


def interface_headers(root, room, text):
    """api.h, headers that the room declares with INTERFACE, those of its _shared and _client
    libraries, and what these include."""
    start = [f"{room}/api.h"]
    declared = re.search(r"nsl_room\([^)]*\bINTERFACE\b([^)A-Z]*)", text)
    start += [f"{room}/{h}" for h in (declared.group(1).split() if declared else [])]
    for name, sources in re.findall(r"add_library\(\s*(nsl_\S+)\s+(?:STATIC|INTERFACE)?([^)]*)\)",
                                    text):
        if name in (f"nsl_{room}_shared", f"nsl_{room}_client"):
            start += [f"{room}/{s[:-3]}.h" for s in sources.split() if s.endswith(".cc")]
    found, queue = set(), start
    while queue:
        header = queue.pop()
        path = os.path.join(root, "src", header)
        if header in found or not os.path.exists(path):
            continue
        found.add(header)
        queue += [i for i in includes_of(path) if i.startswith(room + "/")]
    return found


def load_room(root, name):
    folder = os.path.join(root, "src", name)
    text = cmake_text(os.path.join(folder, "CMakeLists.txt"))
    room = Room(name, FLOOR_OF.get(name, -1))
    match = re.search(r"nsl_room\(\s*" + name + r"\b([^)]*)\)", text)
    section = "USES"
    for word in (match.group(1).split() if match else []):
        if word in ("USES", "API_USES", "LIBS", "TEST_LIBS", "EXCLUDE", "INTERFACE"):
            section = word
        elif section == "USES":
            room.uses.add(word)
        elif section == "API_USES":
            room.api_uses.add(word)
        elif section == "LIBS" and word.startswith("nsl_"):
            other = room_of_target(word, FLOOR_OF)
            if other and other != name:
                (room.api_uses if word.endswith(("_api", "_shared", "_client"))
                 else room.uses).add(other)
    room.purpose = first_paragraph(os.path.join(folder, "README.md"))
    room.interface = interface_headers(root, name, text)
    for path in walk(folder):
        if not ships(path):
            continue
        for header in includes_of(path):
            other = header.split("/")[0]
            if other in FLOOR_OF and other != name and "/" in header:
                room.includes.setdefault(other, {}).setdefault(header, set()).add(
                    os.path.relpath(path, root))
    return room


def load_app(root, name):
    """A program of apps/: floor 5, with the rooms that its sources include."""
    app = Room(name, 5)
    folder = os.path.join(root, "apps", name)
    app.purpose = first_paragraph(os.path.join(folder, "README.md"))
    for path in walk(folder):
        if not ships(path):
            continue
        for header in includes_of(path):
            other = header.split("/")[0]
            if other in FLOOR_OF and "/" in header:
                app.includes.setdefault(other, {}).setdefault(header, set()).add(
                    os.path.relpath(path, root))
    for target in re.findall(r"\bnsl_\w+", cmake_text(os.path.join(folder, "CMakeLists.txt"))):
        other = room_of_target(target, FLOOR_OF)
        if other and not target.endswith("_api") and not target.startswith(f"nsl_{other}_test"):
            (app.api_uses if target.endswith(("_shared", "_client")) else app.uses).add(other)
    return app


def load(root):
    """(rooms, apps) of a tree."""
    base = os.path.join(root, "src")
    rooms = {n: load_room(root, n) for n in sorted(os.listdir(base))
             if os.path.exists(os.path.join(base, n, "CMakeLists.txt"))}
    apps, folder = {}, os.path.join(root, "apps")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.startswith("nsl") and os.path.exists(os.path.join(folder, name, "CMakeLists.txt")):
            apps[name] = load_app(root, name)
    for app in apps.values():
        queue, seen = list(app.uses), set()
        while queue:
            name = queue.pop()
            if name in seen or name not in rooms:
                continue
            seen.add(name)
            rooms[name].processes.add(app.name)
            queue += rooms[name].uses
    return rooms, apps


def allowed(user, other):
    """'full', 'api' or 'no': what the table of the house plan grants."""
    a, b = FLOOR_OF[user], FLOOR_OF[other]
    # docs/decisions/0005: the sealed store is the seam already.
    if b == 0 or (user, other) in NAMED_EDGES:
        return "full"
    if a == 1 and b == 1:
        return "full" if other in PROTOCOLS[user] else "no"
    if b > a or (a == b and a != 3 and a != 4):
        return "no"
    if b == 1:
        return "full"
    if a == 4:
        # The gateway's one way to a run is the orchestrator's interface.
        if b == 4:
            return "api" if (user, other) == ("gateway", "orchestrator") else "no"
        return "full" if b == 2 else "api"
    return "api" if a == 3 else "no"


def violations(rooms, apps):
    found = []
    for room in rooms.values():
        if room.floor < 0:
            found.append(f"src/{room.name} has no floor: add it to tools/floors.py and "
                         "docs/architecture.md")
            continue
        for other in sorted(room.uses | room.api_uses):
            if other not in FLOOR_OF:
                found.append(f"src/{room.name}/CMakeLists.txt names the unknown room {other}")
            elif allowed(room.name, other) == "no":
                found.append(f"src/{room.name}/CMakeLists.txt: {room.name} (floor {room.floor}) "
                             f"must not use {other} (floor {FLOOR_OF[other]})")
            elif other in room.uses and allowed(room.name, other) == "api":
                found.append(f"src/{room.name}/CMakeLists.txt: {room.name} may use only the "
                             f"interface of {other}: API_USES instead of USES")
        for other, headers in sorted(room.includes.items()):
            grant = allowed(room.name, other)
            interface = rooms[other].interface if other in rooms else set()
            for header, files in sorted(headers.items()):
                if grant == "no" or (grant == "api" and header not in interface):
                    why = (f"floor {room.floor} must not use {other}" if grant == "no" else
                           f"only the interface of {other} may be used: " +
                           ", ".join(sorted(interface) or [f"{other}/api.h"]))
                    found.append(f"{sorted(files)[0]} includes {header}: {why}")
                elif other not in room.uses | room.api_uses and other != "base":
                    found.append(f"{sorted(files)[0]} includes {header}, but "
                                 f"src/{room.name}/CMakeLists.txt does not name {other}")
    for app in apps.values():
        closure = {r.name for r in rooms.values() if app.name in r.processes}
        for other in sorted(closure & FORBIDDEN_TO.get(app.name, set())):
            found.append(f"apps/{app.name} links {other}, which belongs to the other side of the wall")
    return found


def model(rooms, apps):
    return {
        "rooms": [{"name": r.name, "floor": r.floor, "purpose": r.purpose,
                   "uses": sorted(r.includes), "processes": sorted(r.processes)}
                  for r in sorted(rooms.values(), key=lambda r: (r.floor, r.name))],
        "apps": [{"name": a.name, "uses": sorted(a.includes)} for a in apps.values()],
    }


def drawing(root=ROOT):
    import house_svg
    rooms, apps = load(root)
    return house_svg.draw(rooms, apps, FLOORS)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draw", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--root", default=ROOT, help="another tree")
    args = parser.parse_args()
    rooms, apps = load(args.root)
    found = violations(rooms, apps)
    if args.json:
        print(json.dumps({**model(rooms, apps), "violations": found}, indent=1))
    else:
        for line in found:
            print(line)
    target = os.path.join(args.root, "docs", "architecture.svg")
    if args.draw or args.check:
        text = drawing(args.root)
        old = read(target) if os.path.exists(target) else ""
        if args.draw and text != old:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8") as f:
                f.write(text)
        elif args.check and text != old:
            print("docs/architecture.svg is not what the tree says: ./x docs draws it")
            return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
