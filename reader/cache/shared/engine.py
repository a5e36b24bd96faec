"""An engine for a shared archive: articles from the archive's engine, marks from this user."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from reader.cache.files.connections import transaction
from reader.cache.files.damage import sql_errors
from reader.cache.marks.journal import Marks
from reader.cache.shared.own_file import OwnFile
from reader.cache.shared.own_sets import Own
from reader.cache.shared.view import Keys, OwnChanges, OwnTransaction, OwnView
from reader.errors import CacheGone

if TYPE_CHECKING:
    from reader.cache.engine import Engine, Moment, Upkeep


class OwnMoment:
    """A moment of the archive, with the user's sets as of it. See `engine.Moment`."""

    __slots__ = ("moment", "own", "texts", "version", "view")

    def __init__(self, moment: "Moment", every: Own, keys: Keys) -> None:
        self.moment = moment
        self.own = every.at(moment.view)
        self.view = OwnView(moment.view, every, keys, self.own)
        self.version = self.view.counter("version")
        self.texts = moment.texts


class SharedEngine:
    """Opens views of a shared archive, with the user's own sets in them. See `engine.Engine`.

    `archive`: the engine of the articles. Marks are written beside it, under a lock of the user's
    own programs alone; articles never wait for marks, nor marks for articles. `lost`: why the
    archive could not be reached when a moment was begun last, empty if it could; what was read
    before stays readable.
    """

    def __init__(
        self,
        archive: "Engine[Any]",
        file: OwnFile,
        marks: Callable[[], Marks],
    ) -> None:
        """Use an archive. marks: gives this thread's connection to `marks.db`."""
        self.archive = archive
        self.own = Own(file, marks)
        self.lost = ""
        self._keys = Keys()
        self._marking = threading.RLock()
        self._listener: Any = None

    @property
    def name(self) -> str:
        """Return what messages call the archive."""
        return self.archive.name

    @property
    def upkeep(self) -> "Upkeep":
        """Return the part that keeps the archive quick."""
        return self.archive.upkeep

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raise CacheError for whatever goes wrong within."""
        with sql_errors(self.own.file.path), self.archive.errors():
            yield

    def present(self) -> OwnView:
        """Return this thread's view of the present state. Raises CacheError."""
        return OwnView(self.archive.present(), self.own, self._keys)

    @contextmanager
    def transaction(self, *, wait: bool = True) -> Iterator[OwnTransaction]:
        """Give a transaction that writes articles, one writer of all machines at a time.

        The own sets follow when it has ended, as after the transactions of others.
        """
        with self.errors(), self.archive.transaction(wait=wait) as to:
            yield OwnTransaction(to, self.own, self._keys)

    @contextmanager
    def changing_own(self, *, wait: bool = True) -> Iterator[OwnChanges]:
        """Give a transaction that writes marks and answers, and only reads articles."""
        file = self.own.file
        with self._marking, self.errors():
            if not wait:
                file.wait_briefly()
            # First a connection, as who has one may wait for this user's lock; then that lock, so
            # that the state that is read is not older than the sets.
            view: Any = self.archive.present()
            _taken = view.db
            with transaction(file.db), view.snapshot():
                before = self.own.at(view, is_locked=True)
                to = OwnChanges(view, self.own, self._keys, before)
                yield to
                if to.now is not before:
                    file.write(to.now, before)
            if to.now is not before:
                self.own.note(to.now)

    def claim(
        self, sources: Sequence[str], holder: str, seconds: int
    ) -> dict[str, tuple[str, int]]:
        """Claim sources for so long; return those that other machines have claimed.

        That is: their names, and until when, in Unix seconds. holder: names this machine. Raises
        CacheError.
        """
        to: Any
        with self.errors(), self.archive.transaction() as to:
            left: dict[str, tuple[str, int]] = to.claim(sources, holder, seconds)
            return left

    @property
    def is_heard(self) -> bool:
        """Return whether `told` of `listen` is called for changes now."""
        return self._listener is not None and bool(self._listener.is_on)

    @property
    def marks(self) -> int:
        """Return a number that grows with this user's marks, by any program. Raises CacheError."""
        with self.errors():
            return self.own.file.versions()[1]

    def deciding_alone(self) -> AbstractContextManager[bool]:
        """Give whether this program decides stories meanwhile: one screen of all machines does."""
        archive: Any = self.archive
        alone: AbstractContextManager[bool] = archive.deciding_alone()
        return alone

    def listen(self, told: Callable[[], None]) -> None:
        """Call `told`, in another thread, soon after others have changed it, until `close`."""
        archive: Any = self.archive
        self._listener = archive.listen(told)

    def alone(self) -> AbstractContextManager[object]:
        """Keep other threads from writing meanwhile."""
        return self.archive.alone()

    def begin(self, searches: int = 1, texts: int = -1) -> OwnMoment:  # noqa: ARG002 - of own.db
        """Return the present state, held until `end`. searches: expected concurrent searches."""
        try:
            with self.errors():
                moment = self.archive.begin(searches, self.own.file.versions()[0])
        except CacheGone as error:
            self.lost = str(error)
            raise
        self.lost = ""
        try:
            return OwnMoment(moment, self.own, self._keys)
        except BaseException:
            self.archive.end(moment)
            raise

    def end(self, moment: OwnMoment) -> None:
        """Release a moment as soon as its last search has ended."""
        self.archive.end(moment.moment)

    def lease(self, moment: OwnMoment) -> None:
        """Keep a moment until `searching` ends."""
        self.archive.lease(moment.moment)

    @contextmanager
    def preparing(self, moment: OwnMoment) -> Iterator[OwnView]:
        """Give a view for looking up words in a moment that no other thread reads yet."""
        with self.archive.preparing(moment.moment) as view:
            yield OwnView(view, self.own, self._keys, moment.own)

    @contextmanager
    def searching(self, moment: OwnMoment | None) -> Iterator[OwnView]:
        """Give a view for looking up words concurrently. moment: leased; None: the present."""
        with self.archive.searching(moment.moment if moment else None) as view:
            yield OwnView(view, self.own, self._keys, moment.own if moment else None)

    def suspect(self) -> None:
        """Request a full check of the archive."""
        self.archive.suspect()

    def wait_briefly(self) -> None:
        """Wait only briefly for locks of other programs from now on, in this thread."""
        self.archive.wait_briefly()
        self.own.file.wait_briefly()

    def release(self) -> None:
        """Close what this thread has open."""
        self.archive.release()
        self.own.file.release()

    def close(self) -> None:
        """Close everything, whichever thread opened it."""
        self.archive.close()
        self.own.file.close()
