# SPDX-License-Identifier: Apache-2.0
"""Draws the floors as an SVG. The same tree always gives the same bytes."""

from xml.sax.saxutils import escape

MIN_WIDTH = 1280
LEFT = 150
RIGHT = 30
BOX_WIDTH = 196
BOX_HEIGHT = 104
APP_HEIGHT = 54
GAP = 44
WIRE = 16
BAND_PAD = 16
CHANNEL = 58
TOP = 104

NAMES = {
    5: ("5", "programs"), 4: ("4", "the doors"), 3: ("3", "services"), 2: ("2", "means"),
    1: ("1", "protocols"), 0: ("0", "ground"),
}
SIDES = {  # program -> short name, fill, text colour
    "nsl-host": ("host", "#f6d5b8", "#7a3b00"),
    "nsl-vault": ("vault", "#cfe8d2", "#14532d"),
    "nsl-runner": ("runner", "#cfdff5", "#1e3a70"),
    "nsl": ("nsl", "#e4dcf1", "#46307a"),
}
INK = "#1f2733"
SOFT = "#5b6675"
LINE = "#8793a3"


def is_side(app):
    return app in SIDES


def reduce_edges(edges):
    """Leaves out an edge that follows from a longer way; what stays says the same with less ink."""
    below = {}
    for a, b in edges:
        below.setdefault(a, set()).add(b)

    def reaches(a, b, skip):
        seen, queue = set(), [n for n in below.get(a, ()) if n != skip]
        while queue:
            n = queue.pop()
            if n == b:
                return True
            if n not in seen:
                seen.add(n)
                queue += below.get(n, ())
        return False

    return sorted((a, b) for a, b in edges if not reaches(a, b, b))


class Node:
    def __init__(self, name, floor, width, height, wire=False):
        self.name, self.floor, self.width, self.height, self.wire = name, floor, width, height, wire
        self.x = 0.0


def spread(row, wanted, low, high):
    """Places the nodes of a row near their wanted centres, in order, without overlap."""
    for node, x in zip(row, wanted):
        node.x = x
    for _ in range(60):
        for a, b in zip(row, row[1:]):
            gap = (a.width + b.width) / 2 + (GAP if not (a.wire or b.wire) else WIRE)
            over = gap - (b.x - a.x)
            if over > 0:
                a.x -= over / 2
                b.x += over / 2
        for node in row:
            node.x = min(max(node.x, low + node.width / 2), high - node.width / 2)
    for a, b in zip(row, row[1:]):
        gap = (a.width + b.width) / 2 + (GAP if not (a.wire or b.wire) else WIRE)
        b.x = max(b.x, a.x + gap)


def layout(rows, links, width):
    """Rows from the top; wires are sorted between the boxes by where their ends lie."""
    neighbours = {}
    for a, b in links:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    low, high = LEFT, width - RIGHT
    for row in rows:
        total = sum(n.width for n in row) or 1
        at = low
        for n in row:
            part = n.width * (high - low) / total
            n.x = at + part / 2
            at += part

    def centre(n):
        near = [m.x for m in neighbours.get(n, [])]
        return sum(near) / len(near) if near else n.x

    for _ in range(12):
        for row in rows + rows[::-1]:
            boxes = [n for n in row if not n.wire]
            # Boxes keep the order of the plan; only wires look for the best gap.
            slots = {id(b): i for i, b in enumerate(boxes)}
            wires = sorted((n for n in row if n.wire), key=lambda n: (centre(n), n.name))
            merged = list(boxes)
            for w in wires:
                at = next((i for i, m in enumerate(merged)
                           if (m.x if not m.wire else centre(m)) > centre(w)), len(merged))
                merged.insert(at, w)
            assert [slots[id(n)] for n in merged if not n.wire] == sorted(slots.values())
            row[:] = merged
            spread(row, [centre(n) if n.wire else (centre(n) + n.x) / 2 for n in row], low, high)
    for row in rows:
        shift = (low + high) / 2 - (row[0].x - row[0].width / 2 + row[-1].x + row[-1].width / 2) / 2 \
            if row else 0
        room_left = row[0].x - row[0].width / 2 - low if row else 0
        room_right = high - row[-1].x - row[-1].width / 2 if row else 0
        for n in row:
            n.x += max(-room_left, min(room_right, shift)) * (0.5 if len(row) > 1 else 0)


