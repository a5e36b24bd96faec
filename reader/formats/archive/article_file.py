"""One Markdown file, with or without front matter, to an Article and back."""

from datetime import datetime

from reader.article import Article
from reader.formats.archive.schema import archive_fields, article_of
from reader.formats.errors import NotAnArticle
from reader.i18n import _

MAX_ARTICLE_BYTES = 4 * 1024 * 1024
"""The longest real article has 65 kB."""

TOO_LARGE = _("is larger than {number} MiB").format(number=MAX_ARTICLE_BYTES // 1024**2)


def read_article(data: bytes, *, origin: str, modified: datetime | None = None) -> Article:
    """Return the article of one file. Raises NotAnArticle, and nothing else, for any bytes.

    origin: the path inside the import root; it replaces a missing language, title, date and
    external id. modified: when the file was last changed, which replaces a missing date. `flags`
    names what was corrected.
    """
    from reader.formats.archive.notes import read_note

    if len(data) > MAX_ARTICLE_BYTES:
        raise NotAnArticle(TOO_LARGE)
    fields, body, flags = read_note(data, origin)
    return article_of(fields, body, origin, flags, modified)


def write_article(article: Article) -> str:
    """Return the whole file, as the archive has it; `read_article` gives the article back.

    `flags` are not written: what they name has been corrected.
    """
    from reader.formats.archive.front_matter import FrontMatter

    header = FrontMatter().export(archive_fields(article))
    return f"---\n{header}\n---\n{article.body}\n"
