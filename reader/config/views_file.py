"""Save a view in the config file, and remove one from it."""

from pathlib import Path
from typing import NamedTuple

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


class RemovedView(NamedTuple):
    """A view that was removed from the config file, and the file before and after."""

    name: str
    query: str
    before: str
    after: str


def remove_view(path: Path, name: str) -> RemovedView | None:
    """Remove a view from the config file; None if it is not there. Raises ConfigError.

    Names do not depend on case.
    """
    document = read_document(path)
    table = document.get(TABLE)
    names = table if isinstance(table, dict) else {}
    known = next((each for each in names if each.casefold() == name.casefold()), None)
    if known is None:
        return None
    before, query = document.as_string(), str(names[known])
    del names[known]
    write_document(path, document)
    return RemovedView(str(known), query, before, document.as_string())


def put_back(path: Path, removed: RemovedView) -> None:
    """Put a removed view back where it was, or at the end if the file was changed since.

    Raises BadView, ConfigError.
    """
    import tomlkit

    if read_document(path).as_string().rstrip("\n") == removed.after.rstrip("\n"):
        write_document(path, tomlkit.parse(removed.before))
    else:
        save_view(path, removed.name, removed.query)