def wrap(text, width, lines):
    """At most `lines` lines of about `width` characters; a cut ends with an ellipsis."""
    sentence = text.split(". ")[0].rstrip(".:")
    out, line = [], ""
    for word in sentence.split():
        if line and len(line) + 1 + len(word) > width:
            out.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    out.append(line)
    if len(out) > lines:
        out = out[:lines]
        out[-1] = out[-1][:width - 2].rsplit(" ", 1)[0].rstrip(",;:") + " …"
    return [l for l in out if l]


def box_of_room(node, room, y):
    x = node.x - node.width / 2
    out = [f'<rect x="{x:.1f}" y="{y:.1f}" width="{node.width}" height="{node.height}" rx="8" '
           f'fill="#ffffff" stroke="{LINE}" stroke-width="1.2"/>',
           f'<text x="{x + 12:.1f}" y="{y + 23:.1f}" class="room">{escape(room.name)}</text>']
    for i, line in enumerate(wrap(room.purpose, 31, 3)):
        out.append(f'<text x="{x + 12:.1f}" y="{y + 41 + 14 * i:.1f}" class="purpose">'
                   f'{escape(line)}</text>')
    at = x + 10
    for app, (short, fill, ink) in SIDES.items():
        if app in room.processes:
            width = 12 + 5.9 * len(short)
            out.append(f'<rect x="{at:.1f}" y="{y + node.height - 23:.1f}" width="{width:.1f}" '
                       f'height="16" rx="8" fill="{fill}"/>'
                       f'<text x="{at + width / 2:.1f}" y="{y + node.height - 11:.1f}" class="tag" '
                       f'fill="{ink}">{short}</text>')
            at += width + 4
    return out


def box_of_app(node, y):
    short, fill, ink = SIDES.get(node.name, ("", "#eceff3", INK))
    trust = {"nsl-host": "untrusted", "nsl-vault": "trusted, enclave A",
             "nsl-runner": "trusted, enclave B", "nsl": "the user's machine"}.get(node.name, "")
    x = node.x - node.width / 2
    return [f'<rect x="{x:.1f}" y="{y:.1f}" width="{node.width}" height="{node.height}" rx="8" '
            f'fill="{fill}" stroke="{ink}" stroke-opacity="0.35" stroke-width="1.2"/>',
            f'<text x="{node.x:.1f}" y="{y + 23:.1f}" class="room" text-anchor="middle" '
            f'fill="{ink}">{escape(node.name)}</text>',
            f'<text x="{node.x:.1f}" y="{y + 41:.1f}" class="purpose" text-anchor="middle">'
            f'{trust}</text>']


def ports(edges, at_start):
    """Spreads the ends of edges along a box's side, in the order of their other ends."""
    groups, result = {}, {}
    for edge in edges:
        groups.setdefault(edge[0 if at_start else 1], []).append(edge)
    for node, own in groups.items():
        own.sort(key=lambda e: e[1 if at_start else 0].x)
        usable = 0 if node.wire else min(node.width - 44, 24 * (len(own) - 1))
        for i, edge in enumerate(own):
            part = 0 if len(own) == 1 else i / (len(own) - 1) - 0.5
            result[edge] = node.x + usable * part
    return result


