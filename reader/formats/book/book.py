"""A book: articles by category, with what stands above each text."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from reader.article import UNKNOWN_LANG, Article
from reader.digests import blake2b
from reader.formats.book.markup import body_markup, escape, link
from reader.formats.lead import lead
from reader.i18n import _, grouped, ngettext

MOST_ARTICLES = 5_000
MOST_CHARS = 100_000_000
"""Bounds of a book, which is made in memory."""

STYLE = """\
html { color-scheme: light dark; }
body { font-family: Georgia, serif; line-height: 1.55; max-width: 40em; margin: 0 auto;
  padding: 1em; overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, h6, nav, .facts { font-family: system-ui, sans-serif; line-height: 1.25; }
article { border-top: 1px solid #8886; margin-top: 2.5em; padding-top: 0.5em; }
.facts { color: #767676; font-size: 0.85em; }
.lead { font-style: italic; }
.positive { color: #2a7d46; } .negative { color: #b3392f; }
nav ol { padding-left: 1.4em; } nav li { margin: 0.25em 0; }
pre { overflow-x: auto; white-space: pre-wrap; font-size: 0.9em; }
table { border-collapse: collapse; } td, th { border: 1px solid #8886; padding: 0.2em 0.5em; }
blockquote { border-left: 3px solid #8886; margin-left: 0; padding-left: 1em; }
"""  # not shown: CSS


class TooLarge(ValueError):
    """The articles do not fit into a book; the text says what to do."""


class Section(NamedTuple):
    """The articles of a category, as they came."""

    name: str
    articles: list[Article]


class Book(NamedTuple):
    """Articles by category, the largest category first."""

    title: str
    sections: list[Section]

    @property
    def articles(self) -> list[Article]:
        """Return all articles in the order of the book."""
        return [article for section in self.sections for article in section.articles]

    @property
    def lang(self) -> str:
        """Return the language of most articles."""
        languages = [article.lang for article in self.articles]
        return max(sorted(set(languages)), key=languages.count, default=UNKNOWN_LANG)

    @property
    def changed(self) -> datetime:
        """Return when an article was changed last: the same articles give the same file."""
        first = datetime(1980, 1, 1, tzinfo=UTC)
        return max((article.updated for article in self.articles), default=first).astimezone(UTC)

    @property
    def digest(self) -> bytes:
        """Return 16 bytes that name the book: other articles or versions have others."""
        digest = blake2b(self.title.encode(), digest_size=16)
        for article in self.articles:
            digest.update(repr((*article.identity, article.updated, article.body)).encode())
        return digest.digest()

    @property
    def summary(self) -> str:
        """Return `12 articles, 2025-11-14 to 2025-11-16`."""
        days = sorted(f"{article.published.astimezone():%Y-%m-%d}" for article in self.articles)
        count = ngettext("{number} article", "{number} articles", len(days))
        count = count.format(number=grouped(len(days)))
        if not days:
            return count
        if days[0] == days[-1]:
            return f"{count}, {days[0]}"
        return _("{articles}, {first} to {last}").format(
            articles=count, first=days[0], last=days[-1]
        )


def bound(articles: Iterable[Article], title: str) -> Book:
    """Return a book of the articles. Raises TooLarge."""
    sections: dict[str, list[Article]] = {}
    count = size = 0
    for article in articles:
        count, size = count + 1, size + len(article.body)
        if count > MOST_ARTICLES or size > MOST_CHARS:
            raise TooLarge(
                _("a book has at most {number} articles; narrow the query, as by after:2d").format(
                    number=grouped(MOST_ARTICLES)
                )
            )
        sections.setdefault(article.category, []).append(article)
    ordered = sorted(sections.items(), key=lambda item: (-len(item[1]), item[0]))
    return Book(title, [Section(*item) for item in ordered])


def article_markup(article: Article, level: int) -> str:
    """Return an article as XHTML, its title a heading of that level."""
    parts = [f"<h{level}>{escape(article.title)}</h{level}>\n", _facts(article)]
    if summary := lead(article):
        parts.append(f'<p class="lead">{escape(summary)}</p>\n')
    parts.append(body_markup(article.body, level))
    return "".join(parts)


def _facts(article: Article) -> str:
    sentiment, said = article.sentiment.lower(), article.sentiment.word
    if article.sentiment_is_estimated:
        said = _("{sentiment} (an estimate)").format(sentiment=said)
    facts = [
        escape(article.source.name or article.source.key) if article.source else "",
        escape(article.category),
        f'<span class="{sentiment}">{article.sentiment.glyph} {said}</span>',
        f"{article.published.astimezone():%Y-%m-%d %H:%M}",
        link(article.url, _("original")) if article.url else "",
        link(article.cover.best, _("cover image")) if article.cover and article.cover.best else "",
    ]
    return f'<p class="facts">{" · ".join(filter(None, facts))}</p>\n'


def contents_heading() -> str:
    """Return what stands above the table of contents."""
    heading = _("Contents")
    return f"<h2>{heading}</h2>\n"


def contents(book: Book, places: Mapping[int, str]) -> str:
    """Return the table of contents as a list. places: the address of each article by its number."""
    if not book.sections:  # a list that is empty is not valid
        empty = _("no articles")
        return f'<ol>\n<li><a href="#contents">{empty}</a></li>\n</ol>\n'
    parts, number = ["<ol>\n"], 0
    for section in book.sections:
        parts.append(f"<li><span>{escape(section.name)}</span>\n<ol>\n")
        for article in section.articles:
            parts.append(f'<li><a href="{places[number]}">{escape(article.title)}</a></li>\n')
            number += 1
        parts.append("</ol></li>\n")
    parts.append("</ol>\n")
    return "".join(parts)
