"""Alerts as pure functions: when a story is told by enough sources, and what was told before.

What was told is kept by the identities of articles, as their ids and the numbers of stories may
change when a cache is made again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from reader.article import Identity
from reader.digests import blake2b

HORIZON_S = 96 * 3600
"""How long before the newest article at the last evaluation an article is still news: an archive of
former years that is imported is not."""

MOST_KEPT = 2_000
"""Maximum articles kept per rule: those of some weeks, for a rule that any article meets."""

MOST_RULES_KEPT = 100
"""Maximum rules whose memory is kept, those evaluated last: a file may be used with several
configs."""


def reached(reports: Iterable[tuple[int, str]], sources: int, within: int) -> bool:
    """Return whether so many sources told a story within a time of its first article.

    reports: time and source of each article, in the unit of `within`.
    """
    first: dict[str, int] = {}
    for when, source in sorted(reports):
        first.setdefault(source, when)
    times = sorted(first.values())
    return not sources or (len(times) >= sources and times[sources - 1] - times[0] <= within)


def key(identity: Identity) -> str:
    """Return what an article is remembered by."""
    return blake2b("\0".join(identity).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Memory:
    """What one rule has seen."""

    run: int = -1
    """The last import or sync whose articles it was evaluated on."""
    newest: int = 0
    """The id of the newest article then."""
    told: Mapping[str, int] = field(default_factory=dict)
    """Keys of articles that were told of, and their ids."""
    rule: str = ""
    """What the rule was then: one that was changed begins again."""

    @classmethod
    def of(cls, written: Any) -> "Memory | None":
        """Return a memory as `written` gives it; None for anything else."""
        match written:
            case {"run": int(run), "newest": int(newest), "told": dict(told), "rule": str(rule)}:
                known = {key: id for key, id in told.items() if type(id) is int}
                return cls(run, newest, known, rule)
        return None

    def written(self) -> dict[str, Any]:
        """Return values for JSON."""
        return {
            "run": self.run,
            "newest": self.newest,
            "told": dict(self.told),
            "rule": self.rule,
        }

    def knows(self, keys: Iterable[str]) -> bool:
        """Return whether any of the articles was told of."""
        return any(key in self.told for key in keys)

    def with_told(
        self, run: int, newest: int, told: Mapping[str, int], rule: str, *, horizon: int
    ) -> Self:
        """Return the memory after an evaluation, without articles that cannot come again.

        horizon: `HORIZON_S` in ids.
        """
        every = {key: id for key, id in {**self.told, **told}.items() if id >= newest - 2 * horizon}
        latest = sorted(every.items(), key=_id, reverse=True)[:MOST_KEPT]
        return type(self)(run, newest, dict(latest), rule)


def _id(item: tuple[str, int]) -> int:
    return item[1]


def read(text: str) -> dict[str, Memory]:
    """Return the memories of rules by name, without unreadable ones."""
    try:
        every = json.loads(text or "{}")
    except ValueError:
        return {}
    found = {} if not isinstance(every, dict) else {n: Memory.of(m) for n, m in every.items()}
    return {name: memory for name, memory in found.items() if memory}


def write(memories: Mapping[str, Memory], names: Sequence[str]) -> str:
    """Return memories as text. names: of the rules in use; the others are kept if there is room."""
    latest = sorted(memories, key=lambda name: (name in names, memories[name].run), reverse=True)
    kept = {name: memories[name].written() for name in latest[:MOST_RULES_KEPT]}
    return json.dumps(kept, separators=(",", ":"))
