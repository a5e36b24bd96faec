"""Set up an archive in a database, bring it to the present schema, and check it at each start."""

import re
from math import inf
from uuid import uuid4

import psycopg

from reader.cache.engines.postgres.address import Address
from reader.cache.engines.postgres.connections import Connection, connect, no_archive, sql_errors
from reader.cache.engines.postgres.migrations import MIGRATIONS
from reader.cache.values.slots import WIDTHS, Slots, of_width
from reader.errors import CacheError, CacheTooNew
from reader.i18n import _

_SETTING_UP = 0x63724332
"""Key of the advisory lock under which an archive is set up or migrated."""

_ARCHIVE = "SELECT id, migrations FROM cryptoread.archive"
_WITH_SLOTS = (
    "SELECT id, migrations, (SELECT value FROM cryptoread.meta WHERE name = 'slots') "
    "FROM cryptoread.archive"
)


def check(address: Address) -> str:
    """Return the id of the archive at an address, if this program can use it. Raises CacheError."""
    with sql_errors(address.name):
        db = connect(address)
        try:
            return check_on(db, address)
        finally:
            db.close()


def check_on(db: Connection, address: Address) -> str:
    """Return the id of the archive on a connection. Raises CacheError."""
    with sql_errors(address.name):
        row = db.execute(_WITH_SLOTS).fetchone()
    if row is None:
        raise no_archive(address.name)
    id, migrations, slots = row
    if migrations > len(MIGRATIONS):
        raise CacheTooNew(address.name)
    if migrations < len(MIGRATIONS):
        raise CacheError(
            _(
                "{archive} was written by an older cryptoread; its owner brings it up to date "
                "with `cryptoread archive migrate`"
            ).format(archive=address.name)
        )
    if not isinstance(id, str) or not re.fullmatch("[0-9a-f]{32}", id):
        text = _("{database} has an archive without a valid id")
        raise CacheError(text.format(database=address.name))
    of_width(slots)
    return id


def init(address: Address, slots: Slots = WIDTHS[0]) -> None:
    """Set up an archive in a database that has none. Raises CacheError."""
    with sql_errors(address.name), connect(address) as db:
        if str(db.execute("SHOW server_encoding").fetchone()) != "('UTF8',)":
            text = _("{database} is not encoded in UTF-8; create another database")
            raise CacheError(text.format(database=address.name))
        if db.info.server_version < 130000:
            text = _("{database} is on a server older than PostgreSQL 13; choose another one")
            raise CacheError(text.format(database=address.name))
        with db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(%s)", (_SETTING_UP,))
            if db.execute("SELECT to_regnamespace('cryptoread')").fetchone() != (None,):
                text = _("{database} already has an archive")
                raise CacheError(text.format(database=address.name))
            db.execute("CREATE SCHEMA cryptoread")
            _apply(db, 0)
            insert = "INSERT INTO cryptoread.archive (id, migrations) VALUES (%s, %s)"
            db.execute(insert, (uuid4().hex, len(MIGRATIONS)))
            width = "UPDATE cryptoread.meta SET value = %s WHERE name = 'slots'"
            db.execute(width, (slots.quarters,))


def migrate(address: Address) -> int:
    """Bring an archive to the present schema; return how many migrations it lacked."""
    with sql_errors(address.name), connect(address) as db, db.transaction():
        db.patience_s = inf  # a large archive takes many minutes
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_SETTING_UP,))
        try:
            row = db.execute(_ARCHIVE).fetchone()
        except psycopg.errors.UndefinedTable:
            row = None
        if row is None:
            raise no_archive(address.name)
        before = int(row[1])
        if before > len(MIGRATIONS):
            raise CacheTooNew(address.name)
        _apply(db, before)
        db.execute("UPDATE cryptoread.archive SET migrations = %s", (len(MIGRATIONS),))
        return len(MIGRATIONS) - before


def _apply(db: Connection, before: int) -> None:
    for script in MIGRATIONS[before:]:
        db.execute(script)
