"""A file as a person wrote it, to fields with the archive's own names, and a body.

Imports all steps of reading a file, so that other modules need not.
"""

from collections.abc import Mapping

from reader.formats.archive.encodings import decode_file, is_binary, without_marks_of_wide
from reader.formats.archive.front_matter import FrontMatter
from reader.formats.archive.other_names import is_text, with_own_names
from reader.formats.errors import NotAnArticle
from reader.formats.flags import in_words
from reader.i18n import _
from reader.text import clean


def read_note(data: bytes, origin: str) -> tuple[Mapping[str, object], str, list[str]]:
    """Return fields, body, and a sentence for each thing that was corrected.

    Raises NotAnArticle for data that is not text, is empty, or has neither title nor text.
    """
    raw, note = decode_file(without_marks_of_wide(data))
    text = clean(raw)
    if not text or text.isspace():
        raise NotAnArticle(_("is empty"))
    handler = FrontMatter()
    fields, body = handler.read(text)
    if not fields and is_binary(data, raw):
        raise NotAnArticle(_("is not a text file"))
    if not body and not any(value and is_text(name) for name, value in fields.items()):
        raise NotAnArticle(
            "; ".join([_("has neither title nor text"), *map(in_words, handler.problems)])
        )
    flags = [note] if note else []
    flags += handler.problems
    return with_own_names(fields, body, origin, flags), body, flags
