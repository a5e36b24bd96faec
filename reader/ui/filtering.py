"""Steps by which keys change the filter, where they depend on the filter that `x` returns to."""

from reader.query import Field, Query


def stepped_back(query: Query, start: Query) -> Query:
    """Return the query without the term that was added last; `start` where none was added.

    Terms of `start` are not dropped, and a language that is dropped gives way to that of `start`.
    So repeated steps end in `start`, as `x` does.
    """
    added = [term for term in query.terms if term not in start.terms]
    if not added:
        return start
    left = query.without(added[-1])
    if added[-1].field is Field.LANG and not left.included(Field.LANG):
        return Query((*start.terms, *left.terms))
    return left
