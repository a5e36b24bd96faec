"""Save and restore the view with the marks: groups, cursor, open article, width."""

from collections.abc import Set as AbstractSet

from reader.article import Identity
from reader.config.settings import WIDTHS
from reader.library import Grouping, Library
from reader.records import dataclass
from reader.ui.sidebar.density import Density
from reader.ui.sidebar.outline import Cursor, Key
from reader.ui.sidebar.widget import Sidebar

_FORMER = {"day": "latest"}
"""Groupings that views were saved with earlier, and what they are called now."""


@dataclass(slots=True, kw_only=True)
class View:
    """The view to restore at the next start; `str` and `parse` convert it. None: never chosen."""

    grouping: Grouping = Grouping.CATEGORY
    density: Density | None = None
    """What rows show, as the user chose it."""
    open_groups: AbstractSet[Key] | None = None
    group: Key = ()
    """The group of the cursor."""
    article: Identity | None = None
    """The article of the cursor, None if it was on the group."""
    line: int = 0
    """Line of the list on which the cursor stood."""
    opened: Identity | None = None
    """The article in the reading pane."""
    sidebar_width: int | None = None
    column_width: int | None = None
    """Most cells of a line in the reading pane."""

    def put_back(self, sidebar: Sidebar, library: Library) -> None:
        """Restore groups and cursor; on the first start, go to the first article."""
        if self.open_groups is None:
            sidebar.open_first()
            sidebar.go_to_first_article()
            return
        sidebar.open_groups = self.open_groups
        if self.group:
            article = library.id_of(self.article) if self.article else None
            sidebar.cursor = Cursor(group=self.group, article=article)
            sidebar.line = self.line

    def note(self, sidebar: Sidebar, library: Library) -> None:
        """Note the present groups and cursor."""
        cursor = sidebar.cursor
        self.group = cursor.group if cursor else ()
        around = {self.group[:depth] for depth in range(1, len(self.group) + 1)}
        self.open_groups = sidebar.open_groups - (sidebar.opened_for_results - around)
        self.line = sidebar.line
        self.article = None
        if cursor and cursor.article is not None:
            self.article = library.identity(cursor.article)

    def __str__(self) -> str:
        import json

        return json.dumps(
            {
                "grouping": self.grouping,
                "density": self.density,
                "open_groups": None if self.open_groups is None else sorted(self.open_groups),
                "group": self.group,
                "article": self.article,
                "line": self.line,
                "opened": self.opened,
                "sidebar_width": self.sidebar_width,
                "column_width": self.column_width,
            }
        )

    @classmethod
    def parse(cls, text: str) -> "View":
        """Return the saved view, or that of a first start if it cannot be read."""
        import json

        try:
            saved = json.loads(text)
            opened = saved["open_groups"]
            return cls(
                grouping=Grouping(_FORMER.get(saved["grouping"], saved["grouping"])),
                density=Density(saved["density"]) if saved.get("density") else None,
                open_groups=None if opened is None else {tuple(key) for key in opened},
                group=tuple(saved["group"]),
                article=Identity(*saved["article"]) if saved["article"] else None,
                line=int(saved.get("line", 0)),
                opened=Identity(*saved["opened"]) if saved.get("opened") else None,
                sidebar_width=saved["sidebar_width"],
                column_width=_width(saved.get("column_width")),
            )
        except (ValueError, KeyError, TypeError):
            return cls()


def _width(saved: object) -> int | None:
    return saved if isinstance(saved, int) and saved in WIDTHS else None
