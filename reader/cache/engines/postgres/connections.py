"""Connections to a shared archive, and what their errors mean.

No statement is prepared and no setting outlives a transaction, so that a pooler may hand a
connection to another client after each.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg import generators
from psycopg.abc import Params, PQGen
from psycopg.pq import PipelineStatus, TransactionStatus

from reader.cache.engines.postgres.address import Address
from reader.cache.engines.postgres.texts import read_plainly
from reader.cache.values.facet_rows import Damaged
from reader.errors import CacheDamaged, CacheError, CacheGone, CacheLocked
from reader.i18n import _
from reader.text import clean_line

Cursor = psycopg.Cursor[Any]

R = TypeVar("R")

CONNECT_S = 10
SILENT_S = 8
"""How long the server's machine may leave what was sent without an answer."""
ANSWER_S = 2
"""The same for what a key waits for: afterwards the list shows what was read."""
READ_S, WRITE_S = 60, 600
"""How long one statement may take."""

SERVICE = "cryptoread"
"""Name in the system's keyring under which the password of an address is looked up."""

_ADVICE = (
    (
        r"role .* does not exist|no such user|not permitted to log in",  # not shown
        _("{archive} does not know the user; name another one before the host: USER@HOST"),
    ),
    (
        "database .* does not exist|no such database",  # not shown: what the server says
        _(
            "{archive}: the server has no database of that name; correct the address, "
            "or ask the server's administrator to create it"
        ),
    ),
    (
        "password|authentication failed|SASL",  # not shown: what the server says
        _(
            "{archive} does not accept the user or the password; "
            "`keyring set cryptoread ADDRESS` or ~/.pgpass keeps a password"
        ),
    ),
    (
        "permission denied|pg_hba.conf",  # not shown: what the server says
        _("{archive} does not let this user or machine in; ask the owner of the archive"),
    ),
    (
        "does not match host name",  # not shown: what the server says
        _(
            "{archive} has a certificate for another host; correct the address, "
            "or ask the owner of the archive which name it is for"
        ),
    ),
    (
        "root certificate file",  # not shown: what libpq says
        _(
            "the certificate of {archive} cannot be checked; name the file of its authority "
            "with ?sslrootcert=FILE in the address, or save it as ~/.postgresql/root.crt"
        ),
    ),
    (
        "certificate verify failed",  # not shown: what libpq says
        _(
            "{archive} has a certificate that has expired or is of an authority that is not "
            "trusted; check ?sslrootcert=FILE in the address, or ask the owner of the archive"
        ),
    ),
    (
        "not support SSL",  # not shown: what libpq says
        _(
            "{archive} does not encrypt connections; ask its administrator for that, "
            "or add ?sslmode=prefer to the address if the network is trusted"
        ),
    ),
)
_REASONS = (
    ("resolve host|translate host name", _("there is no such host")),  # not shown: libpq's words
    ("refused|No such file", _("no server answers there")),  # not shown: the same
    ("timeout expired|timed out|_timeout", _("the server did not answer in time")),  # not shown
    ("No route to host|unreachable", _("there is no network")),  # not shown
    ("too many|connection slots|no more", _("the server has no free connection")),  # not shown
    ("starting up|shutting down|recovery", _("the server is starting or stopping")),  # not shown
    ("closed|lost|terminat|reset by|EOF|Broken pipe", _("the connection was lost")),  # not shown
)
_NO_PASSWORD = "no password supplied"  # noqa: S105 - a part of libpq's message  # not shown


class Connection(psycopg.Connection[Any]):
    """A connection that is given up if the server is silent for `patience_s` while it is asked.

    The server's own limits do not hold for a server that stands still, nor in a network that
    swallows its answers.
    """

    patience_s: float = READ_S + SILENT_S
    _is_ending = False
    _beginning: Sequence[str] = ()

    def begin_with(self, statements: Sequence[str]) -> None:
        """Begin a transaction with these statements, together with the next question."""
        self._beginning = statements

    @property
    def is_begun(self) -> bool:
        """Return whether a transaction is open, or begins with the next question."""
        self.settle()
        return bool(self._beginning) or self.info.transaction_status != TransactionStatus.IDLE

    def execute(
        self,
        query: Any,
        params: Params | None = None,
        *,
        prepare: bool | None = None,
        binary: bool = False,
    ) -> "Cursor":
        """Ask the server."""
        statements, self._beginning = self._beginning, ()
        is_together = not statements or self.pgconn.pipeline_status != PipelineStatus.OFF
        with nullcontext() if is_together else self.pipeline():
            for each in statements:
                super().execute(each.encode())
            return super().execute(query, params, prepare=prepare, binary=binary)

    def end_soon(self) -> None:
        """End the transaction, if there is one; the answer is read before the next question."""
        if self._is_ending:
            return
        if self._beginning or not self.is_begun:
            self._beginning = ()
            return
        self.pgconn.send_query(b"ROLLBACK")
        self.pgconn.flush()
        self._is_ending = True

    def settle(self) -> None:
        """Read the answer to `end_soon`, which mostly has come long since."""
        if self._is_ending:
            self._is_ending = False
            self.wait(generators.fetch_many(self.pgconn))

    @property
    def is_asked(self) -> bool:
        """Return whether a statement is running whose answer is waited for."""
        is_active = self.info.transaction_status == TransactionStatus.ACTIVE
        return is_active and not self._is_ending

    def wait(
        self,
        gen: PQGen[R],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ARG002
    ) -> R:
        """Wait for an answer. Raises OperationalError, and closes the connection, without one."""
        self.settle()
        try:
            return super().wait(self._patient(gen), interval)
        except _Silent:
            self.pgconn.finish()
            raise

    def _patient(self, gen: PQGen[R]) -> PQGen[R]:
        heard = monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard = monotonic()
                elif monotonic() - heard > self.patience_s:
                    raise _Silent(_("it has not answered for too long"))
                wanted = gen.send(ready)
        except StopIteration as end:
            result: R = end.value
            return result


