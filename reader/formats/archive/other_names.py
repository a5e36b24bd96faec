"""Names that other programs give to the fields of a note: Hugo, Jekyll, Obsidian, Astro and so on.

They count if the archive's own name is missing. They are never renamed: each stays among the
fields, and an export writes it again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import urljoin

from reader.formats.archive.fields import listed, shown, text_of
from reader.formats.archive.file_names import NOTE_SUFFIX, date_of_name, title_of_name
from reader.formats.archive.note_text import first_heading, hashtags
from reader.formats.archive.schema import FIELDS, shortened
from reader.formats.archive.wiki_links import without_links
from reader.formats.dates.instants import format_instant
from reader.formats.dates.reading import read_date
from reader.formats.flags import Flag
from reader.text import one_line

_MIN_ID = 8
"""Minimum length of an `id` that is unique beyond its folder: a UUID, a time, an address."""

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
"""Mappings of Hugo and Zola whose fields count as outermost ones."""

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


def is_known(name: str) -> bool:
    """Return whether this program or another one knows a field of this name."""
    return _plain_name(name) in _KNOWN


def is_text(name: str) -> bool:
    """Return whether the field is one line of prose."""
    return _plain_name(name) in _TEXTS


def is_list(name: str) -> bool:
    """Return whether the field holds tags or categories."""
    return _plain_name(name) in _LISTS


def with_own_names(
    fields: Mapping[str, object], body: str, origin: str, flags: list[str]
) -> Mapping[str, object]:
    """Return the fields, with other programs' names also under the archive's own names.

    What is still missing comes from the name and the text of the note. Appends to `flags`.
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
        if NOTE_SUFFIX.search(origin):
            _complete(own, body, origin)
    return own


def _holds_hashes(tags: object) -> bool:
    """Return whether the tags still have `#` signs or are not separated by commas."""
    if isinstance(tags, list):
        return any(str(tag).startswith("#") for tag in tags)
    return isinstance(tags, str) and ("#" in tags or "," not in tags)


def _complete(own: dict[str, object], body: str, origin: str) -> None:
    """Add what the name of a note and its text give."""
    if "publishedAt" not in own and (date := date_of_name(origin)):
        own["publishedAt"] = date
    if _is_empty(own.get("tags")):
        own["tags"] = list(hashtags(body))
    if _is_empty(own.get("title")) and (title := first_heading(body) or title_of_name(origin)):
        own["title"] = shortened(title)


class _Named:
    """Fields by plain name (lower case, no dashes); outermost ones take precedence."""

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
        """Return names and values of the fields that exist, in the order of `names`."""
        return ((name, self._values[name]) for name in names if name in self._values)

    def texts(self, names: tuple[str, ...]) -> Iterator[str]:
        """Yield the values of `among` that are a text or a number, as text."""
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
    """Return the first date, as ISO 8601. `published` may also be a truth value."""
    no_dates = []
    for name, value in named.among(names):
        text = text_of(value[0] if isinstance(value, list) and len(value) == 1 else value)
        if instant := read_date(text):
            return format_instant(instant)
        if name != "published" and text:
            no_dates.append(Flag.NOT_A_DATE.of(field=name, text=shown(one_line(text))))
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
    """Return the address in a text, in a mapping, or in the first item of a list."""
    if isinstance(value, str):
        return _web(value.strip(), base)
    if isinstance(value, list) and value and depth < 2:
        return _picture(value[0], base, depth + 1)
    if isinstance(value, Mapping) and depth < 2:
        inner = (_picture(value.get(name), base, depth + 1) for name in _PICTURE)
        return next(filter(None, inner), "")
    return ""


def _web(text: str, base: str = "") -> str:
    """Return a web address, else an empty text. base: of relative addresses."""
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
    """Return the tags of the first field that has any, then all categories but the first."""
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
