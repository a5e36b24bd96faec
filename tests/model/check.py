"""Compare a picture with the state that the screen should be in: one sentence per difference."""

from collections.abc import Iterator, Sequence

from tests.model.model import Heading, Line, Record, Records, State
from tests.model.seen import Seen, SeenRow


class Expected:
    """What a state says of the screen, worked out once."""

    def __init__(self, state: State, records: Records) -> None:
        self.state = state
        self.records = records
        self.found = state.found(records)
        self.lines = state.lines(self.found)
        self.counted = state.counted(self.found)
        self.selected = state.selected
        if not state.is_searching:
            self.selected &= {record.identity for record in self.found}
        self.unread = sum(record.identity not in state.read for record in self.counted)
        self._bar = ""

    @property
    def articles(self) -> list[Record]:
        """In list order, of all groups."""
        return [line for line in self.lines if isinstance(line, Record)]

    def bar(self, width: int) -> str:
        """The painted tag bar: items that do not fit are left out from the end, whole."""
        chips = [f" {term.chip} " for term in self.state.terms] or ["all articles"]
        items = [(" " if k else "") + chip for k, chip in enumerate(chips)]
        asked = {t.value: not t.exclude for t in self.state.terms if t.field == "tag"}
        for k, (digit, tag, count) in enumerate(self.state.numbered(self.counted)):
            sign = {None: "", True: "+", False: "−"}[asked.get(tag)]
            counted = "" if asked.get(tag) is False else f" {count}"
            items.append(f"{'  ' if k else ' │ '}{digit} {sign}{tag.upper()}{counted}")
        text = ""
        for k, item in enumerate(items):
            room = width - len(text) - (2 if k < len(items) - 1 else 0)
            if len(item) > room:
                return (text + " …").strip()
            text += item
        return text.strip()

    def path_of(self, code: str) -> list[str]:
        """The article's code and the labels of its groups."""
        above: list[Heading] = []
        for line in self.lines:
            if isinstance(line, Heading):
                above = [*above[: line.depth], line]
            elif line.code == code:
                return [code, *(heading.label for heading in above)]
        return []

    def differences(self, seen: Seen) -> Iterator[str]:
        """What the picture says otherwise; none when it is as it should be."""
        yield from self._bar_and_status(seen)
        yield from self._list(seen)
        yield from self._cursor(seen)
        yield from self._article(seen)

    def _bar_and_status(self, seen: Seen) -> Iterator[str]:
        if seen.height >= 4:
            bar, painted = self.bar(seen.width - 2), seen.lines[0].strip()
            if bar != painted:
                yield f"tag bar: expected {bar!r}, painted {painted!r}"
        shown, total = len(self.counted), self.records.total(self.state)
        wanted = (self.unread, shown, max(shown, total))
        if numbers := seen.numbers:
            if numbers != wanted:
                yield f"status line: expected {wanted}, painted {numbers}: {seen.status!r}"
            if seen.width >= 100 and not seen.status.endswith(self.state.grouping):
                yield f"status line: expected {self.state.grouping!r} in {seen.status!r}"
        if seen.selected not in (None, len(self.selected)):
            yield f"status line: expected {len(self.selected)} selected: {seen.status!r}"
        if self.state.focus and seen.focus and seen.focus != self.state.focus:
            yield f"focus: expected {self.state.focus}, the key line says {seen.focus}"

    def _list(self, seen: Seen) -> Iterator[str]:
        listed = seen.painted.listed
        codes = tuple(record.code for record in self.found)
        if listed is not None and listed != codes:
            missing, extra = sorted({*codes} - {*listed}), sorted({*listed} - {*codes})
            yield f"list: {len(codes)} expected, {len(listed)} there; {missing=} {extra=}"[:400]
        yield from self._rows(seen.rows, seen)

    def _rows(self, rows: Sequence[SeenRow], seen: Seen) -> Iterator[str]:
        """Painted rows must follow each other as the model's do, closed groups left out."""
        if not rows:
            if self.lines and seen.painted.list_area and seen.painted.list_area[3] > 0:
                yield "list: no row is painted"
            return
        place = self._place(rows[0], rows)
        if place is None:
            yield f"list: the first row {rows[0].name!r} should not be there"
            return
        for row in rows:
            if place >= len(self.lines):
                yield f"list: row {row.name!r} is painted after the last"
                return
            line = self.lines[place]
            if trouble := self._row(row, line):
                yield trouble
                return
            place += 1
            if isinstance(line, Heading) and not row.is_open:
                while place < len(self.lines) and _is_below(self.lines[place], line):
                    place += 1
        _, top, _, height = seen.painted.list_area or (0, 0, 0, 0)
        last_y = top + height - (6 if self.state.is_tall else 1)
        if rows[-1].y < last_y and place < len(self.lines):
            following = _name(self.lines[place])
            yield f"list: it ends with {rows[-1].name!r}, and {following!r} should follow"

    def _place(self, row: SeenRow, rows: Sequence[SeenRow]) -> int | None:
        for place, line in enumerate(self.lines):
            if row.code:
                if isinstance(line, Record) and line.code == row.code:
                    return place
            elif isinstance(line, Heading) and (line.label, line.depth) == (row.label, row.depth):
                # A sentiment is below several categories: the rows after it tell which.
                following = next((r for r in rows if r.code or r.depth == 0), None)
                if row.depth == 0 or following is None or self._fits(place, rows):
                    return place
        return None

    def _fits(self, place: int, rows: Sequence[SeenRow]) -> bool:
        """Whether the rows up to the next one that is named only once may follow from here on."""
        for row in rows:
            if place >= len(self.lines) or _name(self.lines[place]) != row.name:
                return False
            if row.code or row.depth == 0:
                return True
            line = self.lines[place]
            place += 1
            while (
                not row.is_open
                and place < len(self.lines)
                and isinstance(line, Heading)
                and _is_below(self.lines[place], line)
            ):
                place += 1
        return True

    def _row(self, row: SeenRow, line: Line) -> str:
        if _name(line) != row.name:
            return f"list: expected {_name(line)!r} in line {row.y}, painted {row.name!r}"
        if isinstance(line, Heading):
            unread = sum(record.identity not in self.state.read for record in line.counted)
            if row.counts != (unread, len(line.counted)):
                return (
                    f"group {'/'.join(line.key)}: expected {unread}/{len(line.counted)}, "
                    f"painted {row.counts[0]}/{row.counts[1]}"
                )
            moods = tuple(
                sum(record.sentiment == mood for record in line.counted)
                for mood in ("POSITIVE", "NEGATIVE")
            )
            if row.moods not in (None, moods):
                return f"group {'/'.join(line.key)}: expected ▲▼ {moods}, painted {row.moods}"
            if self.state.arrow == (line.key, not row.is_open):
                now = "open" if row.is_open else "closed"
                return f"group {'/'.join(line.key)}: it should not be {now}"
            return ""
        if row.unread is (line.identity in self.state.read):
            return f"list: {line.code} is painted as {'unread' if row.unread else 'read'}"
        if row.selected is not (line.identity in self.selected):
            return f"list: {line.code} is {'' if row.selected else 'not '}painted as selected"
        if not row.selected and row.opened is not (line.identity == self.state.opened):
            return f"list: {line.code} is {'' if row.opened else 'not '}marked as the open article"
        return ""

    def _cursor(self, seen: Seen) -> Iterator[str]:
        wanted = self.state.cursor
        if wanted is None or seen.cursor is None:
            return
        names = wanted if isinstance(wanted, tuple) else (wanted,)
        listed = {record.code for record in self.found}
        if all(str(name) in self.records.by_code.keys() - listed for name in names):
            return  # it was corrected, and the filter hides it now
        if seen.cursor.name not in names:
            yield f"cursor: expected {' or '.join(map(str, names))}, painted {seen.cursor.name}"

    def _article(self, seen: Seen) -> Iterator[str]:
        opened = self.state.opened
        record = self.records.by_identity.get(opened) if opened else None
        code = record.code if record else ""
        if seen.painted.opened is not None:
            if opened is not None and record is None:
                return  # it was taken away under the reader's eyes
            if seen.painted.opened != code:
                there = seen.painted.opened or "none"
                yield f"open article: expected {code or 'none'}, opened {there}"
            return
        if seen.width < 100 and seen.focus != "pane":
            return
        painted = seen.codes_in_pane(seen.painted.list_area is None)
        if painted - {code} and record is not None:
            yield f"open article: expected {code}, the pane shows {sorted(painted)}"


def _name(line: Line) -> str:
    return line.label if isinstance(line, Heading) else line.code


def _is_below(line: Line, heading: Heading) -> bool:
    """Whether a row belongs to the group, as every row up to the next heading that is not."""
    return not isinstance(line, Heading) or line.key[: len(heading.key)] == heading.key
