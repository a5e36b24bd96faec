"""Names that other programs give to the fields of a note: Hugo, Jekyll, Obsidian, Astro and so on.

They count where nothing is said under the archive's own name. They are never renamed: each stays
among the fields, and an export writes it again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin

from reader.formats.dates import read_date
from reader.formats.fields import listed, shown, text_of
from reader.formats.instants import format_instant
from reader.formats.schema import FIELDS, shortened
from reader.formats.wiki_links import without_links
from reader.text import clean, one_line

MAX_HASHTAGS = 20
"""Tags that are taken from a text which names none above it."""

_LOOKED_AT = 64 * 1024
"""Characters of a text in which a heading and tags are looked for."""

_MIN_ID = 8
"""Characters of an `id` that is unique beyond its folder: a UUID, a time, an address."""

_TITLE = ("title", "headline")
_DESCRIPTION = (
    *("description", "summary", "excerpt", "subtitle", "abstract", "lead", "dek", "teaser"),
    *("tagline", "standfirst"),
)
_PUBLISHED = (
    *("publishedat", "date", "pubdate", "publishdate", "published", "datepublished"),
    *("publishedon", "publicationdate", "postdate", "created", "createdat", "createdon"),
    *("datecreated", "creationdate", "createddate"),
)
_UPDATED = (
    *("updatedat", "updated", "lastmod", "modified", "lastmodified", "lastmodifiedat"),
    *("modifiedat", "updateddate", "dateupdated", "datemodified", "modifieddate", "lastupdated"),
)
_URL = (
    *("canonicalurl", "canonical", "url", "link", "permalink", "originalurl", "sourceurl"),
    *("externalurl", "original", "href"),
)
_COVER = (
    *("coverimage", "image", "cover", "thumbnail", "heroimage", "hero", "banner"),
    *("featuredimage", "featureimage", "featured", "ogimage", "socialimage", "previewimage"),
    *("images", "thumb", "header", "img", "picture", "photo"),
)
_CATEGORY = ("category", "categories", "section")
_TAGS = ("tags", "tag", "keywords", "labels", "topics")
_LANG = ("lang", "language", "locale")
_ID = ("externalid", "guid", "uuid", "id")
_DRAFT = ("draft", "published", "status")
_OTHERS = ("author", "authors", "aliases", "slug", "layout", "weight", "type", "params", "extra")

_NESTED = ("params", "extra", "taxonomies", "metadata")
"""Mappings of Hugo and Zola whose fields count as if they stood outermost."""

_PICTURE = ("url", "src", "image", "path", "href", "file", "relative", "teaser", "overlay_image")

_KNOWN = frozenset(
    (
        *(*_TITLE, *_DESCRIPTION, *_PUBLISHED, *_UPDATED, *_URL, *_COVER, *_CATEGORY, *_TAGS),
        *(*_LANG, *_ID, *_DRAFT, *_OTHERS, *(name.lower() for name in FIELDS)),
    )
)
_MAY_BE_LINKS = FIELDS - {"title", "description", "formerTitles"}
_TEXTS = frozenset((*_TITLE, *_DESCRIPTION))
_LISTS = frozenset((*_TAGS, *_CATEGORY))

_WEB = re.compile(r"(?:https?:)?//[^\s/]\S*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_]\w{1,12})*")
_LANGUAGES = {"english": "en", "ukrainian": "uk", "українська": "uk", "russian": "ru"}
_OF_ARCHIVE = ("publishedAt", "updatedAt", "externalId", "canonicalUrl", "coverImage")

_SUFFIX = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
_LANG_SUFFIX = re.compile(r"\.[a-z]{2}(?:[-_][A-Za-z]{2})?$")
_DATED = re.compile(r"((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)(?:[-_ .]+|$)")
_DATED_FOLDERS = re.compile(r"(?:^|/)((?:19|20)\d\d)/(\d\d)/(\d\d)/")
_NUMBERED = re.compile(r" [0-9a-f]{32}$")
_FOLDER_NOTES = frozenset(("index", "_index", "readme"))
_SPACED = str.maketrans("-_", "  ")

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(r" {0,3}(?:[>|#+*-]|\d+[.)])|    |\t")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_ANCHOR = re.compile(r"[ \t]\{#[^{}]*\}$")
_HASHTAG = re.compile(r"(?:(?<=[\s(])|^)#([^\W_][\w/-]{0,60})")
_COLOUR = re.compile(r"(?=.*\d)(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def is_known(name: str) -> bool:
    """Whether a field of this name means something here or to another program."""
    return _plain_name(name) in _KNOWN


def is_text(name: str) -> bool:
    """Whether the field is one line of prose."""
    return _plain_name(name) in _TEXTS


def is_list(name: str) -> bool:
    """Whether the field holds tags or categories."""
    return _plain_name(name) in _LISTS


def with_own_names(
    fields: Mapping[str, object], body: str, origin: str, flags: list[str]
) -> Mapping[str, object]:
    """The fields, and under the archive's own names what they say under others.

    What the name of a note and its text say comes last. `flags` is added to.
    """
    is_of_archive = not fields.keys().isdisjoint(_OF_ARCHIVE)
    if is_of_archive and fields.keys() <= FIELDS:
        return fields
    own = dict(fields)
    for name in _MAY_BE_LINKS & own.keys():
        own[name] = without_links(own[name])
    if not fields.keys() <= FIELDS or isinstance(own.get("source"), str):
        named = _Named(fields, flags)
        for name, found in _FINDERS:
            if _is_empty(own.get(name)) and (value := found(named)):
                own[name] = value
    if not is_of_archive:
        if (tags := own.get("tags")) and _holds_hashes(tags):
            own["tags"] = listed(tags)
        if _SUFFIX.search(origin):
            _complete(own, body, origin)
    return own


def _holds_hashes(tags: object) -> bool:
    """Whether these are not yet the names alone."""
    if isinstance(tags, list):
        return any(str(tag).startswith("#") for tag in tags)
    return isinstance(tags, str) and ("#" in tags or "," not in tags)


def _complete(own: dict[str, object], body: str, origin: str) -> None:
    """Add what a note says by its name and in its text."""
    if "publishedAt" not in own and (date := _date_of_name(origin)):
        own["publishedAt"] = date
    if _is_empty(own.get("tags")):
        own["tags"] = list(hashtags(body))
    if _is_empty(own.get("title")) and (title := first_heading(body) or title_of_name(origin)):
        own["title"] = shortened(title)


class _Named:
    """Fields by their names in lower case, without dashes; outermost ones first."""

    def __init__(self, fields: Mapping[str, object], flags: list[str]) -> None:
        self.flags = flags
        self._values: dict[str, object] = {}
        mappings = [fields, *(fields.get(name) for name in _NESTED)]
        for mapping in mappings:
            if isinstance(mapping, Mapping):
                for name, value in mapping.items():
                    if not _is_empty(value):
                        plain = _plain_name(name)
                        value = value if plain in _TEXTS else without_links(value)
                        self._values.setdefault(plain, value)

    def has(self, name: str) -> bool:
        return name in self._values

    def among(self, names: tuple[str, ...]) -> Iterator[tuple[str, object]]:
        """Those that are there, in the order of the names."""
        return ((name, self._values[name]) for name in names if name in self._values)

    def texts(self, names: tuple[str, ...]) -> Iterator[str]:
        """As `among`, the values alone and those that are a text or a number."""
        for _, value in self.among(names):
            if text := text_of(value):
                yield text


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == [] or value == {}


@lru_cache(1024)
def _plain_name(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _title(named: _Named) -> str:
    return next(named.texts(_TITLE), "")


def _description(named: _Named) -> str:
    return next(named.texts(_DESCRIPTION), "")


def _published(named: _Named) -> str:
    return _date(named, _PUBLISHED)


def _updated(named: _Named) -> str:
    return _date(named, _UPDATED)


def _date(named: _Named, names: tuple[str, ...]) -> str:
    """The first date among them. `published` may as well be a truth value."""
    no_dates = []
    for name, value in named.among(names):
        text = text_of(value[0] if isinstance(value, list) and len(value) == 1 else value)
        if instant := read_date(text):
            return format_instant(instant)
        if name != "published" and text:
            no_dates.append(f"{name} is not a date: {shown(one_line(text))}")
    named.flags += no_dates[:1]
    return ""


def _url(named: _Named) -> str:
    addresses = map(_web, named.texts((*_URL, "source")))
    return next(filter(None, addresses), "")


def _cover(named: _Named) -> str:
    base = _url(named)
    for _, value in named.among(_COVER):
        if address := _picture(value, base):
            return address
    return ""


def _picture(value: object, base: str, depth: int = 0) -> str:
    """A text, a mapping with an address in it, or the first of a list of such."""
    if isinstance(value, str):
        return _web(value.strip(), base)
    if isinstance(value, list) and value and depth < 2:
        return _picture(value[0], base, depth + 1)
    if isinstance(value, Mapping) and depth < 2:
        inner = (_picture(value.get(name), base, depth + 1) for name in _PICTURE)
        return next(filter(None, inner), "")
    return ""


def _web(text: str, base: str = "") -> str:
    """An address that a browser opens, else empty. base: what a relative one belongs to."""
    if _WEB.fullmatch(text):
        return f"https:{text}" if text.startswith("//") else text
    if not base or not text.startswith(("/", "./", "../")) or " " in text:
        return ""
    try:
        return urljoin(base, text)
    except ValueError:
        return ""


def _category(named: _Named) -> str:
    return next(iter(_names(named, _CATEGORY)), "")


def _tags(named: _Named) -> list[str]:
    """Of the first field that has any; categories beyond the first one come behind them."""
    tags = next((found for name in _TAGS if (found := _names(named, (name,)))), [])
    categories = () if named.has("category") else _names(named, _CATEGORY)
    return [*tags, *categories[1:]]


def _names(named: _Named, fields: tuple[str, ...]) -> list[str]:
    for _, value in named.among(fields):
        if names := listed(value):
            return names
    return []


def _lang(named: _Named) -> str:
    for text in named.texts(_LANG):
        if known := _LANGUAGES.get(text.lower()):
            return known
        if _LANGUAGE.fullmatch(text):
            return text
    return ""


def _external_id(named: _Named) -> str:
    for name, value in named.among(_ID):
        text = one_line(text_of(value))
        if len(text) >= _MIN_ID or (text and name != "id"):
            return text
    return ""


def _draft(named: _Named) -> str:
    for name, value in named.among(_DRAFT):
        text = str(value).strip().lower()
        if name == "published" and text in ("false", "no", "off"):
            return "true"
        if name == "status" and text == "draft":
            return "true"
        if name == "draft" and text:
            return text
    return ""


_FINDERS: tuple[tuple[str, Callable[[_Named], object]], ...] = (
    ("title", _title),
    ("description", _description),
    ("publishedAt", _published),
    ("updatedAt", _updated),
    ("lang", _lang),
    ("externalId", _external_id),
    ("category", _category),
    ("tags", _tags),
    ("canonicalUrl", _url),
    ("draft", _draft),
    ("coverImage", _cover),
)


# What the name of a file says.


def _stem(origin: str) -> str:
    """The name without its endings; that of the folder for an index."""
    path = PurePosixPath(origin)
    stem = _LANG_SUFFIX.sub("", _SUFFIX.sub("", path.name))
    if stem.lower() in _FOLDER_NOTES and path.parent.name:
        stem = path.parent.name
    return unquote(stem) if "%20" in stem else stem


def title_of_name(origin: str) -> str:
    """A file's name made readable: `2025-09-01-fees-fall.md` is "fees fall"."""
    stem = _NUMBERED.sub("", _stem(origin))
    dated = _DATED.match(stem)
    name = stem[dated.end() :] if dated else stem
    if " " not in name:
        name = name.translate(_SPACED)
    return clean(one_line(name) or stem)


