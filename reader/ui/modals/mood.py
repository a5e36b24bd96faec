"""The box with the mood of the filter: columns up and down, and a row for each frequent name.

It is handed its numbers by a function, which is called in a thread.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from reader.cache.mood import By, Mood, Per
from reader.i18n import _, pgettext
from reader.query.language import Field, Term
from reader.ui.modals.modal import Modal
from reader.ui.modals.mood_lines import (
    NAMES,
    Layout,
    State,
    lay_out,
    what_words_mean,
)
from reader.ui.textual_compat.failures import Guarded, in_background

Count = Callable[[By, Per], Mood]
Terms = tuple[Term, ...]

_PER = list(Per)


class MoodView(Guarded, Widget, can_focus=True):
    """Paints the columns and the table, and moves a cursor in each."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("mood--up", "mood--down", "mood--down-end", "mood--muted", "mood--title"),
        *("mood--cursor", "mood--chosen"),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "row(1)", _("Next row"), show=False, id="mood.down"),
        Binding("k,up", "row(-1)", _("Previous row"), show=False, id="mood.up"),
        Binding(
            "h,left", "column(-1)", pgettext("column", "Earlier"), show=False, id="mood.earlier"
        ),
        Binding("l,right", "column(1)", pgettext("column", "Later"), show=False, id="mood.later"),
        Binding("g,home", "row(-99)", _("First row"), show=False, id="mood.first"),
        Binding("G,end", "row(99)", _("Last row"), show=False, id="mood.last"),
        Binding("enter", "choose", _("Add to the filter"), show=False, id="mood.choose"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self._plan = Layout([])
        self._is_plan_of = Size(0, 0)
        self._looks: dict[str, Style] = {}
        """Styles by name, while lines are painted."""

    def show(self, state: State) -> None:
        """Paint another state."""
        self.state = state
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        self._plan = lay_out(self.state, max(1, self.size.width), max(1, self.size.height))
        self._is_plan_of = self.size

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lay out for a new size, then paint: Textual tells of it after the first paint."""
        if self._is_plan_of != self.size:
            self._lay_out()
        self._looks = {"": self.rich_style}
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return one line."""
        lines = self._plan.lines
        segments = [
            Segment(text, self._look(name)) for text, name in (lines[y] if y < len(lines) else [])
        ]
        return Strip(segments).adjust_cell_length(self.size.width, self._look(""))

    def _look(self, name: str) -> Style:
        if name not in self._looks:
            self._looks[name] = self._looks[""] + self.get_component_rich_style(name)
        return self._looks[name]

    def action_row(self, steps: int) -> None:
        """Move the cursor of the table, or leave the columns."""
        rows = self.state.mood.rows if self.state.mood else ()
        step = 0 if self.state.on_columns and abs(steps) == 1 else steps
        row = max(0, min(self.state.row + step, len(rows) - 1))
        self.show(self.state._replace(row=row, on_columns=not rows))

    def action_column(self, steps: int) -> None:
        """Move the cursor of the columns."""
        columns = len(self.state.columns)
        step = steps if self.state.on_columns else 0 if steps > 0 else steps
        column = max(0, min(self.state.column + step, columns - 1))
        self.show(self.state._replace(column=column, on_columns=True))

    def action_choose(self) -> None:
        """Add what is under the cursor to the filter, and close the box."""
        if terms := self._terms():
            self.screen.dismiss(terms)

    def _terms(self) -> Terms:
        state = self.state
        if state.mood is None or not state.columns:
            return ()
        if state.on_columns:
            column = state.columns[state.column]
            return (
                Term(Field.AFTER, column.first.isoformat()),
                Term(Field.BEFORE, column.end.isoformat()),
            )
        if not state.mood.rows or state.mood.per is None:
            return ()
        return (Term(Field(state.mood.per), state.mood.rows[state.row].name),)

    def on_click(self, event: Click) -> None:
        """Move a cursor there; on what is under the cursor already, add it to the filter."""
        event.stop()
        before = self.state
        column, row = self._plan.column_at(event.x, event.y), self._plan.row_at(event.y)
        if column is not None:
            self.show(before._replace(column=column, on_columns=True))
        elif row is not None:
            self.show(before._replace(row=row, on_columns=False))
        else:
            return
        if self.state == before:
            self.action_choose()


class MoodScreen(Modal[Terms]):
    """Returns the terms to add to the filter; None: nothing.

    query: the filter, as text. count: returns the mood. It is called in a thread and may raise
    CryptoreadError. empty: what is shown without articles.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,d", "dismiss(None)", _("Close"), id="mood.close"),
        Binding("tab", "per(1)", _("Tags, sources, categories"), id="mood.per"),
        Binding("shift+tab", "per(-1)", _("Back"), show=False, id="mood.per-back"),
        Binding("w", "by", _("Weeks or days"), id="mood.by"),
        Binding("e", "estimates", _("Labels or estimates"), id="mood.estimates"),
    ]

    def __init__(self, query: str, count: Count, empty: str = "") -> None:
        super().__init__()
        self._empty = empty
        self._query = query
        self._count = count
        self._by, self._per = By.DAY, Per.TAG
        self._first: Mood | None = None

    async def prepare(self, seconds: float) -> None:
        """Count what is shown first, at most so long, so that the box opens complete."""
        counting = asyncio.create_task(asyncio.to_thread(self._count, self._by, self._per))
        done, _pending = await asyncio.wait({counting}, timeout=seconds)
        if done:
            self._first = counting.result()
        else:
            counting.add_done_callback(lambda late: late.cancelled() or late.exception())

    def compose(self) -> ComposeResult:
        """Yield columns and table in a box with title and keys."""
        from textual.containers import Vertical

        with Vertical(classes="modal-box"):
            yield MoodView()

    def on_mount(self) -> None:
        """Show what is counted already, else count."""
        self._label()
        self._view.focus()
        if self._first is not None:
            self._show(self._first)
        else:
            self._ask()

    def action_per(self, steps: int) -> None:
        """Show other rows."""
        self._per = _PER[(_PER.index(self._per) + steps) % len(_PER)]
        self._ask()

    def action_by(self) -> None:
        """Show weeks instead of days, or days again."""
        self._by = By.WEEK if self._by is By.DAY else By.DAY
        self._ask()

    def action_estimates(self) -> None:
        """Draw estimates instead of the publisher's labels, or labels again."""
        state = self._view.state
        self._view.show(state._replace(of_estimates=not state.of_estimates))
        self._label()

    @property
    def _view(self) -> MoodView:
        return self.query_one(MoodView)

    def _ask(self) -> None:
        self._label()
        in_background(self, self._counted, group="mood", exclusive=True)

    async def _counted(self) -> None:
        wanted = self._by, self._per
        mood = await asyncio.to_thread(self._count, *wanted)
        if wanted == (self._by, self._per):  # a cancelled thread goes on
            self._show(mood)

    def _show(self, mood: Mood) -> None:
        """Show the mood; the cursor stays on its column while columns are the same days."""
        state = self._view.state
        last = max(0, len(mood.columns) - 1)
        if state.mood is None:
            is_estimate = not mood.labels.total and bool(mood.estimates.total)
            new = State(mood, last, 0, not mood.rows, is_estimate, self._empty)
        elif state.mood.by is not mood.by:
            new = state._replace(mood=mood, column=last)
        else:
            new = state._replace(mood=mood, column=min(state.column, last), row=0)
        row = max(0, min(new.row, len(mood.rows) - 1))
        self._view.show(new._replace(row=row, on_columns=new.on_columns or not mood.rows))
        self._label()

    def _label(self) -> None:
        """Name what is shown and the keys in the border."""
        box = self.query_one(".modal-box")
        following = NAMES[_PER[(_PER.index(self._per) + 1) % len(_PER)]].lower()
        state = self._view.state
        drawn = _("e labels") if state.of_estimates else _("e estimates")
        if state.mood is None or not state.mood.estimates.total:
            drawn = ""
        parts = (_("Mood"), self._query, what_words_mean(self._by))
        box.border_title = Content(" · ".join(filter(None, parts)))
        keys = (
            _("Enter filter"),
            _("Tab {names}").format(names=following),
            _("w weeks") if self._by is By.DAY else _("w days"),
            drawn,
            _("Esc close"),
        )
        box.border_subtitle = Content(" · ".join(filter(None, keys)))
