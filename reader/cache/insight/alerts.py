"""Evaluate the user's alerts on what arrived since, and remember what was told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from reader.article import ArticleId
from reader.cache.marking import Marking
from reader.cache.questions import Questions
from reader.cache.session import Session
from reader.cache.values.instants import milliseconds
from reader.cache.values.told import Told
from reader.config.alerts import OncePer, Rule
from reader.insight.alerts import HORIZON_S, Memory, key, reached, read, write
from reader.query.language import Query, parse

if TYPE_CHECKING:
    from reader.cache.engine import View

STATE = "alerts"
"""Name of the state in `marks.db`."""

OVERLAP = 8
"""Runs before the last evaluation that are looked at again: a sync that had begun by then may have
stored articles since. What was told is remembered, so none is told twice."""

INDEXED_HERE = 2_000
"""Articles up to which words are looked up in an index of these alone."""


class Match(NamedTuple):
    """News that a rule tells of."""

    ids: Sequence[ArticleId]
    """The article, or the first article of each source of its story, the oldest first."""
    keys: Mapping[str, int]
    """What it is remembered by: keys of articles and their ids."""


class Alert(NamedTuple):
    """What a rule has to tell."""

    rule: Rule
    matches: Sequence[Match]
    """The newest first."""
    is_new: bool
    """Whether the rule is evaluated for the first time, so that it tells nothing yet."""


class _Evaluated(NamedTuple):
    run: int
    newest: int
    horizon: int
    matches: list[Match]


class Alerts:
    """Evaluates rules on the moment held. Raises CacheError."""

    def __init__(
        self, session: Session, questions: Questions, marking: Marking, now: datetime
    ) -> None:
        self._session = session
        self._questions = questions
        self._marking = marking
        self._now = now

    def claim(self, rules: Sequence[Rule], *, names: Sequence[str], keeps: bool) -> Iterator[Alert]:
        """Yield what the rules have to tell; no other program tells of it.

        A new rule remembers what is there and tells nothing. Without articles, or while stories are
        to be decided, a rule waits for the next time.

        names: of all rules in use. keeps: False to remember nothing.
        """
        for rule in rules:
            known = _of(rule, read(self._marking.state(STATE)))
            found = self._evaluated(rule, known)
            if found is not None:
                new = self._remembered(rule, found, names) if keeps else _new(found, known)
                yield Alert(rule, new, known is None)

    def _remembered(self, rule: Rule, found: _Evaluated, names: Sequence[str]) -> list[Match]:
        """Remember matches; return those that were not told by any program."""
        new: list[Match] = []

        def change(text: str) -> str:
            memories = read(text)
            new[:] = _new(found, _of(rule, memories))
            told = {key: id for match in found.matches for key, id in match.keys.items()}
            known = memories.get(rule.name, Memory())
            memory = known.with_told(
                found.run, found.newest, told, _meaning(rule), horizon=found.horizon
            )
            return write(memories | {rule.name: memory}, names)

        self._marking.change_state(STATE, change)
        return new

    def _evaluated(self, rule: Rule, known: Memory | None) -> _Evaluated | None:
        """Return what meets a rule of all that arrived since, whether it was told or not."""
        with self._session.asking() as view:
            run, newest = view.counter("run"), view.last_until(milliseconds(self._now))
            if newest is None or view.counter("decided") != view.counter("texts"):
                return None
            horizon = view.slots.within(HORIZON_S)
            since, first = -1, newest
            if known is not None and known.run <= run:
                since, first = known.run - OVERLAP, min(newest, known.newest)
            arrived = view.written(since, max(0, first - horizon))
            stories = {story for _, story in view.stories_of(list(arrived))}
            rows = [*view.told_in(list(stories))] if arrived else []
        matching, shown = self._matching(rule, BitMap([row.id for row in rows]))
        of_story: dict[int, list[Told]] = defaultdict(list)
        for row in sorted(rows):
            if row.id in shown:
                of_story[row.story].append(row)
        with self._session.asking() as view:
            found = [
                match
                for every in of_story.values()
                for match in _matches(view, rule, every, matching, arrived)
            ]
        found.sort(key=_latest, reverse=True)
        return _Evaluated(run, newest, horizon, found)

    def _matching(self, rule: Rule, ids: BitMap) -> tuple[BitMap, BitMap]:
        """Return which of the articles match the query, and which are shown to the user."""
        query, among = parse(rule.query), None
        if query.words and len(ids) <= INDEXED_HERE:
            from reader.cache.recent import Recent

            with self._session.asking() as view:
                among = Recent(view.texts(list(ids)), self._session.facets.texts)
        matching = self._questions.find(query, self._now, among=among).bits & ids
        return matching, self._questions.find(Query(), self._now).bits & ids | matching


def _meaning(rule: Rule) -> str:
    """Return what the rule tells of, as a text that changes when that changes."""
    return f"{rule.query}\n{rule.sources} {rule.within_s} {rule.once_per}"


def _of(rule: Rule, memories: Mapping[str, Memory]) -> Memory | None:
    """Return what is remembered of a rule; None if it is new or was changed."""
    known = memories.get(rule.name)
    return known if known and known.rule == _meaning(rule) else None


def _new(found: _Evaluated, known: Memory | None) -> list[Match]:
    if known is None:
        return []
    return [match for match in found.matches if not known.knows(match.keys)]


def _matches(
    view: "View", rule: Rule, story: Sequence[Told], matching: BitMap, arrived: BitMap
) -> Iterator[Match]:
    """Yield what a rule tells of one story. story: its articles, the oldest first."""
    of_lang: dict[str, list[Told]] = defaultdict(list)
    for row in story:
        of_lang[row.lang].append(row)
    for rows in of_lang.values():
        reports = [(row.published, row.source) for row in rows]
        wanted = [row.id for row in rows if row.id in matching]
        if not wanted or not reached(reports, rule.sources, rule.within_s * 1000):
            continue
        if rule.once_per is OncePer.STORY:
            firsts = {row.source: ArticleId(row.id) for row in reversed(rows)}
            yield Match(sorted(firsts.values()), _keys(view, [row.id for row in story]))
            return
        for id in wanted:
            if id in arrived:
                yield Match([ArticleId(id)], _keys(view, [id]))


def _keys(view: "View", ids: Sequence[int]) -> dict[str, int]:
    return {key(identity): id for id, identity in view.identities(ids).items()}


def _latest(match: Match) -> ArticleId:
    return match.ids[-1]
