"""What is printed: tables for the terminal or in Markdown, and bars that hold or don't."""
import os
import platform
import re
import subprocess
import sys
import time


class Bar:
    """One thing that must hold: what, the figure, and whether it does; None = couldn't be judged in this run."""

    def __init__(self, what, figure, holds):
        self.what = what
        self.figure = figure
        self.holds = holds

    def line(self):
        word = "not judged" if self.holds is None else "PASS" if self.holds else "FAIL"
        return f"{word}: {self.what}: {self.figure}"


def at_most(what, figure, limit, unit):
    """A bar that holds if the figure isn't above the limit; a figure of None is not judged."""
    if figure is None:
        return Bar(f"{what} ≤ {limit:g}{unit}", "a figure is missing in this run", None)
    return Bar(f"{what} ≤ {limit:g}{unit}", f"{figure:.2f}{unit}", figure <= limit)


def at_least(what, figure, limit, unit):
    """A bar that holds if the figure isn't below the limit; a figure of None is not judged."""
    if figure is None:
        return Bar(f"{what} ≥ {limit:g}{unit}", "a figure is missing in this run", None)
    return Bar(f"{what} ≥ {limit:g}{unit}", f"{figure:.2f}{unit}", figure >= limit)


class Section:
    """The outcome of one measurement: a title, tables, a note, bars."""

    def __init__(self, title, note):
        self.title = title
        self.note = note
        self.headers = []
        self.rows = []
        self.bars = []

    def print(self, markdown):
        print(f"\n## {self.title}\n\n{self.note}\n" if markdown else f"\n{self.title}\n{self.note}\n")
        print((_markdown if markdown else _plain)(self.headers, self.rows))
        print()
        for bar in self.bars:
            print(f"- {bar.line()}" if markdown else bar.line())
        sys.stdout.flush()

    @property
    def failed(self):
        return any(bar.holds is False for bar in self.bars)


class Sections:
    """Several outcomes, one after the other."""

    def __init__(self, sections):
        self.sections = sections

    def print(self, markdown):
        for section in self.sections:
            section.print(markdown)

    @property
    def failed(self):
        return any(section.failed for section in self.sections)


def ratio(figure, other):
    """One figure by another, or None if either is missing or nothing."""
    return figure / other if figure and other else None


def shown(figure, digits=2):
    """A figure for a table; a dash for none."""
    return "–" if figure is None else f"{figure:.{digits}f}"


def say(text):
    """Progress, on standard error so that standard output holds the tables only."""
    print(text, file=sys.stderr, flush=True)


def circumstances(bench_cores, busy):
    """One paragraph: when, where, which versions, and how busy the machine was before."""
    versions = ", ".join(found for found in (
        _first(["haproxy", "-v"], r"HAProxy version (\S+?)[-\s]", "HAProxy "),
        _first(["nginx", "-v"], r"nginx/(\S+)", "nginx "),
        _first(["wrk", "-v"], r"wrk (\S+)", "wrk "),
        _first(["h2load", "--version"], r"nghttp2/(\S+)", "h2load "),
        _first(["openssl", "version"], r"OpenSSL (\S+)", "OpenSSL "),
        _first(["git", "-C", os.path.dirname(__file__), "describe", "--always", "--dirty"], r"(\S+)", "Sluice at ")
    ) if found)
    model = re.search(r"model name\s*:\s*(.+)", open("/proc/cpuinfo").read())
    load_core, proxy_core = bench_cores
    text = (f"{time.strftime('%Y-%m-%d %H:%M')}, Linux {platform.release()}, {os.cpu_count()} cores"
            f"{' of ' + model[1] if model else ''}; load and backend on core {load_core}, proxy on core {proxy_core}; "
            f"{versions}.")
    if busy > 0.1:
        text += f" The machine was {busy:.0%} busy with something else before the start: don't trust these figures."
    return text


def _first(command, pattern, prefix):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(pattern, done.stdout + done.stderr)
    return prefix + found[1] if found else None


def _plain(headers, rows):
    widths = [max(len(row[i]) for row in [headers, *rows]) for i in range(len(headers))]
    def line(cells):
        # Names to the left, figures to the right.
        return "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                         for i, (cell, width) in enumerate(zip(cells, widths))).rstrip()
    return "\n".join([line(headers), line(["-" * width for width in widths]), *map(line, rows)])


def _markdown(headers, rows):
    lines = ["| " + " | ".join(headers) + " |", "|" + "|".join(["---"] + ["---:"] * (len(headers) - 1)) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
