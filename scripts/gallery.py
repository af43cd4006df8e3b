#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gallery.py FOLDER [LESSON]...: prints the figures of the lessons (all of them by default) and
whether they match, and writes FOLDER/index.html, a page of every lesson's pictures, figures and
source. FOLDER/LESSON/ holds what scripts/curriculum left: figures.tsv, the pictures, output.txt and
the exit status. Exits with 1 when a figure differs or a lesson failed."""
import html
import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "examples" / "curriculum"
FIELDS = ("kind", "name", "expected", "obtained", "ok")


class Lesson:
    def __init__(self, folder):
        self.folder = folder
        self.name = folder.name
        self.source = (SOURCES / f"{self.name}.c").read_text(encoding="utf-8")
        begin = re.search(r'lesson_begin\(\s*argc,\s*argv,\s*"([^"]*)",\s*"([^"]*)"', self.source)
        self.number, self.title = begin.groups() if begin else (self.name.split("_")[0], self.name)
        self.output = self.read("output.txt")
        self.status = self.read("status").strip()
        lines = [line.split("\t") for line in self.read("figures.tsv").splitlines()[1:]]
        self.rows = [dict(zip(FIELDS, line)) for line in lines if len(line) == len(FIELDS)]

    def read(self, name):
        path = self.folder / name
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def kinds(self, *kinds):
        return [row for row in self.rows if row["kind"] in kinds]

    def judged(self):
        return self.kinds("exact", "band", "true")

    def differing(self):
        return sum(row["ok"] != "yes" for row in self.judged())

    def good(self):
        return self.status == "0" and not self.differing()

    def verdict(self):
        if not self.good() and not self.differing():
            return "failed with status " + (self.status or "unknown")
        count = len(self.judged())
        return f"{count - self.differing()} of {count} figures match"

    def introduction(self):
        """The paragraphs of the comment that opens the source."""
        comment = re.search(r"^/\*(?! SPDX)(.*?)\*/", self.source, re.M | re.S)
        text = re.sub(r"\n \* ?", "\n", comment.group(1)) if comment else ""
        return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


# --- the table on the terminal --------------------------------------------------------------------


def print_table(lessons):
    rows = [("row", "figure", "expected", "obtained", "")]
    for lesson in lessons:
        for row in lesson.kinds("exact", "band", "true", "report"):
            ok = {"yes": "ok", "no": "DIFFERS"}.get(row["ok"], "")
            rows.append((lesson.number, row["name"], row["expected"], row["obtained"], ok))
        if not lesson.good() and not lesson.differing():
            rows.append((lesson.number, lesson.name, "", lesson.verdict(), "DIFFERS"))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, (*widths, 0))).rstrip())


# --- the page -------------------------------------------------------------------------------------

STYLE = """
:root { color-scheme: light dark; --text: #1d1d1f; --page: #fff; --faint: #65656b;
  --line: #d9d9de; --box: #f5f5f7; --good: #1a7f37; --bad: #c62828; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6e9; --page: #161618; --faint: #a0a0a8;
  --line: #3a3a3f; --box: #222226; --good: #57c878; --bad: #ff7b72; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--page);
  color: var(--text); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--link); }
h1 { margin: .5rem 0; font-size: 1.7rem; line-height: 1.25; }
h2 { margin: 0 0 .25rem; padding-top: 2rem; border-top: 1px solid var(--line);
  font-size: 1.35rem; line-height: 1.3; }
section { margin-top: 2.5rem; }
section > p, header > p { max-width: 44rem; }
nav ol { columns: 22rem; padding: 0; list-style: none; }
nav li { break-inside: avoid; padding: .15rem 0 .15rem 2.6rem; text-indent: -2.6rem; }
nav li span:first-child { display: inline-block; width: 2.6rem; text-indent: 0;
  color: var(--faint); }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