class _Silent(psycopg.OperationalError):
    """The server has not answered."""


class ArchiveGone(CacheGone):
    """The server cannot be reached, or the connection was lost."""

    def __init__(self, name: str, reason: str) -> None:
        text = _("{archive} cannot be reached: {reason}")
        CacheError.__init__(self, text.format(archive=name, reason=reason))


class NotLetIn(ArchiveGone):
    """The server answers, but does not open the archive. text: says why and what to do."""

    def __init__(self, text: str) -> None:
        CacheError.__init__(self, text)


class ArchiveRefused(CacheError):
    """The server does not let this user do that."""

    def __init__(self, name: str, reason: str) -> None:
        text = _("{archive} does not allow that ({reason}); ask the owner of the archive")
        super().__init__(text.format(archive=name, reason=reason))


@contextmanager
def sql_errors(name: str) -> Iterator[None]:
    """Raise errors of the server as CacheErrors. name: what messages call the archive."""
    try:
        yield
    except Damaged as error:
        raise CacheDamaged(name, str(error), _("ask the owner of the archive")) from error
    except psycopg.Error as error:
        raise ours(name, error) from error


def ours(name: str, error: psycopg.Error) -> CacheError:
    """Return the CacheError that an error of psycopg is for the user."""
    said = clean_line((str(error).strip().splitlines() or [type(error).__name__])[0])
    if isinstance(error, pg.LockNotAvailable | pg.DeadlockDetected | pg.SerializationFailure):
        return CacheLocked(name)
    if isinstance(error, pg.InsufficientPrivilege):
        return ArchiveRefused(name, _("permission denied"))
    if isinstance(error, pg.ReadOnlySqlTransaction):
        return ArchiveRefused(name, _("the server is only read"))
    if isinstance(error, pg.QueryCanceled):
        text = _("{archive}: the server took too long to answer; try again")
        return CacheError(text.format(archive=name))
    if isinstance(error, pg.UndefinedTable | pg.InvalidSchemaName):
        return no_archive(name)
    lost = (
        pg.AdminShutdown
        | pg.CrashShutdown
        | pg.CannotConnectNow
        | pg.IdleInTransactionSessionTimeout
    )
    if isinstance(error, lost) or is_lost(error):
        return gone(name, str(error), said)
    return CacheError(f"{name}: {said}")


def gone(name: str, text: str, said: str) -> ArchiveGone:
    """Return the error for a server that cannot be used. text: its words; said: shown if unknown.

    Neither libpq nor the server gives a code for it: the words are English, or those of the server.
    """
    for words, advice in _ADVICE:
        if re.search(words, text):
            return NotLetIn(advice.format(archive=name))
    reasons = (reason for words, reason in _REASONS if re.search(words, text))
    return ArchiveGone(name, next(reasons, said))


def is_lost(error: psycopg.Error) -> bool:
    """Return whether the connection is missing or was lost."""
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and (
        error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))
    )


def no_archive(name: str) -> CacheError:
    """Return the error for a database in which no archive was set up."""
    text = _("{database} has no archive yet; its owner sets it up with `cryptoread archive init`")
    return CacheError(text.format(database=name))


def connect(address: Address) -> Connection:
    """Open a connection. Raises CacheError."""
    given: dict[str, Any] = {
        "connect_timeout": str(CONNECT_S),
        "application_name": "cryptoread",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "2",
        "tcp_user_timeout": str(SILENT_S * 1000),
        **address.parameters,
    }
    with sql_errors(address.name):
        try:
            return _connected(given)
        except psycopg.OperationalError as error:
            password = _from_keyring(address) if _NO_PASSWORD in str(error) else ""
            if not password:
                raise
            return _connected(given | {"password": password})


def _connected(given: dict[str, Any]) -> Connection:
    db = Connection.connect(autocommit=True, prepare_threshold=None, **given)
    read_plainly(db)
    if db.info.encoding != "utf-8":
        db.execute("SET client_encoding TO 'UTF8'")
    return db


def _from_keyring(address: Address) -> str:
    """Return the password that `keyring set cryptoread ADDRESS` stored; empty without one."""
    try:
        import keyring

        return keyring.get_password(SERVICE, address.text) or ""
    except Exception:  # noqa: BLE001 - each keyring has errors of its own; go on without a password
        return ""


BEGIN = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    f"SET LOCAL statement_timeout = {READ_S * 1000}",
    # The words of frequent words' articles are beside the table: reading all of them takes longest.
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL work_mem = '64MB'",
)
"""Statements that begin a read transaction: all in it is as of its first question."""


@contextmanager
def snapshot(db: Connection) -> Iterator[None]:
    """Hold a read transaction, or use the open one: everything within is as of one moment."""
    if db.is_begun:
        yield
        return
    db.begin_with(BEGIN)
    try:
        yield
    finally:
        end_soon(db)


def end(db: Connection) -> None:
    """End a transaction that has only read; close a connection where that fails."""
    if not db.closed:
        with suppress(psycopg.Error):
            db.execute("ROLLBACK")
        if db.info.transaction_status != TransactionStatus.IDLE:
            db.close()


def end_soon(db: Connection) -> None:
    """Do the same without waiting for the server."""
    if not db.closed:
        with suppress(psycopg.OperationalError):
            db.end_soon()
