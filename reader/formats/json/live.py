"""JSON of live sources: one document, whose items may be broken one by one."""

import json
import re
from collections.abc import Collection, Mapping, Sequence

from reader.article import Article
from reader.formats.archive.article_file import MAX_ARTICLE_BYTES, TOO_LARGE
from reader.formats.archive.schema import article_of
from reader.formats.errors import NotAnArticle
from reader.formats.flags import Flag, in_words
from reader.formats.json.articles import cleaned
from reader.formats.json.rescued import Lost, Rescue
from reader.formats.page import Incomplete, NotAPage
from reader.i18n import _
from reader.text import clean_line, decode, without_blank_lines

TITLE_STANDS_IN = Flag.WORDS_STAND_IN.of()
"""Flag of an article whose title is the beginning of its text."""

_UNTITLED = "Untitled"
_TITLE_LENGTH = 80
_SHORT_LINE = 20
_LOOKED_THROUGH = 2_000
_MAX_DIGITS = 64
_MAX_TOKEN = 20
_TOKEN = re.compile(rf"[A-Za-z0-9_\-]{{{_MAX_TOKEN},}}")
_NAMES = re.compile(r"[|,/:;\\]+")
_FIRST_CATEGORIES = ("BTC", "ETH", "SOL", "MARKET", "TRADING")
_NO_CATEGORIES = frozenset(("SPONSORED", "CRYPTOCURRENCY", ""))


class _Broken:
    """Takes the place of a number that JSON does not have, so that only its item is refused."""


_BROKEN = _Broken()


def document(data: bytes, *, items: str, marks: Collection[str]) -> object:
    """Return the value of the JSON, not cleaned. Raises NotAPage, and nothing else.

    If some items are broken, each is replaced by `Lost`. items: the member that is the array of
    items, unless the document is one. marks: names that every item has.
    """
    text, _rest = decode(data)
    start = text.lstrip()[:1]
    if not start:
        raise NotAPage(_("the answer is empty"))
    if start == "<":
        raise NotAPage(_("the answer is a web page where JSON should be"))
    try:
        return _DECODER.decode(text)
    except (RecursionError, ValueError) as error:
        if (found := Rescue(text, _DECODER, marks).document(items)) is not None:
            return found
        raise _not_a_page(text, error) from error


def _not_a_page(text: str, error: Exception) -> NotAPage:
    if isinstance(error, json.JSONDecodeError):
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            return Incomplete(_("the answer ends in the middle: it is incomplete"))
        return NotAPage(
            _("the answer is not JSON at character {number}: {reason}").format(
                number=error.pos + 1, reason=in_words(error.msg)
            )
        )
    return NotAPage(_("the answer is JSON that is nested too deep"))


def object_of(item: object, names: Sequence[str]) -> dict[str, object]:
    """Return those fields of an item, cleaned, without absent ones. Raises NotAnArticle."""
    if isinstance(item, Lost):
        raise NotAnArticle(item.reason)
    if not isinstance(item, Mapping):
        raise NotAnArticle(_("is not a JSON object"))
    wanted = {name: item[name] for name in names if item.get(name) is not None}
    _refuse_broken(wanted, 1)
    return cleaned(wanted)


def built(fields: Mapping[str, object], body: str, origin: str, flags: list[str]) -> Article:
    """Return the article of cleaned fields with the archive's names. Raises NotAnArticle."""
    body = without_blank_lines(body)
    if len(body) > MAX_ARTICLE_BYTES // 4:
        raise NotAnArticle(TOO_LARGE)
    known = {name: value for name, value in fields.items() if value not in (None, "", [])}
    if not known.get("title"):
        known["title"] = _stand_in(known, body)
        flags = [*flags, TITLE_STANDS_IN]
    return article_of(known, body, origin, flags)


def _stand_in(fields: Mapping[str, object], body: str) -> str:
    """Return the first words of an item without title, else its address. Raises NotAnArticle."""
    for text in (body, fields.get("description")):
        if isinstance(text, str) and (line := _first_lines(text)):
            return first_words(line)
    address = fields.get("canonicalUrl")
    if isinstance(address, str):
        return first_words(address.partition("://")[2])
    if body:
        return _UNTITLED  # only pictures
    raise NotAnArticle(_("has neither title, text nor link"))


def _first_lines(markdown: str) -> str:
    """Return the words of the first line, and of the next ones if it has only a few."""
    from reader.formats.html.conversion import plain

    found = ""
    for line in markdown[:_LOOKED_THROUGH].split("\n"):
        found = f"{found} {plain(line)}".strip()
        if len(found) >= _SHORT_LINE:
            break
    return found


def first_words(text: str, most: int = _TITLE_LENGTH) -> str:
    """Return as many whole words as fit into that many characters, then `…`."""
    if len(text) <= most:
        return text
    cut = text[:most]
    return f"{cut.rpartition(' ')[0] or cut}…"


def category_and_tags(named: object, keywords: object) -> tuple[str, list[str]]:
    """Return category and tags of a service's categories and keywords (separated by `|`).

    The category is the first one that the archive has, else the first that is specific. Tags are
    names, categories and keywords.
    """
    found = [each for each in named if isinstance(each, Mapping)] if isinstance(named, list) else []
    categories = [_upper(each.get("CATEGORY") or each.get("NAME")) for each in found]
    tags = [tag_of(str(each.get(key) or "")) for key in ("NAME", "CATEGORY") for each in found]
    if isinstance(keywords, str):
        tags += [tag_of(word) for word in keywords.split("|")]
    category = next((name for name in _FIRST_CATEGORIES if name in categories), "")
    if not category:
        category = next((name for name in categories if name not in _NO_CATEGORIES), "")
    return category, list(dict.fromkeys(tag for tag in tags if tag))


def tag_of(text: str) -> str:
    """Return a tag in the archive's style: upper case, without the query's signs."""
    return " ".join(_NAMES.sub("-", text.upper()).strip("- ").split())[:80]


def told(message: object) -> str:
    """Return a service's message for an error, without anything that may be a key."""
    text = clean_line(message) if isinstance(message, str) else ""
    return _TOKEN.sub("…", text)[:200].rstrip(". ")


def _upper(name: object) -> str:
    return name.upper().strip() if isinstance(name, str) else ""


def _refuse_broken(value: object, depth: int) -> None:
    if isinstance(value, _Broken):
        raise NotAnArticle(_("holds a number that JSON does not have"))
    if depth > 64:
        raise NotAnArticle(_("is nested too deep"))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        _refuse_broken(each, depth + 1)


def _integer(digits: str) -> object:
    return int(digits) if len(digits) <= _MAX_DIGITS else _BROKEN


def _decimal(digits: str) -> object:
    number = float(digits)
    return number if abs(number) != float("inf") else _BROKEN


def _constant(_name: str) -> object:
    return _BROKEN


_DECODER = json.JSONDecoder(
    strict=False, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
)
