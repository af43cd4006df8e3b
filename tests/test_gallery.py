#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test_gallery.py BUILD: every row of the curriculum has a lesson that is built and tested, and the
gallery tells good figures from bad ones and shows what it was given."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
LESSONS = ROOT / "examples" / "curriculum"
ROWS = range(1, 23)
HEAD = "kind\tname\texpected\tobtained\tok\n"


class Rows(unittest.TestCase):
    def setUp(self):
        self.sources = {path.stem: path.read_text(encoding="utf-8")
                        for path in LESSONS.glob("[0-9]*.c")}

    def test_every_row_has_a_lesson(self):
        rows = {int(re.match(r"\d+", name)[0]) for name in self.sources}
        self.assertEqual(sorted(set(ROWS) - rows), [])

    def test_every_lesson_is_built(self):
        text = (LESSONS / "meson.build").read_text(encoding="utf-8")
        built = re.findall(r"'(\d[^']*)'", re.search(r"lessons = \[(.*?)\]", text, re.S)[1])
        self.assertEqual(sorted(built), sorted(self.sources))

    def test_every_lesson_has_its_number_and_a_head(self):
        for name, source in self.sources.items():
            with self.subTest(name):
                begin = re.search(r'lesson_begin\(\s*argc, argv, "([^"]*)", "[^"]+"', source)
                self.assertIsNotNone(begin)
                self.assertEqual(begin[1], name.split("_")[0])
                self.assertRegex(source, r"\A/\* SPDX-License-Identifier: MIT \*/\n/\* \w")


class OnMnist(unittest.TestCase):
    """The script that runs a lesson on MNIST where it is, on a made-up folder."""

    def run_script(self, folder, *arguments):
        return subprocess.run([LESSONS / "on-mnist", "/no/such/folder", "echo", *arguments],
                              env={"BIBUN_MNIST": folder} if folder else {}, capture_output=True,
                              text=True, check=False)

    def test_skipped_without_files(self):
        for folder, named in (("", "/no/such/folder"), ("/neither", "/neither")):
            run = self.run_script(folder)
            self.assertEqual((run.returncode, run.stdout),
                             (77, f"skipped: no MNIST in {named}\n"))

    def test_runs_with_files(self):
        with tempfile.TemporaryDirectory() as parent:
            folder = pathlib.Path(parent) / "mnist"
            folder.mkdir()
            for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz",
                         "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"):
                (folder / name).touch()
            run = self.run_script(str(folder), "--quick")
            self.assertEqual((run.returncode, run.stdout), (0, f"--mnist {folder} --quick\n"))
            run = self.run_script(str(folder), "--weights", "@w.npz")
            self.assertEqual((run.returncode, run.stdout),
                             (77, f"skipped: no trained weights: {parent}/w.npz\n"))


class Gallery(unittest.TestCase):
    """On a made-up folder of lesson 04."""

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)

    def make(self, figures, status="0", pictures=()):
        lesson = self.folder / "04_softmax"
        lesson.mkdir()
        (lesson / "figures.tsv").write_text(HEAD + figures)
        (lesson / "status").write_text(status + "\n")
        (lesson / "output.txt").write_text("a < b\n")
        for name in pictures:
            (lesson / name).write_text('<svg width="560" height="420"></svg>')
        run = subprocess.run([sys.executable, ROOT / "scripts" / "gallery.py", self.folder],
                             capture_output=True, text=True, check=False)
        return run, (self.folder / "index.html").read_text(encoding="utf-8")

    def test_all_match(self):
        run, page = self.make("exact\ty<1>\t1\t1\tyes\npicture\t04-y.svg\t\t\t\n"
                              "note\ta & b\t\t\t\nreport\tspeed\t\t3 m/s\t\n",
                              pictures=["04-y.svg"])
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("1 lessons, 1 figures: all match", run.stdout)
        self.assertRegex(run.stdout, r"04 +y<1> +1 +1 +ok\n04 +speed +3 m/s\n")
        self.assertIn('src="04_softmax/04-y.svg"', page)
        for text in ("y&lt;1&gt;", "a &amp; b", "a &lt; b", "#include &quot;lesson.h&quot;"):
            self.assertIn(text, page)

    def test_a_figure_differs(self):
        run, page = self.make("exact\ty\t1\t2\tno\n", status="1")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stdout, r"04 +y +1 +2 +DIFFERS\n")
        self.assertIn("differs in 04", run.stdout)
        self.assertIn("0 of 1 figures match", page)

    def test_a_lesson_fails(self):
        run, page = self.make("exact\ty\t1\t1\tyes\n", status="139")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stdout, r"04_softmax +failed with status 139 +DIFFERS\n")
        self.assertIn("failed with status 139", page)

    def test_no_picture_program(self):
        _, page = self.make("exact\ty\t1\t1\tyes\n")
        self.assertIn("install gnuplot", page)
        self.assertIn("<details open><summary>What it prints", page)


class Script(unittest.TestCase):
    def run_script(self, *arguments):
        return subprocess.run([ROOT / "scripts" / "curriculum", *arguments], capture_output=True,
                              text=True, check=False)

    def test_runs_lessons(self):
        with tempfile.TemporaryDirectory() as folder:
            run = self.run_script("-C", BUILD, "--quick", "--out", folder, "03", "04_softmax")
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            self.assertRegex(run.stdout, r"03 +y1 +0\.3168270764110298 +0\.31682707\d* +ok\n")
            page = (pathlib.Path(folder) / "index.html").read_text(encoding="utf-8")
            self.assertEqual(len(re.findall("<section", page)), 2)

    def test_bad_options(self):
        for arguments, text in ((["--mnits"], 'unknown option "--mnits"; --help lists them'),
                                (["--out"], "--out needs a value"),
                                (["99"], 'there is no lesson "99"')):
            with self.subTest(text):
                run = self.run_script(*arguments)
                self.assertEqual((run.returncode, run.stderr),
                                 (2, f"scripts/curriculum: {text}\n"))


BUILD = sys.argv.pop(1) if len(sys.argv) > 1 else ROOT / "build"
if __name__ == "__main__":
    unittest.main()
