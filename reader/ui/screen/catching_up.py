"""Show what other programs have changed: list, rows and open article advance together."""

from collections.abc import Callable
from time import monotonic

from reader.article import ArticleId
from reader.errors import CacheError
from reader.i18n import _
from reader.library import Library
from reader.ui.screen.answers import Answers
from reader.ui.screen.host import Host
from reader.ui.screen.listing import Listing
from reader.ui.screen.marks import Marker
from reader.ui.screen.open_article import OpenArticle
from reader.ui.screen.search import Searching
from reader.ui.sidebar.widget import Sidebar

HEARD_S = 5.0
"""How often a shared archive is looked at that tells of changes by itself."""


class CatchingUp:
    """Advances one screen to the latest version of the library."""

    def __init__(
        self,
        host: Host,
        library: Library,
        *,
        answers: Answers,
        article: OpenArticle,
        listing: Listing,
        marker: Marker,
        searching: Searching,
        sidebar: Sidebar,
        changed: Callable[[], object],
    ) -> None:
        """Make it. changed: called when articles or marks have changed."""
        self._host = host
        self._library = library
        self._answers = answers
        self._article = article
        self._listing = listing
        self._marker = marker
        self._searching = searching
        self._sidebar = sidebar
        self._changed = changed
        self._loss = ""
        """Why a shared archive cannot be reached, empty if it can."""
        self._is_told = False
        """Whether a shared archive has told of a change since the last look."""
        self._looked_at = 0.0, -1
        """When a shared archive was looked at last, and the user's marks then."""

    def begin(self, look_if_due: Callable[[], object]) -> None:
        """Tell others of the screen, and hear of changes of a shared archive.

        look_if_due: called on the screen for each of them.
        """

        def told() -> None:
            if not self._is_told:
                self._is_told = True
                self._host.call_later(look_if_due)

        self._library.announce()
        if self._library.shared is not None:
            self._library.shared.listen(told)

    def is_due(self) -> bool:
        """Return whether it is time to look: each second, less often while changes are told of."""
        shared = self._library.shared
        if shared is None or self._is_told or self._loss or not shared.is_heard:
            return True
        looked, marks = self._looked_at
        if monotonic() - looked >= HEARD_S:
            return True
        try:
            return shared.marks != marks
        except CacheError:  # which looking says
            return True

    def look(self) -> None:
        """Show what has changed, after it is read in the background. Raises CacheError."""
        if (shared := self._library.shared) is not None:
            self._tell_of_loss(shared.lost)
            if not self._answers.is_catching_up:
                self._is_told = False
                self._looked_at = monotonic(), shared.marks
            self._answers.catch_up(self.show)  # a server may take its time
            if self._answers.has_failed and not self._loss:
                self._answers.ask()
        elif not self._library.renew():
            self._answers.catch_up(self.show)
        elif self._answers.has_failed:
            self._answers.ask()

    def _tell_of_loss(self, loss: str) -> None:
        """Say that a shared archive cannot be reached, and when it can be again."""
        before, self._loss = self._loss, loss
        if loss and not before:
            text = _("{loss}; what was read stays, and it is tried again")
            self._host.say(text.format(loss=loss), error=True)
        elif before and not loss:
            self._host.say(_("the archive can be reached again"))

    def show(self) -> None:
        """Advance to the version that has been read. Raises CacheError.

        Not while a mark is being written: it names articles by the ids of the present version. Its
        writer looks for changes again.
        """
        if self._marker.is_writing:
            return
        if not self._library.is_prepared_for(self._host.filter):
            self._answers.catch_up(self.show)
            return
        texts = self._library.texts
        moves = self._library.catch_up(self._held_articles(), self._sidebar.selected)
        if self._library.texts == texts:
            self._show_marks()
            self._changed()
            return
        self._sidebar.follow(moves)
        self._searching.follow(moves)
        self._article.find_again()
        self._sidebar.refresh_rows()
        self._answers.ask()
        self._article.show_marks()
        self._article.reread()
        self._changed()

    def _held_articles(self) -> set[ArticleId]:
        """Return the articles that the screen must find again under their new ids."""
        return self._sidebar.held_articles | self._searching.held_articles

    def _show_marks(self) -> None:
        """Show only changed marks: unless the filter asks for marks, the same articles match."""
        self._sidebar.refresh_rows()
        if self._host.filter.is_about_marks:
            self._answers.ask()
        else:
            self._listing.show_groups()
        self._article.show_marks()
