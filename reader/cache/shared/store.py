"""Open a shared archive: the articles on a server, and the user's marks in a local folder."""

import threading
from pathlib import Path
from typing import Any, cast

from reader.cache.engines.postgres.engine import PostgresEngine
from reader.cache.files.migrations import Schema
from reader.cache.shared.engine import SharedEngine
from reader.cache.shared.folders import address_of, forget
from reader.cache.shared.own_file import OWN, OwnFile
from reader.cache.store import Store
from reader.errors import CacheError
from reader.i18n import _


class SharedStore(Store):
    """As `Store`, with the articles on a server. Raises CacheError."""

    FILE = "own.db"

    def _schema(self) -> Schema:
        return OWN

    def _engine(self, folder: Path, lock: threading.RLock) -> "SharedEngine":
        address, id = address_of(folder)
        archive = PostgresEngine(address, lock)
        if archive.check() != id:
            archive.close()
            forget(address, folder)
            raise CacheError(
                _(
                    "{archive} is not the archive that it was; open it again (marks of the former "
                    "one are kept in {folder})"
                ).format(archive=address.name, folder=folder)
            )
        return SharedEngine(archive, OwnFile(self.path), lambda: self.session.marks())

    @property
    def shared(self) -> SharedEngine:
        """Return the engine of the archive."""
        engine: Any = self.engine
        return cast(SharedEngine, engine)

    def _marks_of(self, _view: Any) -> Any:
        return {}  # they are not among the facets of the archive
