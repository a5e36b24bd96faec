"""The main text of a web page, as Markdown: without menus, notices, and the like.

trafilatura, an optional extra that is loaded only here, finds it. What it finds is read from the
page itself, as the HTML of a feed.
"""

import re
from importlib.util import find_spec

from reader.errors import CryptoreadError
from reader.formats.html.addresses import web_address
from reader.formats.html.conversion import plain, to_markdown
from reader.formats.html.paragraphs import in_paragraphs
from reader.formats.html.source import MAX_PAGE, mended
from reader.formats.html.tags import is_html
from reader.i18n import _

EXTRA = 'pip install "cryptoread[fulltext]"'  # not shown: a command

_SHORTEST = 200
"""Characters below which a text is a notice rather than an article."""

_MOST_TAGS = 60_000
"""Maximum elements of a page: finding the text takes quadratic time."""

_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\r"})
_CONTROL_REFERENCES = re.compile(
    rb"&#(?:0*(?:[0-8]|1[1245-9]|2\d|3[01]|127)|[xX]0*(?:[0-8bBcCeEfF]|1[\da-fA-F]|7[fF]))\b;?"
)
"""Characters for which lxml refuses the whole page."""


class NoFullText(CryptoreadError):
    """A page has no text."""


class ExtraMissing(CryptoreadError):
    """The optional package is not installed."""

    def __init__(self) -> None:
        super().__init__(_("full texts need an extra: {command}").format(command=EXTRA))


def require() -> None:
    """Raise ExtraMissing if trafilatura is not installed."""
    if find_spec("trafilatura") is None:
        raise ExtraMissing


def main_text(page: bytes, url: str, title: str = "") -> str:
    """Return the text of the article on a page, cleaned Markdown, without its title.

    Raises NoFullText, ExtraMissing.
    """
    require()
    if page.count(b"<") > _MOST_TAGS:
        raise NoFullText(_("the page holds more markup than any article needs"))
    decoded = _decoded(page)
    if not is_html(decoded):
        raise NoFullText(_("no article was found on the page"))
    found = _read(decoded, url)
    text = in_paragraphs(_without_title(found, title))
    if len(text) < _SHORTEST:
        raise NoFullText(_("no article was found on the page"))
    return text


def _read(page: str, url: str) -> str:
    """Return Markdown of the article's blocks; if these are unclear, of trafilatura's HTML."""
    source = mended(page, MAX_PAGE)
    if source is None:
        return to_markdown(_extracted(page, url), url).markdown
    from reader.formats.html.full_text_blocks import NumberedPage

    numbered = NumberedPage(source)
    base = web_address(numbered.base, url) or url
    found = _extracted(numbered.marked(), url)
    return to_markdown(numbered.cut_out(found), base).markdown


def _decoded(page: bytes) -> str:
    from trafilatura.utils import decode_file

    if not page.startswith(_BYTE_ORDER_MARKS):
        page = _CONTROL_REFERENCES.sub(b"", page.translate(None, _CONTROLS))
    try:
        return str(decode_file(page))
    except Exception as error:  # trafilatura does not document what a hostile page may raise
        raise NoFullText(_("the page cannot be read")) from error


def _extracted(page: str, url: str) -> str:
    """Return HTML of the main text, empty if there is none."""
    try:
        from trafilatura import extract as main_html

        found = main_html(
            page,
            url=url,
            output_format="html",
            include_comments=False,
            include_formatting=True,
            include_images=True,
            include_links=True,
            include_tables=True,
        )
    except Exception as error:  # as above
        raise NoFullText(_("the page cannot be read")) from error
    return found or ""


def _without_title(markdown: str, title: str) -> str:
    """Return the text without the title at its beginning, which is shown above it."""
    first, _space, rest = markdown.partition("\n")
    if first.startswith("#") and _words(plain(first.lstrip("# "))) == _words(title):
        return rest.lstrip("\n")
    return markdown


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
