"""Save a view in the config file."""

from pathlib import Path

from reader.config.toml_file import read_document, write_document
from reader.errors import CryptoreadError
from reader.i18n import _
from reader.query.views import MOST_VIEWS, problem

TABLE = "views"


class BadView(CryptoreadError):
    """The name or the query of the view is invalid."""


def save_view(path: Path, name: str, query: str) -> bool:
    """Store a query under a name in the config file; return whether it replaces another.

    Names do not depend on case. Raises BadView, ConfigError.
    """
    import tomlkit

    if trouble := problem(name, query):
        raise BadView(trouble)
    document = read_document(path)
    if TABLE not in document:
        document[TABLE] = tomlkit.table()
    table = document[TABLE]
    if not isinstance(table, dict):
        text = _("'views' in {path} must be a table [views] of name = \"query\"")
        raise BadView(text.format(path=path))
    known = next((each for each in table if each.casefold() == name.casefold()), None)
    if known is None and len(table) >= MOST_VIEWS:
        text = _("there can be {most} views at most; remove one from {path} first")
        raise BadView(text.format(most=MOST_VIEWS, path=path))
    table[known or name] = query
    write_document(path, document)
    return known is not None
