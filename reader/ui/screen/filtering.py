"""Steps of the filter that depend on the filter that `x` returns to. Pure."""

from reader.query.language import Field, Query, Term


def stepped_back(query: Query, start: Query) -> Query:
    """Return the query without the term that was added last; `start` if none was added.

    Terms of `start` stay, and dropping a language brings back the one of `start`, so that repeated
    steps end in `start`, as `x` does.
    """
    added = [term for term in query.terms if term not in start.terms]
    if not added:
        return start
    left = query.without(added[-1])
    if (
        isinstance(added[-1], Term)
        and added[-1].field is Field.LANG
        and not left.included(Field.LANG)
    ):
        return Query((*start.terms, *left.terms))
    return left
