"""One article as a JSON object, to an Article and back: the front matter's fields and `body`.

Pure. `blocks` finds where one object of a file ends and the next begins.
"""

import json
import re
from functools import lru_cache
from math import isfinite
from typing import NoReturn

from reader.article import Article
from reader.formats.archive.article_file import MAX_ARTICLE_BYTES, TOO_LARGE
from reader.formats.archive.fields import MAX_CHARACTERS, MAX_DEPTH, MAX_KEY
from reader.formats.archive.other_names import with_own_names
from reader.formats.archive.schema import archive_fields, article_of
from reader.formats.errors import NotAnArticle
from reader.formats.flags import in_words
from reader.i18n import _
from reader.text import clean, decode, is_clean, without_blank_lines

_ESCAPED = re.compile(r'\\[^nt"\\/]')
"""An escape for a character that may not be clean."""

_LONG_NAME = _("has a field whose name is longer than {number} characters").format(number=MAX_KEY)
_TOO_DEEP = _("is nested deeper than {number}").format(number=MAX_DEPTH)


def read_json_article(data: bytes, *, origin: str) -> Article:
    """Return the article of one object. Raises NotAnArticle, and nothing else, for any bytes.

    If a name occurs several times, its last value counts, as in other JSON parsers. origin: the
    file's name and the article's number, such as `news.jsonl:17`; replaces a missing external id.
    `flags` names what was corrected.
    """
    if len(data) > MAX_ARTICLE_BYTES:
        raise NotAnArticle(TOO_LARGE)
    text, note = decode(data)
    fields = _fields(text)
    body = fields.pop("body", None) or ""
    if not isinstance(body, str):
        raise NotAnArticle(_("has a body that is not a text"))
    _check_size(fields, len(text) - len(body))
    body = without_blank_lines(body)
    if not body and not fields.get("title") and not fields.get("description"):
        raise NotAnArticle(_("has neither title nor text"))
    flags = [note] if note else []
    return article_of(with_own_names(fields, body, origin, flags), body, origin, flags)


def write_json_article(article: Article) -> str:
    """Return the object on one line; `read_json_article` gives the article back.

    Except `origin` and `flags`, which are not written, and a field of the front matter that is
    itself called `body`.
    """
    fields = archive_fields(article) | {"body": article.body}
    return json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _fields(text: str) -> dict[str, object]:
    """Return the fields with all texts cleaned. Raises NotAnArticle."""
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotAnArticle(
            _("is not JSON at character {number}: {reason}").format(
                number=error.pos + 1, reason=in_words(error.msg)
            )
        ) from error
    except ValueError as error:  # Python's bound on the digits of an integer
        raise NotAnArticle(_("holds a number of too many digits")) from error
    except RecursionError as error:
        raise NotAnArticle(_TOO_DEEP) from error
    if not isinstance(value, dict):
        raise NotAnArticle(_("is not a JSON object"))
    if is_clean(text) and not _ESCAPED.search(text):
        _check(value, 1)
        return value
    return cleaned(value)


def _check(value: object, depth: int) -> None:
    """Check names and depth of a value whose texts are clean. Raises NotAnArticle."""
    if isinstance(value, dict):
        _check_depth(depth)
        for name, inner in value.items():
            if len(name) > MAX_KEY:
                raise NotAnArticle(_LONG_NAME)
            if not isinstance(inner, str):
                _check(inner, depth + 1)
    elif isinstance(value, list):
        _check_depth(depth)
        for inner in value:
            if not isinstance(inner, str):
                _check(inner, depth + 1)


def _cleaned(value: object, depth: int) -> object:
    # After parsing: until then, an escape such as \u001b is harmless.
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return cleaned(value, depth)
    if isinstance(value, list):
        _check_depth(depth)
        return [_cleaned(inner, depth + 1) for inner in value]
    return value


def cleaned(fields: dict[str, object], depth: int = 1) -> dict[str, object]:
    """Return the value with all texts in it cleaned, names too. Raises NotAnArticle if too deep."""
    _check_depth(depth)
    return {_name(name): _cleaned(value, depth + 1) for name, value in fields.items()}


@lru_cache(1024)
def _name(name: str) -> str:
    """Return the cleaned name; cached, as the same few occur in every article."""
    if len(name) > MAX_KEY:
        raise NotAnArticle(_LONG_NAME)
    return clean(name)


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotAnArticle(_TOO_DEEP)


def _check_size(fields: dict[str, object], at_most: int) -> None:
    """Refuse fields that are too large for front matter. at_most: their maximum size."""
    if at_most > MAX_CHARACTERS and len(json.dumps(fields, ensure_ascii=False)) > MAX_CHARACTERS:
        raise NotAnArticle(
            _("has more than {number} KiB of fields beside its body").format(
                number=MAX_CHARACTERS // 1024
            )
        )


def _refuse_constant(name: str) -> NoReturn:
    raise NotAnArticle(_("holds {name}, which is not a JSON number").format(name=name))


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise NotAnArticle(_("holds a number that is too large"))
    return number


# Raw line ends and tabs are invalid in JSON texts but clear; `clean` handles other controls.
_DECODER = json.JSONDecoder(strict=False, parse_float=_finite, parse_constant=_refuse_constant)
