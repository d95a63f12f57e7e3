"""A plot of CPU per GB by size as an SVG, readable on light and on dark ground."""
import math
from xml.sax.saxutils import escape

from .loads import bytes_of

PANEL_WIDTH, PANEL_HEIGHT = 430, 330
LEFT, TOP, GAP, BOTTOM = 64, 70, 76, 96
# By contender: what it is called, its colour on light and on dark ground, and its dashes.
STYLES = {
    "sluice": ("Sluice", "#0b62c4", "#6cb2ff", ""),
    "sluice-copy": ("Sluice, copying", "#0b62c4", "#6cb2ff", "5 4"),
    "haproxy-splice": ("HAProxy, splicing", "#b34700", "#ff9d5c", ""),
    "haproxy": ("HAProxy", "#b34700", "#ff9d5c", "5 4"),
    "nginx-tuned": ("nginx, tuned", "#2c7a3f", "#7ed492", ""),
    "nginx": ("nginx", "#2c7a3f", "#7ed492", "5 4"),
}
OTHER = ("#777", "#aaa", "2 3")


def svg(kept):
    """The whole picture: one panel for each way in {way: {size: {contender: figures}}}."""
    ways = [way for way in ("downloads", "uploads") if kept.get(way)]
    names = sorted({name for way in ways for by_name in kept[way].values() for name in by_name if name != "direct"},
                   key=lambda name: (list(STYLES).index(name) if name in STYLES else len(STYLES), name))
    width = LEFT + len(ways) * PANEL_WIDTH + (len(ways) - 1) * GAP + 24
    height = TOP + PANEL_HEIGHT + BOTTOM
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
             'role="img" aria-label="CPU seconds of the proxy per GB, by size of the body">',
             _styles(names), f'<rect class="ground" width="{width}" height="{height}"/>']
    for i, way in enumerate(ways):
        parts += _panel(LEFT + i * (PANEL_WIDTH + GAP), way, kept[way], names)
    parts += _legend(names, TOP + PANEL_HEIGHT + 48, width)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _style(name):
    return STYLES.get(name) or (name, *OTHER)


def _styles(names):
    def rules(dark):
        ground, ink, faint = ("#14171c", "#e6e6e6", "#3a3f47") if dark else ("#ffffff", "#1c1c1c", "#dcdcdc")
        lines = [f".ground{{fill:{ground}}}", f"text{{fill:{ink}}}", f".grid{{stroke:{faint}}}"]
        for i, name in enumerate(names):
            colour = _style(name)[2 if dark else 1]
            lines.append(f".c{i}{{stroke:{colour}}} .d{i}{{fill:{colour}}}")
        return " ".join(lines)
    return ("<style>text{font:12px system-ui,sans-serif} .title{font-size:14px;font-weight:600} "
            "polyline{fill:none;stroke-width:2.2} " + rules(False)
            + " @media (prefers-color-scheme: dark){" + rules(True) + "}</style>")


def _panel(left, way, by_size, names):
    sizes = sorted(by_size, key=bytes_of)
    values = {name: [by_size[size].get(name, {}).get("seconds_per_gb") for size in sizes] for name in names}
    known = [value for row in values.values() for value in row if value]
    low = math.floor(math.log10(min(known)) * 4) / 4
    high = math.ceil(math.log10(max(known)) * 4) / 4

    def x(index):
        return left + PANEL_WIDTH * (index + 0.5) / len(sizes)

    def y(value):
        return TOP + PANEL_HEIGHT * (high - math.log10(value)) / max(0.25, high - low)
    parts = [f'<text class="title" x="{left}" y="{TOP - 38}">{way.capitalize()}</text>',
             f'<text x="{left}" y="{TOP - 18}">CPU seconds of the proxy per GB (logarithmic; less is better)</text>']
    for value in (mantissa * 10.0 ** power for power in range(-3, 3) for mantissa in (1, 2, 5)):
        if low <= math.log10(value) <= high:
            parts.append(f'<line class="grid" x1="{left}" x2="{left + PANEL_WIDTH}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
            parts.append(f'<text x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for index, size in enumerate(sizes):
        parts.append(f'<text x="{x(index):.1f}" y="{TOP + PANEL_HEIGHT + 20}" text-anchor="middle">'
                     f'{size.replace("k", " KiB").replace("m", " MiB")}</text>')
    for i, name in reversed(list(enumerate(names))):
        points = [(x(index), y(value)) for index, value in enumerate(values[name]) if value]
        line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        parts.append(f'<polyline class="c{i}" points="{line}"{_dashed(_style(name)[3])}><title>{escape(_style(name)[0])}</title></polyline>')
        parts += [f'<circle class="d{i}" cx="{px:.1f}" cy="{py:.1f}" r="3"/>' for px, py in points]
    return parts


def _legend(names, top, width):
    parts, left = [], LEFT
    for i, name in enumerate(names):
        called, *_, dashes = _style(name)
        if left + 40 + 7 * len(called) > width:
            left, top = LEFT, top + 20
        parts.append(f'<line class="c{i}" x1="{left}" x2="{left + 26}" y1="{top}" y2="{top}" stroke-width="2.2"'
                     f'{_dashed(dashes)}/>')
        parts.append(f'<text x="{left + 32}" y="{top + 4}">{escape(called)}</text>')
        left += 50 + 7 * len(called)
    return parts


def _dashed(dashes):
    return f' stroke-dasharray="{dashes}"' if dashes else ""
