"""A book as the files of an EPUB 3, in the order in which they stand in it."""

from collections.abc import Iterator
from uuid import UUID

from reader.formats.book.book import STYLE, Book, article_markup, contents, contents_heading
from reader.formats.book.markup import escape, language

MIMETYPE = "application/epub+zip"
"""The first file, which is not compressed."""

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_CONTAINER = f"""{_DECLARATION}\
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf"
media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


def files(book: Book) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file."""
    yield "mimetype", MIMETYPE
    yield "META-INF/container.xml", _CONTAINER
    yield "EPUB/package.opf", _package(book)
    yield "EPUB/style.css", STYLE
    articles = book.articles
    places = {number: _name(number) for number, _article in enumerate(articles)}
    nav = (
        f'<nav id="contents" epub:type="toc">\n{contents_heading()}{contents(book, places)}</nav>\n'
    )
    heading = f'<h1>{escape(book.title)}</h1>\n<p class="facts">{escape(book.summary)}</p>\n'
    yield "EPUB/nav.xhtml", _document(book.title, book.lang, heading + nav)
    for number, article in enumerate(articles):
        text = _document(article.title, article.lang, article_markup(article, 1))
        yield f"EPUB/{places[number]}", text


def _name(number: int) -> str:
    return f"article-{number:04}.xhtml"


def _document(title: str, lang: str, body: str) -> str:
    return (
        f"{_DECLARATION}<!DOCTYPE html>\n"
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{language(lang)}" xml:lang="{language(lang)}">\n'
        f"<head>\n<title>{escape(title)}</title>\n"
        '<link rel="stylesheet" type="text/css" href="style.css"/>\n</head>\n'
        f"<body>\n{body}</body>\n</html>\n"
    )


def _package(book: Book) -> str:
    xhtml = 'media-type="application/xhtml+xml"'
    numbers = range(len(book.articles))
    items = [f'<item id="a{n}" href="{_name(n)}" {xhtml}/>' for n in numbers]
    spine = [f'<itemref idref="a{n}"/>' for n in numbers]
    return (
        f"{_DECLARATION}"
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        f'xml:lang="{language(book.lang)}">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="id">urn:uuid:{UUID(bytes=book.digest, version=4)}</dc:identifier>\n'
        f"<dc:title>{escape(book.title)}</dc:title>\n"
        f"<dc:language>{language(book.lang)}</dc:language>\n<dc:creator>cryptoread</dc:creator>\n"
        f'<meta property="dcterms:modified">{book.changed:%Y-%m-%dT%H:%M:%SZ}</meta>\n'
        "</metadata>\n<manifest>\n"
        f'<item id="nav" href="nav.xhtml" {xhtml} properties="nav"/>\n'
        '<item id="style" href="style.css" media-type="text/css"/>\n'
        + "\n".join(items)
        + '\n</manifest>\n<spine>\n<itemref idref="nav"/>\n'
        + "\n".join(spine)
        + "\n</spine>\n</package>\n"
    )
