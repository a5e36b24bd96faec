"""JSON as live sources give it: one document, whose items may be broken each for itself."""

import json
import re
from collections.abc import Mapping, Sequence

from reader.article import Article
from reader.formats.errors import NotAnArticle
from reader.formats.json_articles import cleaned
from reader.formats.markdown import MAX_ARTICLE_BYTES, TOO_LARGE
from reader.formats.page import Incomplete, NotAPage
from reader.formats.schema import article_of
from reader.text import clean_line, decode, without_blank_lines

TITLE_STANDS_IN = "title is missing: the first words stand in"
"""Flag of an article whose title is no more than what its text begins with."""

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
    """Stands where a number stood that JSON does not have, so that only its item is refused."""


_BROKEN = _Broken()


def document(data: bytes) -> object:
    """What the JSON holds, uncleaned. Raises NotAPage, and nothing else."""
    text, _ = decode(data)
    start = text.lstrip()[:1]
    if not start:
        raise NotAPage("the answer is empty")
    if start == "<":
        raise NotAPage("the answer is a web page where JSON should be")
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            raise Incomplete("the answer ends in the middle: it is incomplete") from error
        reason = f"the answer is not JSON at character {error.pos + 1}: {error.msg}"
        raise NotAPage(reason) from error
    except (RecursionError, ValueError) as error:
        raise NotAPage("the answer is JSON that is nested too deep") from error


def object_of(item: object, names: Sequence[str]) -> dict[str, object]:
    """Those fields of an item, cleaned; absent and null ones are left out. Raises NotAnArticle."""
    if not isinstance(item, Mapping):
        raise NotAnArticle("is not a JSON object")
    wanted = {name: item[name] for name in names if item.get(name) is not None}
    _refuse_broken(wanted, 1)
    return cleaned(wanted)


def built(fields: Mapping[str, object], body: str, origin: str, flags: list[str]) -> Article:
    """The article of cleaned fields under the archive's names. Raises NotAnArticle."""
    body = without_blank_lines(body)
    if len(body) > MAX_ARTICLE_BYTES // 4:
        raise NotAnArticle(TOO_LARGE)
    known = {name: value for name, value in fields.items() if value not in (None, "", [])}
    if not known.get("title"):
        known["title"] = _stand_in(known, body)
        flags = [*flags, TITLE_STANDS_IN]
    return article_of(known, body, origin, flags)


def _stand_in(fields: Mapping[str, object], body: str) -> str:
    """The first words of what has no title, else its address. Raises NotAnArticle."""
    for text in (body, fields.get("description")):
        if isinstance(text, str) and (line := _first_lines(text)):
            return first_words(line)
    address = fields.get("canonicalUrl")
    if isinstance(address, str):
        return first_words(address.partition("://")[2])
    if body:
        return _UNTITLED  # pictures alone
    raise NotAnArticle("has neither title, text nor link")


def _first_lines(markdown: str) -> str:
    """The words of the first line, and of those after it where it has only a few."""
    from reader.formats.html import plain

    found = ""
    for line in markdown[:_LOOKED_THROUGH].split("\n"):
        found = f"{found} {plain(line)}".strip()
        if len(found) >= _SHORT_LINE:
            break
    return found


def first_words(text: str, most: int = _TITLE_LENGTH) -> str:
    """As many whole words as that many characters hold; `…` stands for the rest."""
    if len(text) <= most:
        return text
    cut = text[:most]
    return f"{cut.rpartition(' ')[0] or cut}…"


def category_and_tags(named: object, keywords: object) -> tuple[str, list[str]]:
    """Of the categories and the keywords (with `|` between them) that the service gave.

    The category is the first of the archive's own that is there, else the first that says
    anything. Tags are the names, the categories and the keywords.
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
    """A tag in the archive's style: upper case, and no sign of the query's in it."""
    return " ".join(_NAMES.sub("-", text.upper()).strip("- ").split())[:80]


def told(message: object) -> str:
    """What a service said, fit for an error: without what may be a key."""
    text = clean_line(message) if isinstance(message, str) else ""
    return _TOKEN.sub("…", text)[:200].rstrip(". ")


def _upper(name: object) -> str:
    return name.upper().strip() if isinstance(name, str) else ""


def _refuse_broken(value: object, depth: int) -> None:
    if isinstance(value, _Broken):
        raise NotAnArticle("holds a number that JSON does not have")
    if depth > 64:
        raise NotAnArticle("is nested too deep")
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
