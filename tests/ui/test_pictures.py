"""The pictures of the documentation can be drawn again, and show only the screen."""

from pathlib import Path
from xml.etree import ElementTree

from tests.pictures.__main__ import FOLDER, PICTURES, drawn


def texts(svg: str) -> str:
    tree = ElementTree.fromstring(svg)  # noqa: S314 - drawn by this program
    nodes = tree.iter("{http://www.w3.org/2000/svg}text")
    return "".join(node.text or "" for node in nodes).replace("\N{NO-BREAK SPACE}", " ")


def test_a_picture_shows_a_list_of_made_up_news(tmp_path: Path) -> None:
    shown = texts(drawn(PICTURES["narrow"]._replace(articles=60), tmp_path / "narrow"))
    assert "60 unread · 60 articles" in shown
    assert "positive" in shown


def test_no_documentation_picture_loads_anything() -> None:
    names = {path.stem for path in FOLDER.iterdir()}
    assert names == PICTURES.keys()
    for path in FOLDER.iterdir():
        assert "url(http" not in path.read_text("utf-8")
