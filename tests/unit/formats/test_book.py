"""Books: one HTML page, or an EPUB 3, of texts that may be hostile."""

import re
import zipfile
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.archive.exporting import ExportError, export
from reader.article import Article, Cover, Sentiment
from reader.formats.book import book as books
from reader.formats.book.book import Book, bound
from reader.formats.book.epub import files
from reader.formats.book.markup import body_markup
from reader.formats.book.page import page
from tests.builders import NOW, article

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
ALLOWED = {
    *("html", "head", "meta", "title", "style", "link", "body", "nav", "section", "article"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "span", "a", "ol", "ul", "li", "pre", "code"),
    *("em", "strong", "s", "blockquote", "hr", "br", "table", "thead", "tbody", "tr", "th", "td"),
}
HOSTILE = """\
<script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick="x">bold</b>

[a](javascript:alert(1)) [b](data:text/html,x) [c](//evil.example/) [d](https://ok.example/?a=1&b="2")
[bank.example](https://evil.example/login) <https://auto.example/> ![chart](https://pic.example/a.png)
[![inner](https://pic.example/b.png)](https://ok.example/x) ![](ftp://pic.example/x)

# One

## Two & &lt;three&gt; &#x1b;[2J &#x202e; &#12; \x0c

| a | b |
|---|:-:|
| `<i>` | ~~x~~ |

```html onmouseover="x"
</code></pre><script>
```

</article></section><style>*{}</style>
"""
NEWS = [
    article(1, title='ETF <b>opens</b> & "rises" [/foo]', sentiment=Sentiment.POSITIVE),
    article(2, body=HOSTILE, lang="uk", category="ETH", url="javascript:x"),
    article(3, description="In short", url="https://news.example/a?b=1&c=2"),
    article(4, category="A&B</li>", cover=Cover(regular="https://pic.example/c.png")),
]


def parsed(markup: str | bytes) -> ElementTree.Element:
    return ElementTree.fromstring(markup)  # noqa: S314 - made by what is tested


