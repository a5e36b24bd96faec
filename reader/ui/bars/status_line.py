"""The two lines at the bottom: counts of the list and what just happened, and the keys.

Both show the texts that they are given.
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from reader.ui.textual_compat.painted import Painted

_GAP = 2
_JOINT = " · "


class StatusLine(Painted):
    """Left: counts of the list. Right: how it is grouped. Between: what just happened.

    A message that does not fit replaces the left, then the right. It disappears after `linger`
    seconds, or when another comes; a patient one waits until it was shown for `reading` seconds.
    Work in the background is named left of the right text, until it ends.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "status-line--error",
        "status-line--message",
        "status-line--muted",
    }

    class WorkClicked(Message):
        """What the line says of a work in the background was clicked."""

        def __init__(self, work: str) -> None:
            self.work = work
            super().__init__()

    def __init__(
        self,
        *,
        linger: float = 6.0,
        reading: float = 1.5,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._linger = linger
        self._reading = reading
        self._left = self._right = self._message = ""
        self._progress_at = 0
        """Column at which works in the background are named."""
        self._works: dict[str, str] = {}
        """How far each work in the background has come, by its name."""
        self._is_error = False
        self._timer: Timer | None = None
        self._being_read: Timer | None = None
        self._waiting: list[tuple[str, bool]] = []

    def show(self, left: str, right: str) -> None:
        """Show these plain texts; a message stays."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = _one_line(left), _one_line(right)
            self.refresh()

    def progress(self, work: str, text: str) -> None:
        """Say how far a work in the background has come, as plain text; empty: it has ended.

        A click on it posts `WorkClicked`.
        """
        if text != self._works.get(work, ""):
            self._works[work] = _one_line(text)
            self.refresh()

    @property
    def _progress(self) -> str:
        return _JOINT.join(filter(None, self._works.values()))

    def on_click(self, event: events.Click) -> None:
        """Tell which work was clicked."""
        at = event.get_content_offset(self)
        start = self._progress_at
        for work, text in self._works.items():
            end = start + cell_len(text)
            if at is not None and text and start <= at.x < end:
                self.post_message(self.WorkClicked(work))
            start = end + len(_JOINT) if text else start

    def say(self, text: str, *, error: bool = False, patient: bool = False) -> None:
        """Show a message for a while, as plain text; an empty one removes the last.

        patient: it does not answer a key, and waits until the last message could be read.
        """
        if patient and self._being_read is not None:
            self._waiting.append((text, error))
            return
        for timer in (self._timer, self._being_read):
            if timer is not None:
                timer.stop()
        self._timer = self._being_read = None
        if not text and self._waiting:
            text, error = self._waiting.pop(0)
        if text:
            self._timer = self.set_timer(self._linger, lambda: self.say(""))
            self._being_read = self.set_timer(self._reading, self._was_read)
        self._message, self._is_error = _message(text, error), error
        self.refresh()

    def unsay(self, text: str) -> None:
        """Remove a message that no longer holds, shown or waiting."""
        self._waiting = [each for each in self._waiting if each[0] != text]
        if text and self._message == _message(text, self._is_error):
            self.say("")

    def _was_read(self) -> None:
        self._being_read = None
        if self._waiting:
            self.say("")

    def render_line(self, y: int) -> Strip:
        """Return the line; what does not fit is left out, the message last."""
        width = self.size.width
        if y:
            return Strip.blank(width, self.style_of(""))
        left, message = self._left, self._message
        right = _JOINT.join(filter(None, (self._progress, self._right)))
        if message and not _fit(width, left, message, right):
            left = ""
        if not _fit(width, left, message, right):
            right = self._progress
        if message and not _fit(width, message, right):
            right = ""
        right = _cut(right, width)
        room = max(0, width - cell_len(right) - _GAP) if right else width
        style = "error" if self._is_error else "message"
        segments = [
            Segment(_cut(left, room), self.style_of("")),
            Segment(" " * _GAP if left and message else "", self.style_of("")),
            Segment(_cut(message, room), self._style(style)),
        ]
        end = Segment(right, self._style("muted"))
        self._progress_at = width - end.cell_length
        strip = Strip(segments).adjust_cell_length(width - end.cell_length, self.style_of(""))
        return Strip([*strip, end], width)

    def _style(self, name: str) -> Style:
        return self.style_of(f"status-line--{name}")


class KeyHint(NamedTuple):
    """A key that the key line names.

    action: what a click on it runs, never made of outside text. ids: of its bindings.
    """

    keys: str
    label: str
    action: str = ""
    ids: tuple[str, ...] = ()


class KeyLine(Painted):
    """The most useful keys. Those that do not fit are left out whole, but never the last, help."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key", "key-line--label"}

    ALLOW_SELECT = False

    class ActionChosen(Message):
        """A key was clicked."""

        def __init__(self, action: str) -> None:
            self.action = action
            super().__init__()

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._hints: Sequence[KeyHint] = ()
        self._shown: list[tuple[range, str]] = []
        """Columns of the keys that are painted, with their actions."""

    def show(self, hints: Sequence[KeyHint]) -> None:
        """Show these keys, the most useful first, help last."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Run the action of the clicked key."""
        at = event.get_content_offset(self)
        for columns, action in self._shown:
            if at is not None and at.x in columns and action:
                self.post_message(self.ActionChosen(action))

    def render_line(self, y: int) -> Strip:
        """Return as many keys as fit; the last one is always shown."""
        width = self.size.width
        if y:
            return Strip.blank(width, self.style_of(""))
        *items, last = [self._item(hint) for hint in self._hints] or [Strip([])]
        actions = [hint.action for hint in self._hints] or [""]
        room = width - last.cell_length
        shown: list[Strip] = []
        self._shown, start = [], 0
        for item, action in zip(items, actions, strict=False):
            room -= item.cell_length + _GAP
            if room < 0:
                break
            shown += (item, Strip.blank(_GAP, self.style_of("")))
            self._shown.append((range(start, start + item.cell_length), action))
            start += item.cell_length + _GAP
        self._shown.append((range(start, start + last.cell_length), actions[-1]))
        return Strip.join([*shown, last]).adjust_cell_length(width, self.style_of(""))

    def _item(self, hint: KeyHint) -> Strip:
        key, label = self.style_of("key-line--key"), self.style_of("key-line--label")
        return Strip([Segment(hint.keys, key), Segment(f" {hint.label}", label)])


def _message(text: str, error: bool) -> str:
    from reader.text import clean_line

    return clean_line(f"! {text}" if error else text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, cells: int) -> str:
    return Content(text).truncate(cells, ellipsis=True).plain


def _fit(width: int, *texts: str) -> bool:
    """Return whether the texts fit side by side; empty ones take no space."""
    return sum(cell_len(text) + _GAP for text in texts if text) - _GAP <= width
