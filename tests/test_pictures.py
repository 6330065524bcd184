"""Pictures as files: whole, the same bytes anywhere, painted once; and nothing without resvg."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from struct import unpack_from

import builders
import pytest
import xss
from flow import Letter, QuickPainter, api, broken_links, make, page, tree
from lxml import etree

from digest import theme
from digest.cli import work
from digest.errors import TemplateError
from digest.models import Edition
from digest.pipeline.changes import Press
from digest.render import pictures, text, to_pictures
from digest.render.charts import card
from digest.render.pictures import Painter

TEMPLATES = theme.load(None, text.FILTERS)
PAINTER = Painter(theme.fonts(None))
SITE = replace(builders.SITE, has_pictures=True)
SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2026, 3, 12)


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and all samples of a PNG of 8-bit RGBA, read by its specification."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(png):
        (length,) = unpack_from(">L", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert unpack_from(">L", png, at + 8 + length) == (zlib.crc32(kind + body),)
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    assert kind == b"IEND"
    width, height, depth, colour, *rest = unpack_from(">LLBBBBB", png, 16)
    assert (depth, colour, rest) == (8, 6, [0, 0, 0])
    samples = zlib.decompress(packed)
    assert len(samples) == height * (1 + 4 * width)
    return width, height, samples


def card_of(edition: Edition, painter: Painter = PAINTER) -> to_pictures.Sketch:
    return to_pictures.card(edition, SITE, TEMPLATES, painter)


def texts(sketch: to_pictures.Sketch) -> list[str]:
    return ["".join(each.itertext()) for each in etree.fromstring(sketch.svg).iter(f"{SVG}text")]


def titled(*titles: str) -> Edition:
    entries = [
        replace(builders.entry(n), paper=builders.paper(n, title=title))
        for n, title in enumerate(titles, 1)
    ]
    return builders.edition(new=tuple(entries), trending=0, revised=0)


def test_a_card_is_a_whole_picture_of_the_size_that_is_told() -> None:
    rendered = card_of(builders.edition()).paint(PAINTER)
    assert rendered.path == "editions/2026-03-11/card.png"
    width, height, samples = pixels(rendered.content)
    assert (width, height) == (card.WIDTH, card.HEIGHT) == (1200, 630)
    assert len(set(samples)) > 50, "letters have soft edges"
    assert len(rendered.content) < 300_000


def test_each_trending_paper_has_a_sparkline_in_the_edition_s_folder() -> None:
    sketches = list(to_pictures.sparklines(builders.edition(2, 3, 1), TEMPLATES))
    assert [sketch.path for sketch in sketches] == [
        f"editions/2026-03-11/spark-2603-{n:05d}.png" for n in (3, 4, 5)
    ]
    for sketch in sketches:
        width, height, samples = pixels(sketch.paint(PAINTER).content)
        assert (width, height) == (560, 64), "twice as fine as it is shown"
        row = samples[1 : 1 + 4 * width]
        assert not any(row[:40]), "nothing stands behind it"


def test_what_is_on_a_card() -> None:
    edition = builders.edition(6, 2, 1)
    told = texts(card_of(edition))
    assert told[:3] == [
        "TRENDING PAPERS",
        "Wednesday 11 March 2026",
        "6 new, 2 trending again, 1 revised, from 2 listings",
    ]
    titles = " ".join(line for line in told[3:] if not line.isdigit())
    assert titles == " ".join(builders.title(n) for n in (1, 2, 3))
    assert [line for line in told if line.isdigit()] == ["1", "2", "3"]


def test_titles_no_font_can_write_are_passed_over_and_others_keep_their_words() -> None:
    told = texts(
        card_of(titled("大模型的推理", "العربية", "🦙 Llamas in $\\mathcal{O}(n)$", "Last"))
    )
    assert told[3:] == ["1", "Llamas in O(n)", "2", "Last"]
    assert texts(card_of(titled("日本語")))[3:] == []


@pytest.mark.parametrize("title", ["w" * 5000, "word " * 5000, "W" * 40 + " " + "i" * 400])
def test_no_title_runs_out_of_its_card(title: str) -> None:
    root = etree.fromstring(card_of(titled(title, title, title)).svg)
    for line in root.iter(f"{SVG}text"):
        x, y = float(line.get("x")), float(line.get("y"))
        size = 37 if line.get("class") == "title" else 62
        assert y <= 600
        assert line.get("class") != "title" or (
            x + PAINTER.lettering.width(line.text, size) <= card.WIDTH - 72
        )
    edge = pixels(card_of(titled(title)).paint(PAINTER).content)
    assert edge[0] == card.WIDTH


@pytest.mark.parametrize("hostile", xss.STRINGS)
def test_hostile_text_makes_no_element_in_a_picture(hostile: str) -> None:
    site = replace(SITE, title=hostile)
    sketch = to_pictures.card(titled(hostile), site, TEMPLATES, PAINTER)
    tags = {each.tag.removeprefix(SVG) for each in etree.fromstring(sketch.svg).iter()}
    assert tags <= {"svg", "style", "rect", "text", "g", "path"}


def test_the_same_picture_has_the_same_bytes_whatever_fonts_a_machine_has(tmp_path: Path) -> None:
    child = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from test_pictures import *\n"
        "sys.stdout.buffer.write(card_of(builders.edition()).paint(PAINTER).content)\n"
    )
    here = Path(__file__).resolve().parent
    (tmp_path / "fonts.conf").write_text("<fontconfig><dir>/nowhere</dir></fontconfig>")
    expected = card_of(builders.edition()).paint(PAINTER).content
    for seed, config in (("1", ""), ("2", str(tmp_path / "fonts.conf"))):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "HOME": str(tmp_path),
            "FONTCONFIG_FILE": config,
            "LC_ALL": "C",
        }
        command = [sys.executable, "-c", child, str(here), str(here.parent)]
        told = subprocess.run(command, env=environment, check=True, capture_output=True)
        assert told.stdout == expected


class Counting(QuickPainter):
    """Counts what it paints."""

    painted = 0

    def paint(self, svg: str, *, style: str | None = None, zoom: int = 1) -> bytes:
        self.painted += 1
        return super().paint(svg, style=style, zoom=zoom)


def test_a_picture_that_is_there_is_not_painted_again() -> None:
    painter = Counting(())
    sketch = card_of(builders.edition(), painter)
    first = sketch.paint(painter)
    assert (sketch.paint(painter, first.content), painter.painted) == (first, 1)
    for held in (
        None,
        b"",
        b"no picture",
        first.content[:-1],
        first.content[:60] + b"x" + first.content[61:],
        painter.paint(""),
    ):
        painter.painted = 0
        assert sketch.paint(painter, held) == first
        assert painter.painted == 1, held
    changed = replace(sketch, svg=sketch.svg.replace("#9a3412", "#000"))
    assert changed.paint(painter, first.content).content != first.content
    other = Counting((("a.ttf", b"another font"),))
    assert sketch.paint(other, first.content).content != first.content


def test_a_template_that_is_no_picture_is_told_as_that() -> None:
    with pytest.raises(TemplateError, match="cannot be painted") as caught:
        replace(card_of(builders.edition()), svg="<p>no picture").paint(PAINTER)
    assert caught.value.hint


# In the whole flow ---------------------------------------------------------------------------


class Slow(Letter):
    """A newsletter whose pictures are really painted, or not at all."""

    has_resvg = True

    @property
    def press(self) -> Press:
        press: Press = super().press
        if self.has_resvg:
            return replace(press, painter=PAINTER)
        site = replace(press.site, has_pictures=False)
        return replace(press, painter=None, site=site, fingerprint=f"{press.fingerprint}-")


def slow(root: Path) -> Slow:
    letter = make(root)
    letter.__class__ = Slow
    assert isinstance(letter, Slow)
    return letter


def pngs(letter: Letter) -> set[str]:
    return {path for path in tree(letter.folder) if path.endswith(".png")}


def test_publishing_gives_each_edition_its_pictures(tmp_path: Path) -> None:
    letter = slow(tmp_path)
    letter.run(_2026_03_11_json=api((1, 2)), _2026_03_12_json=api((1, 3), votes=50))
    assert pngs(letter) == {
        *(f"icon-{size}.png" for size in (180, 192, 512)),
        *(f"editions/{name}/card.png" for name in letter.editions()),
        "editions/2026-03-12/spark-2603.00001.png",
    }
    for path in pngs(letter):
        pixels((letter.folder / path).read_bytes())
    shown = (letter.folder / "editions/2026-03-12/index.html").read_text()
    assert "https://papers.example.org/editions/2026-03-12/card.png" in shown
    before = tree(letter.folder)
    assert work.publish(letter, everything=True) == ()
    assert work.publish(letter, everything=True, is_dry=True) == ()
    assert tree(letter.folder) == before
    assert broken_links(letter.folder) == []


def test_without_resvg_all_is_published_but_the_files(tmp_path: Path) -> None:
    letter = slow(tmp_path)
    letter.run(_2026_03_11_json=api((1, 2)), _2026_03_12_json=api((1, 3), votes=50))
    letter.has_resvg = False
    work.publish(letter, everything=False)
    assert pngs(letter) == set()
    shown = (letter.folder / "editions/2026-03-12/index.html").read_text()
    assert 'class="spark" role="img"' in shown
    assert "card.png" not in shown
    afresh = slow(tmp_path / "afresh")
    afresh.has_resvg = False
    afresh.run(_2026_03_11_json=api((1, 2)), _2026_03_12_json=api((1, 3), votes=50))
    assert tree(afresh.folder).keys() == tree(letter.folder).keys()


def test_a_picture_of_a_paper_that_trends_no_more_is_taken_away(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_03_11_json=api((1, 2)), _2026_03_12_json=api((1, 3), votes=50))
    spark = "editions/2026-03-12/spark-2603.00001.png"
    assert spark in pngs(letter)
    with letter.store.writing() as tx:
        tx.curate_hide("2026-03-12", "arxiv:2603.00001", on=True)
    (letter.folder / "editions/2026-03-12/mine.png").write_bytes(b"mine")
    assert spark in work.publish(letter, everything=False)
    assert spark not in pngs(letter)
    assert "editions/2026-03-12/mine.png" in pngs(letter)


def test_a_page_is_seen_with_its_pictures_and_never_without(tmp_path: Path) -> None:
    letter = make(tmp_path)
    pages = [*(f"editions/{name}/index.html" for name in ("2026-03-12", "2026-W11", "2026-03"))]
    seen: list[bool] = []

    class Watching(QuickPainter):
        def paint(self, svg: str, *, style: str | None = None, zoom: int = 1) -> bytes:
            seen.append(any(letter.output.held(page) for page in pages))
            return super().paint(svg, style=style, zoom=zoom)

    letter.__dict__["press"] = replace(letter.press, painter=Watching(()))
    letter.run(_2026_03_12_txt=page(TODAY, (1, 2)))
    assert seen
    assert not any(seen)
    for name in pages:
        assert b"card.png" in (letter.output.held(name) or b"")
        assert (letter.folder / name).with_name("card.png").is_file()


CHILD = """
import sys
sys.modules["resvg_py"] = None
from digest.cli import main
sys.argv = ["digest", "--dir", *sys.argv[1:]]
main()
"""


def in_a_python_without_resvg(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_works_without_resvg_and_doctor_says_so(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.drop("2026-03-11.json", api((1, 2)))
    told = in_a_python_without_resvg(tmp_path, "run")
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "output" / "index.html").is_file()
    assert not list((tmp_path / "output").rglob("*.png"))
    findings = json.loads(in_a_python_without_resvg(tmp_path, "doctor", "--json").stdout)
    (finding,) = (each for each in findings if each["about"] == "pictures")
    assert finding["well"]
    assert "pip install" in finding["seen"]


def test_what_paints_is_named_where_there_is_one() -> None:
    told: Callable[[], str | None] = pictures.version
    assert (told() or "").startswith("resvg_py ")