.small { color: var(--faint); font-size: .875rem; }
figure { margin: 1rem 0; }
figure > div { max-height: 92vh; overflow: auto; border: 1px solid var(--line);
  border-radius: 8px; background: #fff; }
figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figcaption { color: var(--faint); font-size: .875rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem 1rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
td:nth-child(2), td:nth-child(3) { overflow-wrap: anywhere; }
th { color: var(--faint); font-weight: 500; }
details { margin: .75rem 0; }
summary { cursor: pointer; color: var(--link); }
pre { margin: .5rem 0; padding: .75rem 1rem; overflow-x: auto; border-radius: 8px;
  background: var(--box); font: .8125rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace;
  tab-size: 4; }
@media (max-width: 40rem) { th, td { padding-right: .6rem; } table { font-size: .8125rem; } }
"""


def escape(text):
    return html.escape(text, quote=True)


def natural_width(path):
    """In CSS pixels; None when the picture does not say."""
    if path.suffix != ".svg":
        return None
    head = path.read_text(encoding="utf-8", errors="replace")[:4000]
    found = re.search(r'<svg[^>]*?\bwidth="([\d.]+)(pt|px)?"', head)
    return float(found[1]) * (4 / 3 if found[2] == "pt" else 1) if found else None


def picture(lesson, name):
    path = lesson.folder / name
    width = natural_width(path)
    # on a narrow screen a wide picture is scrolled, not shrunk until nobody can read it
    style = f' style="width:{width:.0f}px;min-width:{0.55 * width:.0f}px"' if width else ""
    beside = [path.with_suffix(suffix) for suffix in (".txt", ".dot")]
    links = [f'<a href="{escape(f"{lesson.name}/{p.name}")}">{what}</a>'
             for p, what in zip(beside, ("numbers", "graph as dot")) if p.is_file()]
    place = escape(f"{lesson.name}/{name}")
    label = escape(f"{lesson.title}: {path.stem.split('-', 1)[-1].replace('_', ' ')}")
    caption = " · ".join([f'<a href="{place}">alone</a>', *links])
    return (f'<figure><div><img loading="lazy" src="{place}" alt="{label}"{style}></div>'
            f"<figcaption>{label} ({caption})</figcaption></figure>")


def figure_table(lesson):
    marks = {"yes": '<td class="good">✓</td>', "no": '<td class="bad">differs</td>'}
    lines = ["<tr>" + "".join(f"<td>{escape(row[key])}</td>" for key in FIELDS[1:4])
             + marks.get(row["ok"], "<td></td>") + "</tr>"
             for row in lesson.kinds("exact", "band", "true", "report")]
    if not lines:
        return ""
    return ('<div class="wide"><table><tr><th>figure</th><th>expected</th><th>obtained</th>'
            "<th></th></tr>" + "\n".join(lines) + "</table></div>")


def section(lesson):
    pictures = [row["name"] for row in lesson.kinds("picture")]
    is_open = "" if pictures and lesson.good() else " open"
    tone = "good" if lesson.good() else "bad"
    return "\n".join([
        f'<section id="{escape(lesson.name)}">',
        f"<h2>{escape(lesson.number)}. {escape(lesson.title)}</h2>",
        f'<p class="small"><span class="{tone}">{escape(lesson.verdict())}</span> · '
        f"examples/curriculum/{escape(lesson.name)}.c</p>",
        *(f"<p>{escape(text)}</p>" for text in lesson.introduction()),
        *(picture(lesson, name) for name in pictures if (lesson.folder / name).is_file()),
        *(f'<p>{escape(row["name"])}</p>' for row in lesson.kinds("note")),
        figure_table(lesson),
        f"<details><summary>The program</summary><pre>{escape(lesson.source)}</pre></details>",
        f"<details{is_open}><summary>What it prints</summary><pre>{escape(lesson.output)}</pre>"
        "</details>",
        "</section>"])


def page(lessons):
    good = sum(lesson.good() for lesson in lessons)
    figures = sum(len(lesson.judged()) for lesson in lessons)
    entries = "\n".join(
        f'<li><span>{escape(lesson.number)}</span><a href="#{escape(lesson.name)}">'
        f"{escape(lesson.title)}</a>&nbsp;"
        + ('<span class="good">✓</span>' if lesson.good() else '<span class="bad">differs</span>')
        + "</li>" for lesson in lessons)
    pictures = any(lesson.kinds("picture") for lesson in lessons)
    hint = "" if pictures else "<p>For the pictures install gnuplot (package gnuplot-nox).</p>"
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>Bibun: the curriculum</title>\n<style>{STYLE}</style></head>\n<body>\n"
            "<header><h1>Bibun: the curriculum</h1>\n"
            "<p>Neural networks from one neuron on, a short program an idea. Each says what to "
            "look at, draws it, and compares its figures with what they must be. "
            f"{good} of {len(lessons)} lessons agree, with {figures} figures.</p>\n{hint}"
            f"<nav><ol>\n{entries}\n</ol></nav></header>\n<main>\n"
            + "\n".join(map(section, lessons)) + "\n</main>\n</body></html>\n")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    lessons = [Lesson(path) for path in sorted(folder.iterdir())
               if path.is_dir() and (SOURCES / f"{path.name}.c").is_file()]
    run = [lesson for lesson in lessons if not sys.argv[2:] or lesson.name in sys.argv[2:]]
    (folder / "index.html").write_text(page(lessons), encoding="utf-8")
    print_table(run)
    bad = [lesson.number for lesson in run if not lesson.good()]
    count = sum(len(lesson.judged()) for lesson in run)
    print(f"\n{len(run)} lessons, {count} figures: "
          + ("all match" if not bad else "differs in " + ", ".join(bad)))
    print(f"gallery {folder / 'index.html'}")
    sys.exit(1 if bad or not run else 0)


if __name__ == "__main__":
    main()
