"""The targets of fuzzing: one function each, which takes bytes and asserts what must hold.

A law that does not hold raises AssertionError. How the bytes are made up is the engine's task.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from xml.parsers import expat

from markdown_it import MarkdownIt

from reader.formats import NotAnArticle, read_article, write_article
from reader.formats.archive.blocks import find_block
from reader.formats.archive.front_matter import FrontMatter
from reader.formats.html.conversion import plain, to_markdown, visible_words
from reader.formats.html.tags import is_html
from reader.formats.html.titles import to_line
from reader.formats.opml import NotOpml, read_opml, write_opml
from reader.query.language import Field, Query, parse, parse_typed
from reader.subscriptions import is_web
from reader.text import clean, clean_line, decode, display_name, one_line, without_blank_lines
from reader.web.addresses import web_address

Target = Callable[[bytes], None]

_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_TAG_CHARACTERS = range(0xE0000, 0xE0080)
_MARKDOWN = MarkdownIt("commonmark", {"maxNesting": 500}).enable(["table", "strikethrough"])
_NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


def unsafe(text: str) -> list[str]:
    """Return the characters that no text may contain after the first gate."""
    return [
        f"U+{ord(char):04X}"
        for char in text
        if (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t")
        or ord(char) in _BIDI
        or ord(char) in _TAG_CHARACTERS
        or ord(char) & 0xFFFE == 0xFFFE
        or 0xFDD0 <= ord(char) <= 0xFDEF
    ]


def assert_clean(text: str) -> None:
    assert not unsafe(text), unsafe(text)[:5]
    assert unicodedata.is_normalized("NFC", text), "not NFC"


def assert_in_order(words: Iterable[str], text: str, what: str) -> None:
    at = 0
    for word in words:
        found = text.find(word, at)
        assert found >= 0, f"{word} is {'out of order' if word in text else 'missing'} in {what}"
        at = found + len(word)


def clean_target(data: bytes) -> None:
    """`clean` is idempotent and leaves no control, bidi override, surrogate or non-character."""
    for text in (decode(data)[0], data.decode("utf-8", "surrogateescape"), data.decode("latin-1")):
        cleaned = clean(text)
        assert_clean(cleaned)
        assert clean(cleaned) == cleaned, "not idempotent"
        assert len(cleaned) <= 3 * len(text), "grows"
        line = clean_line(text)
        assert one_line(line) == line
        assert clean_line(line) == line, "a line is not idempotent"
        assert "\n" not in line
        assert "\t" not in line
        name = display_name(text)
        assert_clean(name)
        assert display_name(name) == name, "a displayed name is not idempotent"
    assert_clean(display_name(data))


def query_target(data: bytes) -> None:
    """Any text is a query, and its text form parses to the same query, which asks for no more."""
    text = data.decode("utf-8", "surrogateescape")
    query = parse(text)
    normal = str(query)
    assert not unsafe(normal), unsafe(normal)[:5]
    again = parse(normal)
    assert again == query, f"{normal!r} parses to {again.terms!r}"
    assert not again.hints, again.hints
    assert str(again) == normal
    assert len(normal) <= 8 * len(text) + 8
    query.period(_NOW)
    for typed in (parse_typed(text, lambda *_: True), parse_typed(text, lambda *_: False)):
        assert parse(str(typed)) == typed
    for term in query.terms:
        dropped = query.without(term)
        assert term not in dropped.terms
        assert query.with_term(term) == query
    assert Query(query.terms) == query
    if query.terms:
        assert query.drop_last().terms == query.terms[:-1]
    for tag in query.included(Field.TAG):
        assert query.tag_state(tag) is True


LAST_WORDS = "The last words of the body stay."


def front_matter_target(data: bytes) -> None:
    """A file is read whatever its front matter is: no text of the body is lost, and what is
    written is read again."""
    text = clean(decode(data)[0])
    _read(text)
    below = f"---\n{text}\n---\n\n{LAST_WORDS}\n"
    for whole in (below, below.replace("---", "+++"), f"{text}\n\n{LAST_WORDS}\n"):
        handler = FrontMatter()
        with suppress(NotAnArticle):
            _, body = handler.read(whole)
            if LAST_WORDS not in text:
                assert body.endswith(LAST_WORDS) or handler.problems, "the body is lost"
    with suppress(NotAnArticle):
        _write_and_read(read_article(data, origin="2026/03/a.en.md", modified=_NOW))


def _read(text: str) -> None:
    handler = FrontMatter()
    try:
        fields, body = handler.read(text)
        block = find_block(text)
    except NotAnArticle:
        return
    assert without_blank_lines(text).endswith(body), "the body is not the end of the file"
    if block is None:
        assert body == without_blank_lines(text)
    if not fields and not handler.problems:
        # Of what is dropped without a word, none says anything.
        dropped = without_blank_lines(text).removesuffix(body)
        said = [line for line in dropped.split("\n") if not re.match(r"\s*(#|$)", line)]
        rules = r"[-+;.]{3}\s*(?:yaml|yml|toml|json)?\s*|[\s{}]*|\s*(?:null|~)\s*"
        assert all(re.fullmatch(rules, line, re.I) for line in said), f"{said[:3]!r} is lost"


def _write_and_read(article: object) -> None:
    from reader.article import Article

    assert isinstance(article, Article)
    for said in (article.title, article.description, article.body, *article.tags):
        assert_clean(said)
    if any("broken" in flag or "no closing" in flag for flag in article.flags):
        return  # an unreadable part may be read differently on its own
    written = write_article(article)
    again = read_article(written.encode(), origin=article.origin, modified=_NOW)
    assert replace(again, flags=()) == replace(article, flags=()), "not read as it was written"


_ELEMENTS = (
    *("p", "div", "span", "b", "i", "em", "strong", "a", "h2", "h4", "ul", "ol", "li", "dl", "dt"),
    *("dd", "blockquote", "pre", "code", "figure", "figcaption", "section", "table", "tr", "td"),
    *("th", "tbody", "caption", "center", "font", "s", "u", "q", "mark", "small", "details"),
    *("summary", "cite", "kbd", "article", "header", "x-y"),
)
_PIECES = (
    *(f"<{name}>" for name in _ELEMENTS),
    *(f"</{name}>" for name in _ELEMENTS),
    *("<br>", "<hr>", "<img src='/p.png'>", "<img src=/q.png alt='a ] b'>", "<!-- c -->", "<p/>"),
    *("<a href='/x'>", "<ol start=7>", "<li value=9>", "<td colspan=2>", "<td rowspan=2>"),
    *("<p align='left'>", "<svg/>", "<video src='/v.mp4'></video>", "<iframe src='/f'></iframe>"),
    *("<p title='>'>", "&nbsp;", "&amp;", "&lt;", " ", "\n", "\n\n", "    ", "*", "_"),
    *("`", "#", "- ", "1. ", "|", "[", "]", "(", ")", "\\", "~~", ">", "!", "+ ", "=", "\t", "."),
    *("]]>", "'", '"', "http://e.example/a_b*c"),
)
_TABLES = re.compile("<(?:table|caption|t[drh]|tbody)")


def _word(number: int) -> str:
    """A word that no other one holds, and that no piece of markup has."""
    return "k" + "".join("abcdefghij"[int(digit)] for digit in str(number)) + "z"


def _html_of(data: bytes) -> tuple[str, list[str]]:
    """HTML that shows all its words in any browser, and those words."""
    pieces: list[str] = []
    words: list[str] = []
    for byte in data[:400]:
        if byte >= len(_PIECES):
            words.append(_word(len(words)))
            pieces.append(words[-1] + (" " if byte % 2 else ""))
        else:
            pieces.append(_PIECES[byte])
    return "".join(pieces), words


def html_target(data: bytes) -> None:
    """The writer never fails, writes no more than is bounded, and loses no word that is shown."""
    _any_html(decode(data)[0])
    _shown_html(*_html_of(data))


def _any_html(html: str) -> None:
    for base in ("", "https://news.example/a/b"):
        made = to_markdown(html, base)
        assert_clean(made.markdown)
        assert clean(made.markdown) == made.markdown, "Markdown is not clean"
        assert len(made.markdown) <= 6 * len(html) + 4000, "grows"
        assert not made.image or is_web(made.image), made.image
    assert_clean(to_line(html))
    plain(made.markdown)
    visible_words(html)


def _shown_html(html: str, words: list[str]) -> None:
    markdown = to_markdown(f"<p>{html}").markdown
    shown, is_raw = _rendered(markdown)
    assert not is_raw, "HTML is left in Markdown"
    if _TABLES.search(html):  # text between cells is before its table, as in browsers
        for word in words:
            assert word in shown, f"{word} is missing in what is shown"
        return
    assert_in_order(words, shown, "what is shown")
    assert_in_order(words, plain(markdown), "plain text")
    if is_html(html):
        assert_in_order(words, to_line(html), "the title")


def _rendered(markdown: str) -> tuple[str, bool]:
    """The text that a parser of Markdown shows, and whether it took any of it for HTML."""
    shown, is_raw = [], False
    for token in _MARKDOWN.parse(markdown):
        for each in token.children or [token]:
            is_raw |= each.type.startswith("html")
            shown.append("" if each.type == "image" else each.content)
    return "".join(shown), is_raw


def opml_target(data: bytes) -> None:
    """Every outline with an address is read or named, in XML and in what only looks like it."""
    _any_opml(data)
    _outlines(data)


def _any_opml(data: bytes) -> None:
    refused: list[object] = []
    try:
        found = read_opml(data, refused.append)
    except NotOpml as error:
        assert_clean(str(error))
        return
    for each in found:
        assert_clean(each.name)
        assert each.name == one_line(each.name)
        assert each.name
    assert len({each.url for each in found}) == len(found)
    assert len({each.name.casefold() for each in found}) == len(found)
    kept = [each for each in found if is_web(each.url)]
    assert [each.url for each in read_opml(write_opml(found).encode())] == [
        each.url for each in kept
    ], "not read as it was written"
    expected = _addresses(data)
    named = {_squeezed(each.url) for each in found}
    missing = {url for url in expected if _squeezed(web_address(url)) not in named}
    assert len(missing) <= len(refused), f"{sorted(missing)[:3]} neither read nor named"


def _squeezed(url: str) -> str:
    """Without white space, which XML changes within attributes."""
    return "".join(url.split()).replace("%20", "")


def _addresses(data: bytes) -> set[str]:
    """Addresses of outlines as a strict parser of XML finds them, none where it is not XML."""
    found: set[str] = set()

    def start(name: str, attributes: dict[str, str]) -> None:
        url = attributes.get("xmlUrl", "").strip()
        if name == "outline" and url and len(url) < 1000:
            found.add(f"https:{url}" if url.startswith("//") else url)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        return set()
    return found


_CLUTTER = (
    *("\n", " ", "&", "&amp;", '"', "'", "<!-- c -->", "</outline>", "<outline text='folder'>"),
    *("<body>", "</body>", "<head>", "\x0b", "\x00", "é", "]]>", "<!DOCTYPE opml>", "/>", ">", "="),
    *("text", "<outline/>", "<x:outline a='b'/>", "<title>", "</title>", "<opml version='1.0'>"),
    *('<outline text="unclosed', "<outline text=", "<outline xmlUrl='"),
)


def _outlines(data: bytes) -> None:
    """Outlines that are written as they should be, and anything between them."""
    pieces, urls = ["<opml><body>\n"], []
    for number, byte in enumerate(data[:300]):
        if byte < len(_CLUTTER):
            pieces.append(_CLUTTER[byte])
            continue
        urls.append(f"https://e.example/{number}")
        end = "/>" if byte % 2 else "></outline>"
        pieces.append(f'<outline text="Source {number}" xmlUrl="{urls[-1]}"{end}')
    refused: list[object] = []
    try:
        found = read_opml("".join(pieces).encode(), refused.append)
    except NotOpml as error:
        if urls and "nested" not in str(error):
            raise AssertionError(f"{len(urls)} outlines are refused: {error}") from error
        return
    named = {each.url for each in found}
    missing = [url for url in urls if url not in named]
    assert len(missing) <= len(refused), f"{missing[:3]} neither read nor named"


TARGETS: dict[str, Target] = {
    "clean": clean_target,
    "query": query_target,
    "front-matter": front_matter_target,
    "html": html_target,
    "opml": opml_target,
}