def draw(rooms, apps, floors):
    nodes, rows = {}, {}
    shown_apps = [a for a in ("nsl", "nsl-host", "nsl-vault", "nsl-runner") if a in apps]
    rows[5] = [Node(a, 5, 180, APP_HEIGHT) for a in shown_apps]
    for floor in (4, 3, 2, 1, 0):
        present = [r for r in floors[floor] if r in rooms]
        if not present:
            rows[floor] = []
            continue
        rows[floor] = [Node(r, floor, BOX_WIDTH, BOX_HEIGHT) for r in present]
    for row in rows.values():
        nodes.update({n.name: n for n in row})

    edges = set()
    for user in [*rooms.values(), *(apps[a] for a in shown_apps)]:
        for other in user.includes:
            if other in nodes and user.name in nodes:
                edges.add((user.name, other))
    kept = reduce_edges(edges)

    def only_interface(a, b):
        user = rooms.get(a) or apps.get(a)
        return all(h in rooms[b].interface for h in user.includes[b]) and b != "base"

    links, chains, sideways = [], [], []
    for a, b in kept:
        start, end = nodes[a], nodes[b]
        if start.floor == end.floor:
            sideways.append((start, end, only_interface(a, b)))
            continue
        chain = [start]
        for floor in range(start.floor - 1, end.floor, -1):
            if rows[floor]:
                wire = Node(f"{a}>{b}", floor, 4, BOX_HEIGHT, wire=True)
                rows[floor].append(wire)
                chain.append(wire)
        chain.append(end)
        chains.append((chain, only_interface(a, b)))
        links += list(zip(chain, chain[1:]))
    order = [rows[f] for f in (5, 4, 3, 2, 1, 0) if rows[f]]
    width = max([MIN_WIDTH] + [LEFT + RIGHT + 40 + sum(n.width + (WIRE if n.wire else GAP) for n in r)
                               for r in order])
    layout(order, links, width)

    y, tops, bands = TOP, {}, []
    for floor in (5, 4, 3, 2, 1, 0):
        if not rows[floor]:
            continue
        height = max(n.height for n in rows[floor] if not n.wire)
        tops[floor] = y + BAND_PAD
        bands.append((floor, y, height + 2 * BAND_PAD))
        y += height + 2 * BAND_PAD + CHANNEL
    height = y - CHANNEL + 76

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" '
           f'width="{width}" height="{height:.0f}" role="img" '
           'aria-label="Rooms and floors of the Neo Service Layer">',
           '<style>text{font-family:"DejaVu Sans","Segoe UI",Helvetica,Arial,sans-serif;'
           f'fill:{INK}}}.title{{font-size:24px;font-weight:bold}}.sub{{font-size:13px;fill:{SOFT}}}'
           '.room{font-size:14.5px;font-weight:bold}'
           f'.purpose{{font-size:10.6px;fill:{SOFT}}}'
           '.tag{font-size:10px;font-weight:bold;text-anchor:middle}'
           '.floor{font-size:26px;font-weight:bold;fill:#9aa5b4}'
           f'.what{{font-size:12.5px;fill:{SOFT}}}</style>',
           '<defs>'
           f'<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
           f'orient="auto"><path d="M0,0.6 L7.4,4 L0,7.4 Z" fill="{SOFT}"/></marker></defs>',
           f'<rect width="{width}" height="{height:.0f}" fill="#fbfcfd"/>',
           f'<text x="32" y="44" class="title">Neo Service Layer: rooms and floors</text>',
           '<text x="32" y="68" class="sub">An arrow means "includes". Arrows point downwards; those '
           'that follow from others are left out. Drawn from the sources by ./x docs.</text>']
    for floor, top, size in bands:
        number, what = NAMES[floor]
        out.append(f'<rect x="16" y="{top:.1f}" width="{width - 32}" height="{size}" rx="12" '
                   f'fill="{"#f1f4f8" if floor % 2 else "#f5f2ec"}"/>')
        out.append(f'<text x="34" y="{top + size / 2 + 2:.1f}" class="floor">{number}</text>'
                   f'<text x="34" y="{top + size / 2 + 22:.1f}" class="what">{what}</text>')

    starts, ends = ports(links, True), ports(links, False)
    for chain, interface in chains:
        d = ""
        for a, b in zip(chain, chain[1:]):
            x1, x2 = starts[(a, b)], ends[(a, b)]
            y1 = tops[a.floor] + (BOX_HEIGHT if a.wire else a.height)
            y2 = tops[b.floor]
            if not d:
                d = f"M{x1:.1f},{y1:.1f}"
            else:
                d += f" L{x1:.1f},{y1:.1f}"
            bend = (y2 - y1) * 0.5
            d += f" C{x1:.1f},{y1 + bend:.1f} {x2:.1f},{y2 - bend:.1f} {x2:.1f},{y2 - 1:.1f}"
        dash = ' stroke-dasharray="5 3"' if interface else ""
        out.append(f'<path d="{d}" fill="none" stroke="{SOFT}" stroke-width="1.3" '
                   f'stroke-opacity="0.8"{dash} marker-end="url(#a)"/>')
    for number, (a, b, interface) in enumerate(sideways):
        out += sideways_path(a, b, interface, tops[a.floor], rows[a.floor], number)
    for floor, row in rows.items():
        for node in row:
            if node.wire:
                continue
            out += box_of_app(node, tops[floor]) if floor == 5 else \
                box_of_room(node, rooms[node.name], tops[floor])
    out += legend(height - 44)
    return "\n".join(out) + "\n</svg>\n"


