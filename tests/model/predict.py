"""The states that a key may lead to, as designed; several if more than one is right."""

from collections.abc import Callable, Sequence
from itertools import takewhile

from tests.model.check import Expected
from tests.model.model import (
    GROUPINGS,
    START,
    Heading,
    Identity,
    Record,
    Records,
    State,
    Term,
    Terms,
    added,
    cycled,
    only,
)
from tests.model.seen import Seen, SeenRow

_ALWAYS_KNOWN = {*"123456789+-=0xsMuU<>c", "escape"}
"""Keys that are not about the cursor."""

SENTIMENTS = {"+": "positive", "-": "negative", "=": "neutral", "0": None}


class Before:
    """The settled screen on which a key is pressed."""

    def __init__(self, state: State, seen: Seen, records: Records, *, is_alone: bool) -> None:
        """is_alone: the reading pane hides the list."""
        self.state = state
        self.seen = seen
        self.records = records
        self.is_alone = is_alone
        self.expected = Expected(state, records)

    @property
    def is_narrow(self) -> bool:
        return self.seen.width < 100

    def answerable(self, key: str) -> str:
        """The key, or one that shows the cursor where the model cannot tell what the key is about.

        A cursor out of view is where the list was left; in a hidden list, one whose article the
        list no longer has is in some other place.
        """
        if key == "M" and self.seen.numbers is None:
            return "g"  # a message covers what shows that the list is current
        if key in ("tab", "z") and not self.has_pane:
            return "j"  # the briefing is there, which is not modelled
        if key == "v" and self.seen.cursor and not self.seen.cursor.code:
            return "j"  # of a group, more is selected than is painted
        if self.seen.cursor is not None:
            return key
        if self.state.focus == "list":
            return key if key in _ALWAYS_KNOWN else "g"
        if key in ("D", "space"):
            return "h"
        is_lost = self._cursor_place() is None and self.state.opened not in {
            record.identity for record in self.expected.found
        }
        return "h" if key in ("J", "K", "n", "N") and is_lost else key

    def after(self, key: str) -> list[State]:
        """The states of which one must follow."""
        if key.isdecimal() and key != "0":
            return self._digit(int(key))
        if key in SENTIMENTS:
            terms = only(self.state.terms, "sentiment", SENTIMENTS[key])
            return [self.asked(terms)]
        handler = _KEYS.get(key)
        if handler:
            return handler(self)
        if self.state.focus == "pane":
            return [self.state.but(arrow=None)]
        return [
            state.but(wanted=state.wanted if state.opened != self.state.opened else "")
            for state in self._in_list(key)
        ]

    # Filters.

    @property
    def digits(self) -> dict[str, int]:
        """Tags and their digits, those too that the line has no room for."""
        numbered = self.state.numbered(self.expected.counted)
        return {tag: digit for digit, tag, _ in numbered}

    def asked(self, terms: Terms, *, wanted: str | None = None) -> State:
        """The list with other terms: the cursor stays where it was wanted."""
        new = self.state.with_terms(terms, self.digits)
        new.wanted = wanted or new.wanted
        new.selected = Expected(new, self.records).selected
        return new.but(cursor=self._kept_cursor(new), arrow=None)

    def _kept_cursor(self, new: State) -> object:
        """The same article if the list has it, or a group that it is folded away in."""
        if new.wanted not in self.records.by_code:
            return None
        return tuple(Expected(new, self.records).path_of(str(new.wanted))) or None

    def _digit(self, digit: int) -> list[State]:
        tag = next((tag for tag, d in self.digits.items() if d == digit), None)
        return [self.asked(cycled(self.state.terms, tag)) if tag else self.state.but()]

    def clear(self) -> list[State]:
        return [self.asked(START)]

    def escape(self) -> list[State]:
        """Back to the list if the pane is shown alone, else one filter less, down to the start."""
        if self.is_alone:
            return [self.state.but(focus="list", arrow=None)]
        if self.state.selected:
            return [self.state.but(selected=frozenset(), arrow=None)]
        if self.state.terms == START:
            return [self.state.but(arrow=None)]
        later = [term for term in self.state.terms if term not in START]
        if not later:
            return [self.asked(START)]
        left = tuple(term for term in self.state.terms if term != later[-1])
        is_spoken = any(term.field == "lang" and not term.exclude for term in left)
        if later[-1].field == "lang" and not is_spoken:
            left = added(START, *left)
        return [self.asked(left)]

    def language(self) -> list[State]:
        """The next language, then all; the cursor and the pane go to the twin."""
        languages = self.records.languages()
        now = next((t.value for t in self.state.terms if t.field == "lang" and not t.exclude), None)
        place = languages.index(now) + 1 if now in languages else 0
        following = languages[place] if place < len(languages) else None
        row = self.seen.cursor
        here = self.records.by_code[row.code].identity if row and row.code else None
        there = self._twin(here, following)
        wanted = self.records.by_identity[there].code if there else self.state.wanted
        new = self.asked(only(self.state.terms, "lang", following), wanted=wanted)
        if there is None:
            new = new.but(cursor=None)
        twin = self._twin(self.state.opened, following)
        if twin is None:
            return [new]
        return [new.marked("read", True, self.records.with_twins([twin])).but(opened=twin)]

    def other_language(self) -> list[State]:
        """The article in its next language, in the pane; the cursor follows if both are listed."""
        subject = self.article[:1]
        others = [each for each in self.records.with_twins(subject) if each not in subject]
        if not others:
            return [self.state.but(arrow=None)]
        later = [each for each in others if each.lang > subject[0].lang]
        twin = min(later or others, key=lambda each: each.lang)
        both = self.records.with_twins([twin])
        listed = {record.identity for record in self.expected.found}
        here = frozenset(listed.intersection(both))
        new = self.state.marked("read", True, both)
        new = new.but(opened=twin, focus="pane", arrow=None, held=new.held | here)
        code = self.records.by_identity[twin].code
        follows = new.but(cursor=code, wanted=code)
        stays = new.but(cursor=None)
        row = self.seen.cursor
        if twin not in listed:
            return [stays]
        if row is None:  # the list is hidden
            return [follows, stays]
        at = self.records.by_code[row.code].identity if row.code else None
        return [follows if at == subject[0] else stays]

    def _twin(self, identity: Identity | None, lang: str | None) -> Identity | None:
        if identity is None or lang is None or identity.lang == lang:
            return None
        twin = identity._replace(lang=lang)
        return twin if twin in self.records.by_identity else None

    def regroup(self) -> list[State]:
        place = (GROUPINGS.index(self.state.grouping) + 1) % len(GROUPINGS)
        new = self.state.but(grouping=GROUPINGS[place], arrow=None)
        return [new.but(cursor=self._kept_cursor(new))]

    # Articles.

    def neighbour(self, step: int, *, unread: bool = False) -> list[State]:
        target = self._neighbour(step, unread=unread)
        nothing = self.state.but(arrow=None)
        states = [self.opened(target) if target else nothing]
        if unread and any(term.field in ("", "title") for term in self.state.terms):
            result = self._neighbour(step, unread=False)
            states += [nothing, *([self.opened(result)] if result else [])]
            articles = self.expected.articles
            if self.state.opened is None and articles:
                states.append(self.opened(articles[0]))
        return states

    def _neighbour(self, step: int, *, unread: bool) -> Record | None:
        lines = self.expected.lines
        places = {each.identity: k for k, each in enumerate(lines) if isinstance(each, Record)}
        opened = self.state.opened
        if opened is not None and opened not in places:
            twins = self.records.with_twins([opened])
            opened = next((twin for twin in twins if twin in places), opened)
        if opened in places:
            place = places[opened] + step
        else:
            here = self._cursor_place()
            if here is None:
                return None
            place = here if step > 0 else here - 1
        while 0 <= place < len(lines):
            line = lines[place]
            if isinstance(line, Record) and not (unread and line.identity in self.state.read):
                return line
            place += step
        return None

    def _cursor_place(self) -> int | None:
        row, lines = self.seen.cursor, enumerate(self.expected.lines)
        if row is None:  # the list is hidden
            wanted = self.state.wanted
            return next((k for k, line in lines if getattr(line, "code", "") == wanted), None)
        return next((k for k, line in lines if self.stands_for(row, line)), None)

    def stands_for(self, row: SeenRow, line: object) -> bool:
        if isinstance(line, Record):
            return line.code == row.code
        return isinstance(line, Heading) and not row.code and line.key == self.key_of(row)

    def key_of(self, row: SeenRow) -> tuple[str, ...]:
        """The key of a painted heading: of a sub-group, with the group above it."""
        if row.depth == 0:
            heading = next(
                (each for each in self.headings if each.label == row.label and not each.depth), None
            )
            return heading.key if heading else ()
        above = [r for r in self.seen.rows if r.y < row.y and not r.code and r.depth == 0]
        if above:
            return (*self.key_of(above[-1]), row.label.upper())
        # Its group is out of view: the nearest articles are of the same one.
        below = [r for r in self.seen.rows if r.y > row.y][:1]
        nearest = [*below, *reversed([r for r in self.seen.rows if r.y < row.y])]
        codes = (r.code for r in nearest if r.code in self.records.by_code)
        code = next(codes, None)
        return (self.records.by_code[code].category, row.label.upper()) if code else ()

    @property
    def headings(self) -> list[Heading]:
        return [line for line in self.expected.lines if isinstance(line, Heading)]

    def opened(self, record: Record, *, focus: str | None = None) -> State:
        """Opened, marked as read, with the cursor on it."""
        new = self.state.marked("read", True, self.records.with_twins([record.identity]))
        focus = focus or ("pane" if self.is_narrow else self.state.focus)
        return new.but(
            opened=record.identity,
            cursor=record.code,
            wanted=record.code,
            focus=focus,
            held=self.state.held | {record.identity, *self._listed_twins(record.identity)},
            arrow=None,
        )

    def read_on(self) -> list[State]:
        """A page of the article, or on to the next: which of them depends on its length."""
        row = self.seen.cursor
        at = self.records.by_code.get(row.code) if row else None
        onward = self.neighbour(1, unread=True)
        if not self.has_pane:
            return [self.opened(at)] if at else onward
        if not self.is_narrow or self.is_alone:
            return [self.state.but(arrow=None), *onward]
        if at is None or at.identity == self.state.opened:
            return [self.state.but(focus="pane", arrow=None)]
        return [self.opened(at)]

    def view(self, *terms: Term) -> State:
        """A saved view in place of the filter."""
        return self.asked((*START, *terms))

    def _listed_twins(self, identity: Identity) -> list[Identity]:
        """Other languages of the article in the list: they are marked as read with it, and stay."""
        listed = {record.identity for record in self.expected.found}
        return [each for each in self.records.with_twins([identity]) if each in listed]

    # Marks.

    @property
    def to_mark(self) -> list[Identity]:
        """What is selected, else the article."""
        return list(self.state.selected) or self.article

    @property
    def subject(self) -> list[Identity]:
        """What `m` is about: what is selected, the article, or the group under the cursor."""
        if self.state.selected:
            return list(self.state.selected)
        row = self.seen.cursor
        if self.state.focus == "list" and row and not row.code:
            key = self.key_of(row)
            heading = next((each for each in self.headings if each.key == key), None)
            return [record.identity for record in heading.records] if heading else []
        return self.article

    @property
    def article(self) -> list[Identity]:
        row = self.seen.cursor
        if self.state.focus == "list" and row and row.code:
            return [self.records.by_code[row.code].identity]
        return [self.state.opened] if self.state.opened in self.records.by_identity else []

    def _marked(self, mark: str, value: bool, subject: Sequence[Identity]) -> list[State]:
        new = self.state.marked(mark, value, self.records.with_twins(subject)).but(arrow=None)
        changed = frozenset(each for each in subject if each not in self.state.read)
        cursor = new.cursor if self._is_listed(new) else None
        return [new.but(held=held, cursor=cursor) for held in (new.held | changed, new.held)]

    def _is_listed(self, new: State) -> bool:
        return not any(term.field == "is" for term in new.terms)

    def toggle_read(self) -> list[State]:
        subject = self.subject
        value = any(each not in self.state.read for each in subject)
        return self._marked("read", value, subject)

    def all_read(self) -> list[State]:
        return self._marked("read", True, [r.identity for r in self.expected.found])

    def toggle_favourite(self) -> list[State]:
        return self.toggle("favourite", self.to_mark)

    def toggle(self, mark: str, subject: Sequence[Identity]) -> list[State]:
        """Set the mark on all, or remove it where all have it."""
        have = getattr(self.state, mark)
        return self._marked(mark, not all(each in have for each in subject), subject)

    def older_read(self) -> list[State]:
        """All that is older than the article, which itself stays as it is, twins and all."""
        if not self.article:
            return [self.state.but(arrow=None)]
        spared = self.records.with_twins(self.article)
        ids = self.records.by_identity[self.article[0]].id
        older = [r.identity for r in self.expected.found if r.id < ids]
        return self._marked("read", True, [each for each in older if each not in spared])

    def rest_read(self) -> list[State]:
        """What is below the cursor in its group; on a heading, all of the group."""
        row = self.seen.cursor
        place = self._cursor_place()
        if row is None or place is None:
            return [self.state.but(arrow=None)]
        line = self.expected.lines[place]
        if isinstance(line, Heading):
            return self._marked("read", True, [record.identity for record in line.records])
        rest = takewhile(lambda each: isinstance(each, Record), self.expected.lines[place + 1 :])
        spared = self.records.with_twins([line.identity])
        below = [each.identity for each in rest if isinstance(each, Record)]
        return self._marked("read", True, [each for each in below if each not in spared])

    def select(self) -> list[State]:
        """The article under the cursor, or no longer."""
        if self.state.focus != "list":
            return [self.state.but(arrow=None)]
        changed = frozenset(self.article)
        return [self.state.but(selected=self.state.selected ^ changed, arrow=None)]

    def undo(self) -> list[State]:
        return self._replayed(self.state.undo())

    def redo(self) -> list[State]:
        return self._replayed(self.state.redo())

    def _replayed(self, new: State) -> list[State]:
        new = new.but(arrow=None, cursor=new.cursor if self._is_listed(new) else None)
        return [new.but(held=new.held | (new.read - self.state.read))]

    # Panes.

    def to_list(self) -> list[State]:
        if self.state.focus == "list":
            return [state.but(wanted="") for state in self._in_list("h")]
        return [self.state.but(focus="list", arrow=None)]

    def other_pane(self) -> list[State]:
        there = "pane" if self.state.focus == "list" and self.has_pane else "list"
        return [self.state.but(focus=there, arrow=None)]

    def zoom(self) -> list[State]:
        if self.is_alone:
            return [self.state.but(focus="list", arrow=None)]
        return [self.state.but(focus="pane" if self.has_pane else self.state.focus, arrow=None)]

    @property
    def has_pane(self) -> bool:
        return self.state.opened is not None

    def nothing(self) -> list[State]:
        return [self.state.but(arrow=None)]

    # The list.

    def _in_list(self, key: str) -> list[State]:
        row = self.seen.cursor
        if row is None:
            return [self.state.but(cursor=None, arrow=None, focus=None)]
        if key in ("enter", "l", "right") and row.code:
            return [self.opened(self.records.by_code[row.code], focus="pane")]
        if key in ("j", "down", "k", "up"):
            return [
                self.state.but(cursor=self._beside(row, 1 if key in "jdown" else -1), arrow=None)
            ]
        if key in ("enter", "backspace", "l", "right", "h", "left"):
            return [self._folded(key, row)]
        if key in ("g", "home") and self.expected.lines:
            first = self.expected.lines[0]
            assert isinstance(first, Heading)
            return [self.state.but(cursor=first.label, arrow=None)]
        return [self.state.but(cursor=None, arrow=None)]

    def _beside(self, row: SeenRow, step: int) -> object:
        painted = {each.y: each.name for each in self.seen.rows}
        return painted.get(row.y + step)

    def _folded(self, key: str, row: SeenRow) -> State:
        heading = row if not row.code else self._heading_above(row)
        if heading is None:
            return self.state.but(cursor=None, arrow=None)
        if key in ("h", "left"):
            return self._collapsed(row, heading)
        if key not in ("l", "right") and heading.is_divider:
            return self.state.but(cursor=row.name, arrow=None)
        if key in ("l", "right") and row.is_open:
            return self.state.but(cursor=self._beside(row, 1), arrow=None)
        name = heading.label
        return self.state.but(cursor=name, arrow=(self.key_of(heading), not heading.is_open))

    def _collapsed(self, row: SeenRow, heading: SeenRow) -> State:
        if row.code:
            return self.state.but(cursor=heading.label, arrow=None)
        if heading.is_open and not heading.is_divider:
            return self.state.but(cursor=heading.label, arrow=(self.key_of(heading), False))
        cursor = heading.label if not heading.depth else self.key_of(heading)[0]
        return self.state.but(cursor=cursor, arrow=None)

    def _heading_above(self, row: SeenRow) -> SeenRow | None:
        above = [each for each in self.seen.rows if each.y < row.y and not each.code]
        return above[-1] if above else None


_KEYS: dict[str, Callable[[Before], list[State]]] = {
    "x": Before.clear,
    "escape": Before.escape,
    "L": Before.language,
    "T": Before.other_language,
    "s": Before.regroup,
    "J": lambda it: it.neighbour(1),
    "K": lambda it: it.neighbour(-1),
    "n": lambda it: it.neighbour(1, unread=True),
    "N": lambda it: it.neighbour(-1, unread=True),
    "m": Before.toggle_read,
    "M": Before.all_read,
    "f": Before.toggle_favourite,
    "b": lambda it: it.toggle("later", it.to_mark),
    "O": Before.older_read,
    "D": Before.rest_read,
    "v": Before.select,
    "space": Before.read_on,
    "u": Before.undo,
    "U": Before.redo,
    "h": Before.to_list,
    "left": Before.to_list,
    "tab": Before.other_pane,
    "z": Before.zoom,
    "<": Before.nothing,
    ">": Before.nothing,
}
