"""A book as one HTML page, which loads nothing from elsewhere."""

from reader.formats.book.book import STYLE, Book, article_markup, contents, contents_heading
from reader.formats.book.markup import escape, language

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(book: Book) -> str:
    """Return the page: contents by category, then all articles."""
    places = {number: f"#article-{number}" for number, _article in enumerate(book.articles)}
    parts = [
        "<!DOCTYPE html>\n",
        f'<html lang="{language(book.lang)}">\n<head>\n<meta charset="utf-8"/>\n',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>\n',
        '<meta name="referrer" content="no-referrer"/>\n',
        '<meta name="viewport" content="width=device-width"/>\n',
        f"<title>{escape(book.title)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        f'<h1>{escape(book.title)}</h1>\n<p class="facts">{escape(book.summary)}</p>\n',
        f'<nav id="contents">\n{contents_heading()}{contents(book, places)}</nav>\n',
    ]
    number = 0
    for section in book.sections:
        parts.append(f"<section>\n<h2>{escape(section.name)}</h2>\n")
        for article in section.articles:
            start = f'<article id="article-{number}" lang="{language(article.lang)}">\n'
            parts.append(f"{start}{article_markup(article, 3)}</article>\n")
            number += 1
        parts.append("</section>\n")
    parts.append("</body>\n</html>\n")
    return "".join(parts)
