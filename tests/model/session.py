"""The actions of one run, each followed by the comparison.

An action is a method whose name begins with `do_` and whose arguments are plain values, so that a
list of them is a script that can be written down, shortened and replayed.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reader.ui.textual_compat.keyboard import TWINS
from tests.model.comparing import Comparing, Failed
from tests.model.drivers import Start
from tests.model.model import GROUPINGS, OWN_TAG, START, State, Term, added, cycled
from tests.model.predict import Before

Step = tuple[str, dict[str, Any]]

SEARCHES: dict[str, tuple[Term, ...]] = {
    "fees": (Term("", "fees", prefix=True),),
    "bri": (Term("", "bri", prefix=True),),
    "міст": (Term("", "міст", prefix=True),),
    "title:court": (Term("title", "court", prefix=True),),
    "-title:fees": (Term("title", "fees", exclude=True, prefix=True),),
    "tag:btc": (Term("tag", "btc"),),
    "tag:nosuchtag": (),
    "-tag:market": (Term("tag", "market", exclude=True),),
    "category:eth": (Term("category", "eth"),),
    "source:northwire": (Term("source", "northwire"),),
    "is:unread": (Term("is", "unread"),),
    "is:read": (Term("is", "read"),),
    "is:favourite": (Term("is", "favourite"),),
    "is:pinned": (Term("is", "pinned"),),
    "is:later": (Term("is", "later"),),
    "is:twin": (Term("is", "twin"),),
    f"mytag:{OWN_TAG}": (Term("mytag", OWN_TAG),),
    "after:2026-03-01": (Term("after", "2026-03-01"),),
    "before:2026-02-20": (Term("before", "2026-02-20"),),
    "((": (),
    "xyzzyq": (Term("", "xyzzyq", prefix=True),),
    "is:unread fees": (Term("is", "unread"), Term("", "fees", prefix=True)),
}
"""What is typed, and what it should come to."""

VIEWS: dict[str, tuple[Term, ...]] = {
    "a": (),
    "u": (Term("is", "unread"),),
    "f": (Term("is", "favourite"),),
    "l": (Term("is", "later"),),
}
"""Letters of views that are always there."""

_UKRAINIAN = {latin: typed for typed, latin in TWINS.items() if typed.isalpha()}


class Session(Comparing):
    """A copy of the archive, the program on it, and what was done so far."""

    def __init__(self, archive: Path, folder: Path, start: Start) -> None:
        self.script: list[Step] = []
        super().__init__(archive, folder, start)

    def do(self, name: str, **values: Any) -> None:
        """Run an action; a failure names it."""
        self.script.append((name, values))
        try:
            getattr(self, f"do_{name}")(**values)
        except AssertionError as error:
            raise Failed(f"after {name} {values}: {error}") from error

    def do_press(self, key: str, layout: str = "en") -> None:
        before = self.before()
        key = before.answerable(key)
        states = before.after(key)
        self.is_zooming = key == "z" and before.has_pane and not before.is_alone
        self.driver.keys(_UKRAINIAN.get(key, key) if layout == "uk" else key)
        self.zoomed = (self.zoomed or self.is_zooming) and not (key == "z" and before.is_alone)
        self.settle(states)
        self.is_zooming = False

    def do_press_twice(self, key: str) -> None:
        """The same key twice without a pause: the second acts on what the first has made."""
        before = self.before()
        if before.answerable(key) != key:
            return
        if key.isdecimal() and key != "0":
            states = self._twice(before, key)
        else:
            states = [
                second
                for first in before.after(key)
                for second in Before(first, before.seen, self.records, is_alone=False).after(key)
            ]
        self.driver.keys(key, key)
        self.settle(states)

    def _twice(self, before: Before, key: str) -> list[State]:
        """A digit keeps its tag: the second press is about the same one.

        When the first has dropped the tag, the digit may already be another's.
        """
        [first] = before.after(key)
        tag = next((tag for tag, digit in before.digits.items() if digit == int(key)), None)
        if tag is None:
            return [first]
        again = before.asked(cycled(first.terms, tag))
        if tag in first.digits:
            return [again]
        then = Before(first, before.seen, self.records, is_alone=before.is_alone)
        return [again, *then.after(key)]

    def do_click_row(self, place: int) -> None:
        before = self.before()
        if not before.seen.rows:
            return
        row = before.seen.rows[place % len(before.seen.rows)]
        if row.code:
            states = [before.opened(self.records.by_code[row.code], focus="pane")]
        else:
            arrow = None if row.is_divider else (before.key_of(row), not row.is_open)
            states = [self.state.but(cursor=row.label, wanted="", arrow=arrow, focus="list")]
        self.driver.click(8, row.y)
        self.settle(states)

    def do_click_chip(self, place: int) -> None:
        before = self.before()
        chips = before.seen.chips
        shown = self.state.terms[: len(chips)]
        if not shown or len(chips) < len(self.state.terms):
            return
        term = shown[place % len(shown)]
        x = before.seen.lines[0].find(f" {term.chip} ") + 1
        self.driver.click(x, 0)
        terms = tuple(each for each in self.state.terms if each != term)
        self.settle([before.asked(terms)])

    def do_click_tag(self, place: int) -> None:
        before = self.before()
        digits = before.seen.digits
        if not digits:
            return
        digit = sorted(digits.values())[place % len(digits)]
        [state] = before.after(str(digit))
        self.driver.click(before.seen.column_of(digit), 0)
        self.settle([state])

    def do_wheel(self, clicks: int, in_list: bool) -> None:
        before = self.before()
        x = 8 if in_list else before.seen.width - 10
        self.driver.wheel(x, min(6, before.seen.height - 1), clicks)
        self.settle([self.state.but(arrow=None)])

    def do_resize(self, columns: int, rows: int) -> None:
        self.size = (columns, rows)
        self.driver.resize(columns, rows)
        self.settle([self.state.but(arrow=None)])

    def do_shrink_and_back(self, columns: int, rows: int, key: str) -> None:
        """A window that is hardly there, a key in it, and the old size again."""
        before = self.before()
        states = before.after(key)
        self.driver.resize(columns, rows)
        self.driver.rest()
        self.driver.keys(key)
        self.driver.rest()
        self.driver.resize(*self.size)
        self.settle([state.but(focus=None, arrow=None, cursor=None) for state in states])

    def do_search(self, text: str, keep: bool) -> None:
        before = self.before()
        if self.state.focus == "pane" and before.has_pane:
            self._find(text, keep)
            return
        new = added(self.state.terms, *SEARCHES[text])
        if Term("mytag", OWN_TAG) in new and not self.state.tagged:
            return  # such a tag is not known, and counts for nothing while it is typed
        searching = before.asked(new).but(
            focus=None, is_searching=True, selected=self.state.selected
        )
        self.driver.keys("/")
        self.driver.rest()
        self.driver.keys(*text)
        self.settle([searching])
        if keep:
            self.driver.keys("enter")
            self.settle([self.state.but(focus="list", is_searching=False)])
        else:
            self.driver.keys("escape")
            self.settle([before.state.but(focus="list", arrow=None, held=frozenset())])
        self.zoomed = False

    def _find(self, text: str, keep: bool) -> None:
        """The same key in the reading pane: words are looked for in the article alone."""
        same = self.state.but(focus=None, arrow=None, is_searching=True)
        self.is_finding_alone = self.before().is_alone
        self.driver.keys("/")
        self.driver.rest()
        self.driver.keys(*text)
        self.settle([same])
        after = self.state.but(focus="pane", is_searching=False)
        if keep and text != "((":
            self.driver.keys("enter")
            self.is_finding_alone = False
            self.settle([after])
            self.driver.keys("n")  # goes through the matches
            self.settle([after])
        self.driver.keys("escape")
        self.is_finding_alone = False
        self.settle([after])

    def do_select(self, rows: int) -> None:
        """`v` on an article, down some rows, `V` on another one: the articles from one to other."""
        before = self.before()
        row = before.seen.cursor
        if row is None or not row.code or self.state.focus != "list":
            return
        shown = [each for each in before.seen.rows if row.y <= each.y <= row.y + rows]
        if len(shown) <= rows or not shown[-1].code or self.state.is_tall:
            return
        [state] = before.select()
        self.driver.keys("v")
        self.settle([state])
        last = shown[-1].code
        self.driver.keys(*["j"] * rows)
        self.settle([self.state.but(cursor=last, wanted=last)])
        if not self.state.selected:
            return  # the first was selected before
        between = [self.records.by_code[each.code].identity for each in shown if each.code]
        self.driver.keys("V")
        self.settle([self.state.but(selected=self.state.selected.union(between))])

    def do_select_group(self, key: str) -> None:
        """`v` on a heading, a mark on all of its articles, and Escape: nothing is selected."""
        before = self.before()
        row = before.seen.cursor
        if row is None or row.code or self.state.focus != "list" or self.state.selected:
            return
        group = frozenset(before.subject)
        self.driver.keys("v")
        self.settle([self.state.but(selected=group)])
        before = self.before()
        states = before.after(key)
        self.driver.keys(key)
        self.settle(states)
        if self.state.selected:
            states = self.before().escape()
            self.driver.keys("escape")
            self.settle(states)

    def do_own_tag(self) -> None:
        """`#`: the box, a tag, Enter."""
        before = self.before()
        subject = before.to_mark
        if not subject or (before.seen.cursor is None and self.state.focus == "list"):
            return
        self.driver.keys("#")
        self.driver.rest()
        self.wait(lambda seen: "Own tags of" in seen.painted.text)
        self.driver.keys(*OWN_TAG)
        self.driver.rest()
        self.driver.keys("enter")
        self.settle(before.toggle("tagged", subject))

    def do_view(self, letter: str) -> None:
        """`'` and the letter of a view."""
        before = self.before()
        state = before.view(*VIEWS[letter])
        self.driver.keys("'")
        self.driver.rest()
        self.wait(lambda seen: "─ Views" in seen.painted.text)
        self.driver.keys(letter)
        self.settle([state])

    def do_densities(self) -> None:
        """`c` until an article is on one line again."""
        for k in range(3):
            self.driver.keys("c")
            same = self.state.but(arrow=None, is_tall=k < 2)
            self.settle([same])

    def do_pick(self, tag: str, times: int) -> None:
        """The picker: a tag is typed, Enter cycles it, Escape closes."""
        before = self.before()
        focus = self.state.focus
        state = self.state
        self.driver.keys("t")
        self.driver.rest()
        self.driver.keys(*tag)
        found = re.compile(rf"{tag}.* of [\d,]+")
        self.wait(lambda seen: found.search(seen.painted.text))
        for _ in range(times):
            counts = {t for record in state.found(self.records) for t in record.tags}
            named = {term.value for term in state.terms if term.field == "tag"}
            if tag.casefold() not in counts | named:
                break  # the first in the box is another one, which only looks like it
            here = Before(state, before.seen, self.records, is_alone=False)
            state = here.asked(cycled(state.terms, tag)).but(focus=None)
            self.driver.keys("enter")
            self.wait_for_bar(state)
        self.driver.keys("escape")
        self.settle([state.but(focus=focus, arrow=None)])

    def do_box(self, key: str) -> None:
        """Help, palette or sources: opened and closed, nothing is changed."""
        self.driver.keys(key)
        self.driver.rest()
        self.wait(lambda seen: seen.painted.text.count("╭") > 0 or seen.lines != self.seen.lines)
        self.driver.keys("escape")
        self.settle([self.state.but(arrow=None)])

    def do_sync(self, items: int) -> None:
        """`r`: the loopback feed has more."""
        codes = self.outside.publish(items)
        self.driver.keys("r")  # refreshes the list, too
        self.settle([self.state.but(arrow=None, held=frozenset())], has=codes)

    def do_quit(self, keys: Sequence[str] = ()) -> None:
        """`q`, right after other keys: exit code 0 and no crash log, and it starts again."""
        self.driver.keys(*keys, "q")
        code = self.driver.wait_exit()
        self.driver.close()
        self.running = None
        if code:
            raise Failed(f"exit code {code}")
        if self.log.exists() and " ERROR " in self.log.read_text("utf-8"):
            raise Failed(self.log.read_text("utf-8"))
        if keys:
            self.adopt_marks()
        self.zoomed = False
        state = self.state.but(
            terms=START,
            digits={},
            selected=frozenset(),
            held=frozenset(),
            focus=None,
            arrow=None,
            cursor=None,
            wanted=None,
        )
        if keys:  # what the last of them opened, and how it grouped, is what was written down
            opened, grouping = self.view_at_the_end()
            place = GROUPINGS.index(self.state.grouping)
            possible = [GROUPINGS[(place + k) % len(GROUPINGS)] for k in range(len(keys) + 1)]
            if grouping not in possible[: keys.count("s") + 1]:
                raise Failed(f"left {grouping}, which no key had asked for")
            state = state.but(opened=opened, grouping=grouping)
        self.begin([state])

    # From another process.

    def do_import_before_cursor(self, seconds: int, key: str) -> None:
        """An article comes in before the cursor's, in its slot, and a key follows at once."""
        before = self.before()
        code = before.seen.cursor.code if before.seen.cursor else ""
        if not code:
            return
        self.outside.bring(self.outside.beside(self.records.by_code[code], seconds))
        self._key_behind(before, key)

    def do_correct(self, key: str, draft: bool) -> None:
        """The article under the cursor is changed, or withdrawn, and a key follows at once."""
        before = self.before()
        code = before.seen.cursor.code if before.seen.cursor else ""
        if not code or not code.startswith(("e", "u")):
            return
        if draft:
            key = "j"
        self.outside.bring(self.outside.corrected(self.records.by_code[code], draft=draft))
        self._key_behind(before, key, is_gone=draft)

    def do_sync_outside(self, items: int, key: str) -> None:
        before = self.before()
        codes = self.outside.publish(items)
        self.outside.sync()
        self._key_behind(before, key, has=codes)

    def do_mark_outside(self, place: int, mark: str, value: bool) -> None:
        """Another program marks an article of the list."""
        before = self.before()
        articles = before.expected.articles
        if not articles:
            return
        identity = articles[place % len(articles)].identity
        self.outside.mark(identity, mark, value)
        new = self.state.marked(mark, value, self.records.with_twins([identity]))
        held = new.held | (frozenset([identity]) if mark == "read" and value else frozenset())
        cursor = None if any(term.field == "is" for term in new.terms) else new.cursor
        self.settle([new.but(arrow=None, held=held, cursor=cursor)])

    def _key_behind(
        self, before: Before, key: str, *, is_gone: bool = False, has: Sequence[str] = ()
    ) -> None:
        key = before.answerable(key)
        states = before.after(key)
        self.driver.keys(key)
        if is_gone:
            states = [state.but(cursor=None) for state in states]
        if key in ("j", "k"):  # the list may have grown before it was pressed
            states = [state.but(cursor=None) for state in states]
        self.settle(states, has=has)