class Elements(HTMLParser):
    """The elements of a page, as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(markup: str) -> None:
    """Nothing runs, nothing is loaded, and links lead to the web or to the book itself."""
    for tag, attributes in Elements(markup).found:
        assert tag in ALLOWED, tag
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("src", "srcset", "data", "action")
            if name == "href":
                assert re.match(
                    r"https?://[^/]|#article-\d|#contents|article-\d{4}\.xhtml|style\.css",
                    value or "",
                )
            if name == "style":
                assert re.fullmatch(r"text-align:(left|right|center)", value or "")
    assert "@import" not in markup
    assert "url(" not in markup


def test_a_page_has_its_contents_by_category_and_every_article() -> None:
    text = page(bound(NEWS, "tag:xrp & more"))
    assert_harmless(text)
    assert "<title>tag:xrp &amp; more</title>" in text
    assert "4 articles, 2026-03-14" in text
    headings = re.findall(r"<h2>(.*?)</h2>", text)
    assert headings == ["Contents", "BTC", "A&amp;B&lt;/li&gt;", "ETH"]
    assert text.count('<li><a href="#article-') == text.count("<article ") == 4
    assert (
        '<a href="#article-0">ETF &lt;b&gt;opens&lt;/b&gt; &amp; &quot;rises&quot; [/foo]</a>'
        in text
    )
    assert "▲ positive" in text
    assert "Content-Security-Policy" in text
    assert '<a href="https://news.example/a?b=1&amp;c=2">original</a>' in text
    assert '<a href="https://pic.example/c.png">cover image</a>' in text


def test_hostile_markdown_becomes_harmless_text() -> None:
    markup = body_markup(HOSTILE, 2)
    assert_harmless(markup)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in markup
    assert ">a</a>" not in markup
    assert ">b</a>" not in markup
    assert '<a href="https://evil.example/login">bank.example (evil.example)</a>' in markup
    assert '<a href="https://pic.example/a.png">[chart]</a>' in markup
    assert '<a href="https://ok.example/x">[inner]</a>' in markup
    assert "[picture]" in markup
    assert "<h3>One</h3>" in markup
    assert "<h4>Two" in markup
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", markup)


MARKDOWN = st.lists(
    st.sampled_from(
        [
            *"<>&\"'[]()!*_`#|-\\\n\x0c\u202e\ufffe ",
            "](",
            "https://x.example/",
            "&#x0;",
            "<!--",
            "]]>",
        ]
    )
    | st.text(max_size=4)
).map("".join)


@given(MARKDOWN)
@example("<?x ]]> <![CDATA[ &nbsp; &#xd800; &#11; &bogus;")
@example("![a](https://x.example/ 't\"<')")
@example('[a]: https://x.example/ "<b>"\n\n[a] ![a]')
def test_any_text_becomes_well_formed_and_harmless_xhtml(text: str) -> None:
    markup = body_markup(text, 1)
    parsed(f"<body>{markup}</body>")
    assert_harmless(markup)


@pytest.mark.parametrize(
    "text", ["[" * 200_000, "> " * 100_000 + "a", "*a _b " * 60_000, "x" * 10**6]
)
def test_a_text_that_would_take_long_is_shown_as_it_was_written(text: str) -> None:
    assert body_markup(text, 1).startswith(("<pre>", "<blockquote>", "<p>"))


def in_epub(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_epub_has_what_the_standard_asks_for(tmp_path: Path) -> None:
    to = tmp_path / "weekend.epub"
    assert str(export(NEWS, to, lambda _: None, "after:2d")) == "4 written, 0 refused"
    first = to.read_bytes()
    assert first[30:58] == b"mimetypeapplication/epub+zip"  # stored, without extra fields
    inside = in_epub(to)
    container = parsed(inside["META-INF/container.xml"])
    (root,) = container.iter("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    assert root.get("full-path") == "EPUB/package.opf"
    package = parsed(inside["EPUB/package.opf"])
    assert package.get("version") == "3.0"
    identifier = package.find(f".//{DC}identifier[@id='{package.get('unique-identifier')}']")
    assert identifier is not None
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", identifier.text or "")
    assert package.findtext(f".//{DC}title") == "cryptoread: after:2d"
    assert package.findtext(f".//{DC}language") == "en"
    (modified,) = package.iter(f"{OPF}meta")
    assert modified.get("property") == "dcterms:modified"
    assert modified.text == f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    items = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    named = {f"EPUB/{item.get('href')}" for item in items.values()}
    assert named == inside.keys() - {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    spine = [each.get("idref") for each in package.iter(f"{OPF}itemref")]
    assert spine == ["nav", "a0", "a1", "a2", "a3"]
    assert [item.get("properties") for item in items.values()].count("nav") == 1


def test_every_document_of_an_epub_is_well_formed_and_harmless(tmp_path: Path) -> None:
    export(NEWS, tmp_path / "a.epub", lambda _: None)
    inside = in_epub(tmp_path / "a.epub")
    documents = {name: text for name, text in inside.items() if name.endswith(".xhtml")}
    assert len(documents) == 5
    for text in documents.values():
        root = parsed(text)
        assert root.tag == f"{XHTML}html"
        assert_harmless(text.decode())
    nav = parsed(documents["EPUB/nav.xhtml"])
    links = [a.get("href") for a in nav.iter(f"{XHTML}a")]
    assert links == [f"article-{n:04}.xhtml" for n in range(4)]
    assert all(f"EPUB/{name}" in documents for name in links)
    assert b'xml:lang="uk"' in documents["EPUB/article-0003.xhtml"]


def test_the_same_articles_give_the_same_book(tmp_path: Path) -> None:
    for name in ("a.epub", "b.epub", "a.html", "b.html"):
        export(NEWS, tmp_path / name, lambda _: None, "x")
    assert (tmp_path / "a.epub").read_bytes() == (tmp_path / "b.epub").read_bytes()
    assert (tmp_path / "a.html").read_text("utf-8") == (tmp_path / "b.html").read_text("utf-8")


def test_a_book_of_no_article_is_a_book() -> None:
    empty: Book = bound([], "cryptoread")
    assert_harmless(page(empty))
    assert "0 articles" in page(empty)
    for name, text in files(empty):
        assert "<ol>\n</ol>" not in text
        if name != "mimetype" and not name.endswith(".css"):
            parsed(text)


def test_what_is_not_the_name_of_a_language_is_not_written_as_one() -> None:
    book = bound([article(1, lang='x" y="z'), article(2, lang='x" y="z'), article(3)], "x")
    text = page(book) + "".join(text for _, text in files(book))
    assert 'lang="und"' in text
    assert "<dc:language>und</dc:language>" in text
    assert " y=" not in text


def test_a_book_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MOST_ARTICLES", 3)

    def endless() -> "list[Article]":
        return [article(n) for n in range(1, 10)]

    with pytest.raises(ExportError, match="at most 3 articles; narrow the query"):
        export(endless(), tmp_path / "x.html", lambda _: None)
    assert list(tmp_path.iterdir()) == []