def sideways_path(a, b, interface, top, row, number):
    dash = ' stroke-dasharray="5 3"' if interface else ""
    style = (f'fill="none" stroke="{SOFT}" stroke-width="1.3"{dash} marker-end="url(#a)"')
    between = [n for n in row if min(a.x, b.x) < n.x < max(a.x, b.x)]
    to_right = b.x > a.x
    x1 = a.x + a.width / 2 * (1 if to_right else -1)
    x2 = b.x - b.width / 2 * (1 if to_right else -1)
    if not [n for n in between if not n.wire]:
        y = top + 20
        return [f'<path d="M{x1:.1f},{y:.1f} L{x2 - (1 if to_right else -1):.1f},{y:.1f}" {style}/>']
    depth = BOX_HEIGHT + 9 + 4 * (number % 2)
    x1, x2 = a.x + (34 if to_right else -34), b.x - (34 if to_right else -34)
    y = top + BOX_HEIGHT
    return [f'<path d="M{x1:.1f},{y:.1f} Q{x1:.1f},{top + depth:.1f} '
            f'{x1 + (14 if to_right else -14):.1f},{top + depth:.1f} '
            f'L{x2 - (14 if to_right else -14):.1f},{top + depth:.1f} '
            f'Q{x2:.1f},{top + depth:.1f} {x2:.1f},{y + 1:.1f}" {style}/>']


def legend(y):
    out = [f'<text x="32" y="{y + 12:.1f}" class="what">linked into:</text>']
    x = 118.0
    texts = {"host": "nsl-host, untrusted", "vault": "nsl-vault, enclave A",
             "runner": "nsl-runner, enclave B", "nsl": "nsl, command line"}
    for short, fill, ink in SIDES.values():
        width = 12 + 5.9 * len(short)
        out.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="16" rx="8" '
                   f'fill="{fill}"/><text x="{x + width / 2:.1f}" y="{y + 12:.1f}" class="tag" '
                   f'fill="{ink}">{short}</text>'
                   f'<text x="{x + width + 8:.1f}" y="{y + 12:.1f}" class="what">{texts[short]}</text>')
        x += width + 34 + 6.9 * len(texts[short])
    for dash, text in (("", "uses"), (' stroke-dasharray="5 3"', "uses the interface only")):
        out.append(f'<path d="M{x:.1f},{y + 8:.1f} h34" fill="none" stroke="{SOFT}" '
                   f'stroke-width="1.3"{dash} marker-end="url(#a)"/>'
                   f'<text x="{x + 42:.1f}" y="{y + 12:.1f}" class="what">{text}</text>')
        x += 64 + 7 * len(text)
    return out