def _date_of_name(origin: str) -> str:
    """As ISO 8601: of `2025-09-01-fees-fall.md`, or of the folders `2025/09/01/`."""
    found = _DATED.match(_stem(origin))
    year, month, day = (found[1], found[3], found[4]) if found else ("", "", "")
    if not found and (folders := _DATED_FOLDERS.search(origin)):
        year, month, day = folders.groups()
    try:
        return datetime(int(year), int(month), int(day)).date().isoformat()
    except ValueError:
        return ""


# What the text of a note says.


def _lines_of_text(body: str) -> Iterator[str]:
    """Those outside fenced code."""
    fence = ""
    for line in body[:_LOOKED_AT].split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        elif not fence:
            yield line


def first_heading(body: str) -> str:
    """The first heading of the highest level that there is, on one line; empty where none is.

    Of a link in it the text.
    """
    best, level = "", 7
    paragraph = ""
    for line in _lines_of_text(body):
        found, text = _heading(line, paragraph)
        if found < level and text:
            best, level = text, found
        if level == 1:
            break
        paragraph = "" if found or _NO_PARAGRAPH.match(line) else line.strip()
    return one_line(_LINK.sub(r"\1", _ANCHOR.sub("", best)))


def _heading(line: str, paragraph: str) -> tuple[int, str]:
    """Level and text; level 0 where the line ends no heading, or text is empty."""
    if atx := _ATX.match(line):
        text = one_line(atx[2].rstrip())
        closing = text.rstrip("#")
        return len(atx[1]), closing.rstrip() if closing.endswith(" ") or not closing else text
    if paragraph and (line_below := _SETEXT.match(line)):
        return (1 if line_below[1][0] == "=" else 2), one_line(paragraph)
    return 0, ""


def hashtags(body: str) -> Iterator[str]:
    """Tags in the text, such as `#bitcoin`, each once, in their order."""
    seen: set[str] = set()
    for line in _lines_of_text(body):
        if "#" not in line:
            continue
        for match in _HASHTAG.finditer(re.sub(r"`[^`]*`", " ", line)):
            tag = match[1].strip("/-")
            if tag.isdecimal() or _COLOUR.fullmatch(tag) or tag.upper() in seen:
                continue
            seen.add(tag.upper())
            yield tag
            if len(seen) == MAX_HASHTAGS:
                return
