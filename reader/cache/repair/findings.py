"""Sentences of `repairing` that say a number, in the language of the interface."""

from reader.i18n import grouped, ngettext


def recovered(number: int) -> str:
    """Return how many articles were copied from a damaged file."""
    text = ngettext("{number} article recovered", "{number} articles recovered", number)
    return text.format(number=grouped(number))


def with_marks(number: int) -> str:
    """Return how many articles have marks."""
    text = ngettext("{number} article with marks", "{number} articles with marks", number)
    return text.format(number=grouped(number))


def undamaged(number: int) -> str:
    """Return that all articles are as they were written."""
    text = ngettext("{number} article, all undamaged", "{number} articles, all undamaged", number)
    return text.format(number=grouped(number))


def changed(number: int, total: int, ids: str) -> str:
    """Return how many articles are not as they were written. ids: of the first of them."""
    text = ngettext(
        "{number} article of {total} changed on disk: {ids}",
        "{number} articles of {total} changed on disk: {ids}",
        number,
    )
    return text.format(number=grouped(number), total=grouped(total), ids=ids)


def orphans(rows: int, texts: int) -> str:
    """Return how many rows have no text, and how many texts have no row."""
    textless = ngettext("{number} article without a text", "{number} articles without a text", rows)
    homeless = ngettext(
        "{number} text without an article", "{number} texts without an article", texts
    )
    return f"{textless.format(number=grouped(rows))}, {homeless.format(number=grouped(texts))}"


def restored(number: int, removed: int) -> str:
    """Return how many articles were restored from texts, and how many were removed, if any."""
    done = ngettext(
        "{number} article restored from its text",
        "{number} articles restored from their texts",
        number,
    ).format(number=grouped(number))
    if not removed:
        return done
    lost = ngettext(
        "{number} article removed, to be imported again",
        "{number} articles removed, to be imported again",
        removed,
    )
    return f"{done}; {lost.format(number=grouped(removed))}"


def differing(number: int) -> str:
    """Return how many rows do not say what the articles say."""
    text = ngettext(
        "{number} row of the list differs from its article",
        "{number} rows of the list differ from their articles",
        number,
    )
    return text.format(number=grouped(number))


def rewritten(number: int) -> str:
    """Return how many rows were made again."""
    text = ngettext(
        "{number} row rewritten from its article",
        "{number} rows rewritten from their articles",
        number,
    )
    return text.format(number=grouped(number))


def stored_twice(number: int) -> str:
    """Return how many articles have two rows."""
    text = ngettext("{number} article stored twice", "{number} articles stored twice", number)
    return text.format(number=grouped(number))


def removed(number: int) -> str:
    """Return how many copies of articles were removed."""
    text = ngettext("{number} copy removed", "{number} copies removed", number)
    return text.format(number=grouped(number))


def impossible(number: int) -> str:
    """Return how many articles have an impossible date."""
    text = ngettext(
        "{number} article with an impossible date",
        "{number} articles with an impossible date",
        number,
    )
    return text.format(number=grouped(number))


def disordered(number: int) -> str:
    """Return how many articles have an id that is not in the order of dates."""
    text = ngettext(
        "{number} article out of the order of dates",
        "{number} articles out of the order of dates",
        number,
    )
    return text.format(number=grouped(number))


def agreeing(number: int) -> str:
    """Return that all facets agree with the articles."""
    text = ngettext(
        "{number} facet agrees with the articles",
        "{number} facets agree with the articles",
        number,
    )
    return text.format(number=grouped(number))
