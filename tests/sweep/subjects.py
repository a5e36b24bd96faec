"""The disturbed operations: an import, a sync, marks, a migration. Each knows what must remain."""

import random
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from reader.query.language import parse
from tests.builders import article, markdown
from tests.news_server import NewsServer, feed, with_etag
from tests.sweep import acts
from tests.sweep.acts import opened
from tests.sweep.checks import Dump, content, faults, marks
from tests.sweep.children import Children, Ended
from tests.sweep.library import Fault

REFUSED = 1
"""Files of an archive that are refused."""


class Subject(ABC):
    """One act on a data folder, and the law that what was said to be done is done.

    `base`: the folder as it is before, None where there is none. The act is run once undisturbed:
    `count` says how many operations it takes.
    """

    def __init__(self, work: Path, children: Children, *, seed: int, size: int) -> None:
        self.work = work
        self.children = children
        self.random = random.Random(seed)
        self.size = size
        self.base: Path | None = None
        self.prepare()
        undisturbed = self.copy("undisturbed")
        ended = self.act(undisturbed)
        assert ended.code == 0, ended.err
        self.count = ended.count or 0
        self.wanted = content(undisturbed)
        assert not (troubles := list(faults(undisturbed))), troubles

    def copy(self, name: str) -> Path:
        """A data folder as it is before the act."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        if self.base:
            shutil.copytree(self.base, folder)
        else:
            folder.mkdir()
        return folder

    @abstractmethod
    def prepare(self) -> None: ...

    @abstractmethod
    def act(self, folder: Path, at: int = 0, fault: Fault = Fault.NONE) -> Ended: ...

    def command(self, folder: Path, at: int, fault: Fault) -> Ended:
        """The same as a user would do it; nothing where there is no command for it."""
        return self.act(folder, at, fault)

    @abstractmethod
    def lost(self, folder: Path, ended: Ended) -> Iterator[str]:
        """What was said to be stored and is not."""

    def again(self, folder: Path) -> Iterator[str]:
        """Do it once more, undisturbed: then all is as if nothing had happened."""
        ended = self.act(folder)
        if ended.code != 0:
            yield f"the next run ended with {ended.code}: {ended.err[-400:]}"
            return
        now = content(folder)
        if now != self.wanted:
            yield f"the next run: {len(self.wanted - now)} missing, {len(now - self.wanted)} wrong"


class Import(Subject):
    def prepare(self) -> None:
        self.archive = self.work / "archive"
        for number in range(self.size):
            path = self.archive / f"2026/03/story-{number}.en.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.file(number), "utf-8")
        for number in range(REFUSED):
            fields = "a: b\n" * 20_000
            (self.archive / f"refused-{number}.md").write_text(f"---\n{fields}---\n", "utf-8")

    def file(self, number: int) -> str:
        some = self.random
        words = " ".join(f"word{some.randrange(3000)}" for _ in range(some.randrange(20, 600)))
        return markdown(
            title=f'"Story {number}"',
            externalId=f'"{number // 2}"',  # each in two languages
            lang=("en", "uk")[number % 2],
            publishedAt=f"2026-03-{1 + number * 7 % 28:02}T{some.randrange(24):02}:00:00.000Z",
            category=some.choice(["BTC", "ETH", "MARKET"]),
            sentiment=some.choice(["POSITIVE", "NEGATIVE"]),
            tags="".join(f"\n  - T{some.randrange(30)}" for _ in range(some.randrange(6))) or "[]",
            draft=str(number % 13 == 5).lower(),
            source="\n  name: Ledger\n  key: ledger_",
            body=f"## Overview\n\nThis is own{number}word.\n\n{words}",
        )

    def act(self, folder: Path, at: int = 0, fault: Fault = Fault.NONE) -> Ended:
        archive = str(self.archive)
        return self.children.act("bring_in", folder, at=at, fault=fault, archive=archive)

    def command(self, folder: Path, at: int, fault: Fault) -> Ended:
        return self.children.command(folder, "import", str(self.archive), at=at, fault=fault)

    def lost(self, folder: Path, ended: Ended) -> Iterator[str]:
        now = content(folder)
        stored = max((said[1] for said in ended.said if said[0] == "stored"), default=0)
        if len(now) < stored - REFUSED:
            yield f"{stored} were reported as stored and {len(now)} are there"
        if wrong := now - self.wanted:
            yield f"{len(wrong)} articles are not as they were imported"


class Sync(Subject):
    def __init__(
        self, work: Path, children: Children, server: NewsServer, *, seed: int, size: int
    ) -> None:
        self.server = server
        super().__init__(work, children, seed=seed, size=size)

    def prepare(self) -> None:
        self.base = self.work / "before"
        self.base.mkdir(parents=True)
        self.sources = [(f"Source {n}", self.server.url(f"/feed-{n}")) for n in range(4)]
        self.serve("v1", 0)
        assert self.act(self.base).code == 0
        self.before = content(self.base)
        self.serve("v2", max(self.size // 8, 1))

    def serve(self, etag: str, more: int) -> None:
        """Each feed with new stories at its top."""
        for number, _ in enumerate(self.sources):
            kept = [
                f"Story {n} of {number} own{number}000{n}word"
                for n in range(max(self.size // 4, 2))
            ]
            new = [f"New story {n} of {number} own{number}{etag}{n}" for n in range(more)]
            body = feed(*new, *kept[: len(kept) - more], name=f"Source {number}")
            if more:  # and some are corrected
                body = body.replace(b"enough words", b"more than enough words", 2 * more)
            self.server.routes[f"/feed-{number}"] = with_etag(body, f'"{etag}"')

    def act(self, folder: Path, at: int = 0, fault: Fault = Fault.NONE) -> Ended:
        return self.children.act("sync", folder, at=at, fault=fault, sources=self.sources)

    def lost(self, folder: Path, ended: Ended) -> Iterator[str]:
        now = content(folder)
        for _, name, status, new, updated in (s for s in ended.said if s[0] == "source"):
            mark = f'"{name}"'
            missing = {line for line in self.wanted if mark in line} - now
            if status == "ok" and missing:
                yield f"{name} told of {new} new, {updated} updated; {len(missing)} are not there"
        if wrong := now - self.wanted - self.before:
            yield f"{len(wrong)} articles are neither as before nor as after"


class Marks(Subject):
    def prepare(self) -> None:
        imported = Import(self.work / "import", self.children, seed=1, size=self.size)
        self.archive = imported.archive
        self.base = imported.copy("filled")
        assert imported.act(self.base).code == 0
        self.states: list[Dump] = []
        folder = self.copy("states")
        for change in (lambda _: None, *acts.MARKS):
            with opened(str(folder)) as library:
                change(library)
            self.states.append(marks(folder))

    def act(self, folder: Path, at: int = 0, fault: Fault = Fault.NONE, first: int = 0) -> Ended:
        return self.children.act("mark", folder, at=at, fault=fault, first=first)

    def lost(self, folder: Path, ended: Ended) -> Iterator[str]:
        self.reached = -1
        confirmed = sum(said[0] == "done" for said in ended.said)
        now = marks(folder)
        # The change that was under way may be stored though nothing was said of it.
        may_be = [n for n in (confirmed, confirmed + 1) if self.states[n : n + 1] == [now]]
        if not may_be:
            yield f"{confirmed} changes of marks were confirmed, and the file is not as after them"
        else:
            self.reached = may_be[-1]
        if content(folder) != self.wanted:
            yield "articles have changed"

    def again(self, folder: Path) -> Iterator[str]:
        if self.reached < 0:
            return
        ended = self.act(folder, first=self.reached)
        if ended.code != 0:
            yield f"the next run ended with {ended.code}: {ended.err[-400:]}"
        elif marks(folder) != self.states[-1]:
            yield "after the other changes the marks are not as without a fault"


class Migration(Subject):
    def prepare(self) -> None:
        from tests.unit.cache.test_former_caches import former

        self.base = self.work / "before"
        self.base.mkdir(parents=True)
        stories = [
            article(
                n,
                category="OTHER",
                body=f"This is own{n}word, and ﬁnally ß. " + "Words and more words. " * (n % 50),
            )
            for n in range(1, self.size + 1)
        ]
        stories.sort(key=lambda story: story.published)
        former(self.base, stories, read=range(1, self.size, 3))

    def act(self, folder: Path, at: int = 0, fault: Fault = Fault.NONE) -> Ended:
        return self.children.act("look", folder, at=at, fault=fault)

    def command(self, folder: Path, at: int, fault: Fault) -> Ended:
        return self.children.command(folder, "list", at=at, fault=fault)

    def lost(self, folder: Path, ended: Ended) -> Iterator[str]:
        if content(folder) != self.wanted:
            yield "articles are lost"
        with opened(str(folder)) as library:
            read = len(library.find(parse("is:read")))
        if read != len(range(1, self.size, 3)):
            yield f"{read} articles are read after {ended.code}"
