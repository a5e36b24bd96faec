"""One file of the archive: Markdown with YAML front matter, to an Article and back."""

from reader.article import Article
from reader.formats.errors import NotAnArticle
from reader.formats.schema import archive_fields, article_of
from reader.text import clean, decode

MAX_ARTICLE_BYTES = 4 * 1024 * 1024
"""The longest real article has 65 kB."""

TOO_LARGE = f"is larger than {MAX_ARTICLE_BYTES // 1024**2} MiB"


def read_article(data: bytes, *, origin: str) -> Article:
    """The article of one file. Raises NotAnArticle, and nothing else, whatever the bytes.

    `origin` is the path inside the import root: it names the language of a file that does not,
    and stands in for a title and for an external id. What had to be put right is in `flags`.
    """
    from reader.formats.front_matter import FrontMatter

    if len(data) > MAX_ARTICLE_BYTES:
        raise NotAnArticle(TOO_LARGE)
    raw, note = decode(data)
    text = clean(raw)
    if not text.strip():
        raise NotAnArticle("is empty")
    handler = FrontMatter()
    if "\0" in raw and not handler.detect(text):
        raise NotAnArticle("is not a text file")
    header, body = handler.split(text)
    fields = handler.load(header)
    if not body and not fields.get("title") and not fields.get("description"):
        raise NotAnArticle("; ".join(["has neither title nor text", *handler.problems]))
    flags = [note] if note else []
    return article_of(fields, body, origin, flags + handler.problems)


def write_article(article: Article) -> str:
    """The whole file, as the archive writes it; `read_article` of it gives the article back.

    `flags` are not written: what they tell of has been put right.
    """
    from reader.formats.front_matter import FrontMatter

    header = FrontMatter().export(archive_fields(article))
    return f"---\n{header}\n---\n{article.body}\n"
