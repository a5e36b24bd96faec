"""Write marks to the present file; repair or recreate the file if necessary."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from reader.article import Identity
from reader.cache.answers import Marked
from reader.cache.files.migrations import MARKS
from reader.cache.files.schema import connect
from reader.cache.marks.journal import Marks, Step, marks_errors
from reader.cache.marks.kinds import AnyMark
from reader.cache.marks.pool import file_id
from reader.cache.session import Session
from reader.errors import CacheUnwritable, MarksDamaged, MarksGone
from reader.i18n import _

T = TypeVar("T")

Label = Callable[[bool, int], str]
"""Returns the name of a step, from the mark's new value and the number of articles."""

TRIES = 3


class MarksKeeper:
    """The marks of one open store. `notices`: a sentence for each repair."""

    def __init__(self, folder: Path, session: Session) -> None:
        self.notices: list[str] = []
        self._folder = folder
        self._session = session

    def change(self, work: Callable[[Marks], T]) -> T:
        """Do the work on `marks.db`, and check that the file is still in place. Raises CacheError.

        If the file is damaged or deleted, it is repaired or recreated and the work is repeated.
        """
        for _try in range(TRIES):
            try:
                marks = self._session.marks()
                if not self._session.marks_pool.is_present():
                    raise MarksGone(marks.path)
                result = work(marks)
            except MarksGone:
                self._make_anew()
            except MarksDamaged:
                if not self.repair():
                    raise
            else:
                if self._session.marks_pool.is_present():
                    return result
        raise MarksGone(self._session.marks_pool.path)

    def mark(
        self,
        articles: Sequence[Identity],
        mark: AnyMark,
        value: bool | None,
        label: Label,
        beside: Sequence[Identity] = (),
    ) -> Marked:
        """Mark articles in the marks file only, without updating facets. Raises CacheError.

        value: as of `Marking.set_marks`. beside: get the mark as well, without being counted.
        """

        def write(marks: Marks) -> Marked:
            is_marked = {each: mark in marks.of(each) for each in (*articles, *beside)}
            becomes = not all(is_marked[each] for each in articles) if value is None else value
            changed = [each for each, has_it in is_marked.items() if has_it is not becomes]
            count = len(set(articles).intersection(changed)) or min(len(changed), len(articles))
            if changed:
                marks.do(Step(label(becomes, count), mark, becomes, changed))
            return Marked(becomes, count, len(articles))

        return self.change(write)

    def ask(self, question: Callable[[Marks], T]) -> T:
        """Return an answer from the marks, even of a deleted file that is open. Raises CacheError.

        What the question writes is lost with a deleted file.
        """
        try:
            return question(self._session.marks())
        except MarksDamaged:
            if not self.repair():
                raise
        return question(self._session.marks())

    def repair(self) -> bool:
        """Repair a damaged file; return whether it is repaired, by this program or another."""
        from reader.cache.repair.marks_repair import prepare_marks

        before = file_id(self._session.marks_pool.path)
        self._session.marks_pool.release()
        self.notices += prepare_marks(self._folder)
        return file_id(self._session.marks_pool.path) != before

    def catch_up(self) -> None:
        """Add marks that the cache shows and the marks file lacks."""
        from reader.cache.repair.marks_repair import catch_up

        self.notices += filter(None, [catch_up(self._folder)])

    def keep_copy(self) -> None:
        """Make today's copy of the marks, unless it exists. Raises CacheError."""
        from reader.cache.repair.marks_copies import is_due, keep_copy

        if not is_due(self._folder) or not self._folder.exists():
            return
        try:
            keep_copy(self._folder)
        except MarksDamaged:
            if self.repair():
                keep_copy(self._folder)

    def _make_anew(self) -> None:
        """Recreate the file from an open connection, else from copies and the cache."""
        from reader.cache.files.asides import alone, take_place
        from reader.cache.repair.marks_copies import copied_from
        from reader.cache.repair.marks_repair import new_file, prepare_marks

        path, former = self._session.marks_pool.path, self._session.marks_pool.any()
        if former is None:
            self.notices += prepare_marks(self._folder)
            return
        files = ("cache.db", "own.db")
        is_cache_gone = not any((self._folder / name).exists() for name in files)
        with alone(self._folder):
            if file_id(path) is not None:
                return  # another program was first
            try:
                with new_file(path) as new:
                    copied_from(former, new, path)
                    with closing(connect(new, MARKS)) as db, marks_errors(new):
                        db.execute("PRAGMA journal_mode = WAL")
                    take_place(new, path)
            except OSError as error:
                raise CacheUnwritable(path, error) from error
        self._session.marks_pool.release()
        self.notices.append(_made_anew(path, is_cache_gone))


def _made_anew(path: Path, is_cache_gone: bool) -> str:
    said = _("{file} had been deleted; it was recreated with all its marks").format(file=path)
    if is_cache_gone:
        is_gone = _("cache.db is gone, too: import or sync again")
        said = f"{said}; {is_gone}"
    return said
