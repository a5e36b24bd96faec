"""Files that come with the program: styles and sample articles, in checkout and wheel."""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from markdown_it import MarkdownIt

from reader import __version__
from reader.article import Article, Sentiment
from reader.config.paths import resource
from reader.formats import read_article, write_article
from tests.examples import one_in

ROOT = Path(__file__).parents[2]
STYLES = sorted(path.name for path in (ROOT / "styles").iterdir())
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})
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
from reader.samples import sample_library
from reader.query.language import Query
from reader.ui.app import CryptoreadApp

class Probe(CryptoreadApp):
    def on_mount(self):
        super().on_mount()
        self.call_after_refresh(self.exit)

from reader.config.settings import Settings
with sample_library() as samples:
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
    assert articles >= 90
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


def test_most_articles_are_there_in_english_and_in_ukrainian() -> None:
    english = {article.external_id: article for article in samples("en")}
    ukrainian = {article.external_id: article for article in samples("uk")}
    assert len(english) >= 40
    assert set(ukrainian) < set(english)
    assert len(ukrainian) >= 0.8 * len(english)
    for id, twin in ukrainian.items():
        article = english[id]
        assert (twin.source, twin.category, twin.tags, twin.sentiment, twin.published) == (
            article.source,
            article.category,
            article.tags,
            article.sentiment,
            article.published,
        )
        assert twin.title != article.title


def test_the_blocks_of_twins_are_of_the_same_kinds_in_the_same_order() -> None:
    english = {article.external_id: article for article in samples("en")}
    for twin in samples("uk"):
        assert kinds(twin) == kinds(english[twin.external_id]), twin.origin


def kinds(article: Article) -> list[str]:
    """Return the kind of each block, down to the items of a list and the rows of a table."""
    return [token.type for token in MARKDOWN.parse(article.body) if token.nesting > 0]


def test_the_samples_show_what_there_is_to_see() -> None:
    english = samples("en")
    assert {article.sentiment for article in english} == set(Sentiment)
    assert any(article.sentiment_is_estimated for article in english)
    assert len({article.source for article in english if article.source}) == 5
    assert sum(article.sticky_weight > 0 for article in english) == 1
    assert any(article.former_titles for article in english)
    assert any(article.draft for article in english)
    assert any(not article.cover for article in english)
    assert any(article.cover for article in english)
    assert any(article.ai and article.ai.translated_from for article in samples())


def test_no_category_of_the_samples_is_of_one_article() -> None:
    counts = Counter(article.category for article in samples("en") if not article.draft)
    assert len(counts) == 6
    assert min(counts.values()) >= 6


def test_the_tags_of_the_samples_are_worth_a_digit() -> None:
    english = samples("en")
    counts = Counter(tag for article in english for tag in article.tags)
    assert [article.origin for article in english if not 3 <= len(article.tags) <= 6] == []
    assert counts.most_common(9)[-1][1] >= 6
    assert counts.most_common(1)[0][1] < 0.6 * len(english)


def test_the_samples_span_a_fortnight_in_which_one_tag_turns() -> None:
    english = samples("en")
    last = max(article.published for article in english)
    assert last - min(article.published for article in english) < timedelta(days=14)
    shares = []
    for week in (True, False):
        rated = [
            article.sentiment is Sentiment.POSITIVE
            for article in english
            if "MARKET" in article.tags
            and article.sentiment in {Sentiment.POSITIVE, Sentiment.NEGATIVE}
            and (article.published < last - timedelta(days=7)) is week
        ]
        assert len(rated) >= 12
        shares.append(sum(rated) / len(rated))
    before, now = shares
    assert before > 0.9
    assert now < 0.15


@pytest.mark.parametrize(
    ("words", "sources", "is_split"),
    [
        (("Copperline", "$48 Million"), 3, False),
        (("Larkstead", "Spot Ether Fund"), 3, True),
        (("6,200 Bitcoin", "$390 Million"), 2, False),
        (("$620 Million", "$58,000"), 2, False),
    ],
)
def test_some_events_are_told_by_several_sources_within_hours(
    words: tuple[str, ...], sources: int, is_split: bool
) -> None:
    told = [each for each in samples("en") if all(word in each.title for word in words)]
    moments = [article.published for article in told]
    assert len({article.source for article in told}) == len(told) == sources
    assert max(moments) - min(moments) < timedelta(hours=6)
    assert (len({article.sentiment for article in told}) > 1) is is_split


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
