"""Files that come with the program: styles and sample articles, in checkout and wheel."""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reader import __version__
from reader.article import Article, Sentiment
from reader.config.paths import resource
from reader.formats import read_article, write_article
from tests.examples import one_in

ROOT = Path(__file__).parents[2]
STYLES = sorted(path.name for path in (ROOT / "styles").iterdir())
SAMPLES = sorted((ROOT / "sample_articles").rglob("*.md"))


def run(*command: str, cwd: Path = ROOT, path: Path | None = None) -> str:
    """What the command prints on stdout. path: where Python looks for modules first."""
    env = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8"}
    ran = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=env | ({"PYTHONPATH": str(path)} if path else {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


# The wheel.


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for tool in ("build", "hatchling", "pip"):
        if importlib.util.find_spec(tool) is None:
            pytest.skip(f"{tool} is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    target = wheel.parent / "installed"
    run("-m", "pip", "install", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    return target


@pytest.mark.long
def test_the_wheel_holds_the_program_its_styles_and_its_samples(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert wheel.name == f"cryptoread-{__version__}-py3-none-any.whl"
    assert {f"reader/styles/{name}" for name in STYLES} <= names
    samples = {path.relative_to(ROOT).as_posix() for path in SAMPLES}
    assert {f"reader/{name}" for name in samples} <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    top = {name.partition("/")[0] for name in names}
    distribution = f"cryptoread-{__version__}"
    assert top == {"reader", f"{distribution}.dist-info", f"{distribution}.data"}
    assert not any("__pycache__" in name or name.endswith((".db", ".pyc")) for name in names)


@pytest.mark.long
def test_the_wheel_installs_the_manual_page(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        page = archive.read(f"cryptoread-{__version__}.data/data/share/man/man1/cryptoread.1")
    assert page == (ROOT / "man" / "cryptoread.1").read_bytes()


@pytest.mark.long
def test_the_installed_command_exists(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        points = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "cryptoread = reader." in archive.read(points).decode()


FIND = "from reader.config.paths import resource; print(resource('styles')); print(resource('{}'))"
START = """
import json
from reader.library import Library
from reader.query.language import Query
from reader.ui.app import CryptoreadApp

class Probe(CryptoreadApp):
    def on_mount(self):
        super().on_mount()
        self.call_after_refresh(self.exit)

from reader.config.settings import Settings
with Library.of_samples() as samples:
    app = Probe(samples, Settings(), Query())
    app.run(headless=True)
    assert app.crash is None, app.crash
    print(json.dumps([len(samples.find(Query())), [str(path) for path in app.css_path]]))
"""


@pytest.mark.long
def test_the_program_finds_its_folders_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    found = run("-c", FIND.format("sample_articles"), cwd=tmp_path, path=installed)
    assert found.splitlines() == [
        str(installed / "reader/styles"),
        str(installed / "reader/sample_articles"),
    ]


@pytest.mark.parametrize("place", one_in(2, ["checkout", "wheel"]))
def test_the_samples_open_on_the_screen(
    request: pytest.FixtureRequest, tmp_path: Path, place: str
) -> None:
    path = ROOT if place == "checkout" else request.getfixturevalue("installed")
    articles, sheets = json.loads(run("-c", START, cwd=tmp_path, path=path))
    assert articles >= 28
    assert all(Path(sheet).is_relative_to(path) for sheet in sheets)


def test_the_program_finds_its_folders_in_the_checkout() -> None:
    assert resource("styles") == ROOT / "styles"
    assert resource("sample_articles") == ROOT / "sample_articles"


def test_the_versions_agree() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert __version__ in changes


# The sample articles.


def sample(path: Path) -> Article:
    origin = path.relative_to(ROOT / "sample_articles").as_posix()
    return read_article(path.read_bytes(), origin=origin)


def samples(*langs: str) -> list[Article]:
    return [each for each in map(sample, SAMPLES) if not langs or each.lang in langs]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_needs_no_correction(path: Path) -> None:
    article = sample(path)
    assert article.flags == ()
    assert article.extra == {}
    assert article.lang == path.name.split(".")[-2]
    assert f"{article.published:%Y/%m}" == path.parent.relative_to(path.parents[2]).as_posix()
    assert article.external_id
    assert article.description
    assert read_article(write_article(article).encode(), origin=article.origin) == article


def test_every_story_is_there_in_english_and_in_ukrainian() -> None:
    english = {article.external_id: article for article in samples("en")}
    ukrainian = {article.external_id: article for article in samples("uk")}
    assert len(english) >= 14
    assert set(english) == set(ukrainian)
    for id, article in english.items():
        twin = ukrainian[id]
        assert (twin.category, twin.sentiment, twin.published) == (
            article.category,
            article.sentiment,
            article.published,
        )
        assert twin.title != article.title


def test_the_samples_show_what_there_is_to_see() -> None:
    english = samples("en")
    assert {article.sentiment for article in english} == set(Sentiment)
    assert len({article.category for article in english}) >= 10
    assert any(article.sticky_weight > 0 for article in english)
    assert any(article.draft for article in english)
    assert any(not article.cover for article in english)
    assert any(article.cover for article in english)
    assert any(article.ai and article.ai.translated_from for article in samples())
    assert Counter(tag for article in english for tag in article.tags).most_common(1)[0][1] > 2


@pytest.mark.parametrize(
    ("what", "sign"),
    [
        ("a table", "\n|---"),
        ("code", "\n```"),
        ("a quote", "\n> "),
        ("a nested list", "\n  - "),
        ("a link", "](https://"),
    ],
)
def test_the_samples_show_what_markdown_can_do(what: str, sign: str) -> None:
    for lang in ("en", "uk"):
        assert any(sign in article.body for article in samples(lang)), f"{what} in {lang}"


def test_all_addresses_of_the_samples_are_made_up() -> None:
    for article in samples():
        covers = [article.cover.best] if article.cover else []
        for url in [*covers, article.url]:
            host = urlsplit(url).hostname or ""
            assert not url or host.endswith((".example", "example.org", "example.com"))
