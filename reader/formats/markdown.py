"""One Markdown file, with front matter or without, to an Article and back."""

from datetime import datetime

from reader.article import Article
from reader.formats.errors import NotAnArticle
from reader.formats.schema import archive_fields, article_of

MAX_ARTICLE_BYTES = 4 * 1024 * 1024
"""The longest real article has 65 kB."""

TOO_LARGE = f"is larger than {MAX_ARTICLE_BYTES // 1024**2} MiB"


def read_article(data: bytes, *, origin: str, modified: datetime | None = None) -> Article:
    """The article of one file. Raises NotAnArticle, and nothing else, whatever the bytes.

    `origin` is the path inside the import root: it names the language of a file that does not,
    and stands in for a title, a date and an external id. `modified`, when the file was changed
    last, stands in for a date that is said nowhere. What had to be put right is in `flags`.
    """
    from reader.formats.notes import read_note

    if len(data) > MAX_ARTICLE_BYTES:
        raise NotAnArticle(TOO_LARGE)
    fields, body, flags = read_note(data, origin)
    return article_of(fields, body, origin, flags, modified)


def write_article(article: Article) -> str:
    """The whole file, as the archive writes it; `read_article` of it gives the article back.

    `flags` are not written: what they tell of has been put right.
    """
    from reader.formats.front_matter import FrontMatter

    header = FrontMatter().export(archive_fields(article))
    return f"---\n{header}\n---\n{article.body}\n"
