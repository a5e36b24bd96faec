"""Copying an archive: between any two engines, after an interruption, and compared at the end."""

from pathlib import Path
from typing import Any

import pytest

from reader.cache import copying
from reader.cache.answers import Stamp
from reader.cache.copying import NotCopied, copy
from reader.cache.marks.kinds import Mark
from reader.cache.source_states import SourceState
from reader.cache.store import Store
from reader.errors import CacheGone
from reader.query.language import parse
from tests.builders import NOW, article, put
from tests.counting_proxy import proxy
from tests.engines import Opens, chooses_engine
from tests.postgres import join, server, shared_store

pytestmark = chooses_engine("from each engine to each")

ENGINES: dict[str, Opens] = {"sqlite": Store, "postgres": shared_store}
PAIRS = [(one, other) for one in ENGINES for other in ENGINES]
QUERIES = ("", "tag:xrp", "is:story", "story", '"text of"', "title:7", "source:nonce_", "is:pinned")


def fill(store: Any) -> None:
    """Articles of every kind: twins, pinned, drafts, stories, of feeds; files and sources."""
    made = [
        article(
            n,
            title=f"Bridge drained of {n} million" if n % 3 else f"Story {n} ☂",
            tags=("XRP", f"TAG {n % 5}"),
            lang=("en", "uk")[n % 2],
            source=("block_ledger", "nonce_")[n % 2],
            draft=n == 4,
            sticky_weight=int(n == 5),
            description="An \\ odd 'description'",
        )
        for n in range(40)
    ]
    put(store, [*made, *(article(n, lang="uk") for n in range(5))])
    with store.intake.writing(store.intake.begin_run()) as writer:
        for n in range(3):
            writer.note_file(Stamp(f"/news/\udcff{n}.md", n, n << 40, b"digest"))
    with store.session.transaction() as to:
        to.note_source(
            SourceState(url="https://a.example/feed", pending=(1, 2), digest=b"\x00\xff")
        )
        memory = to.memory("feed", 1)
        assert memory.is_new
    store.deciding.run()


def answers(store: Any) -> dict[str, object]:
    found: dict[str, object] = {}
    for text in QUERIES:
        ids = store.questions.find(parse(text), NOW)
        found[text] = store.texts.rows(ids, described=True)
    found["files"] = [*store.intake.files_below("/news/")]
    found["sources"] = store.intake.source_states()
    return found


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_copy_answers_every_question_alike(one: str, other: str, tmp_path: Path) -> None:
    said: list[tuple[int, int]] = []
    with ENGINES[one](tmp_path / "one") as source, ENGINES[other](tmp_path / "other") as to:
        fill(source)
        report = copy(source, to, lambda *progress: said.append(progress))
        assert (report.articles, report.found) == (45, 0)
        assert said[-1] == (45, 45)
        assert answers(to) == answers(source)
        put(to, [article(100, title="After the copy", published=NOW)])
        assert (
            len(to.questions.find(parse(""), NOW)) == len(source.questions.find(parse(""), NOW)) + 1
        )
        with pytest.raises(NotCopied, match="has articles already"):
            copy(source, to)


def test_the_memory_of_feeds_goes_on_after_a_copy(tmp_path: Path) -> None:
    from reader.cache.sameness.law import Item
    from reader.cache.sameness.tellings import link_of, telling_of

    item = Item(b"id", link_of("https://a.example/1"), telling_of("Title", "Text " * 20, 5))
    with Store(tmp_path / "one") as source, shared_store(tmp_path / "other") as to:
        with source.session.transaction() as write:
            memory: Any = write.memory("feed", 1)
            entry = memory.begin(item, [b"name"])
            memory.note(entry, item, [b"name"])
            memory.tell(entry, [item.telling], again=True)
        copy(source, to)
        with to.session.transaction() as write:
            memory = write.memory("feed", 2)
            assert not memory.is_new
            known = memory.named(b"name")
            assert known is not None
            assert known.entry == entry
            assert [*memory.tellings(entry)] == [item.telling]
            assert memory.begin(item, []) > entry


def test_an_interrupted_copy_goes_on_where_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "AT_ONCE", 10)
    address = server().new_archive()
    join(tmp_path / "near", address)
    with Store(tmp_path / "one") as source, proxy(server().port) as far:
        fill(source)
        join(tmp_path / "far", address.replace(str(server().port), str(far.port)))
        with shared_store(tmp_path / "far") as to, pytest.raises(CacheGone):
            copy(source, to, lambda done, _all: far.cut_after(1 if done == 20 else None))
        with shared_store(tmp_path / "near") as to:
            report = copy(source, to)
            assert (report.articles, report.found) == (25, 20)
            assert answers(to) == answers(source)


def test_a_part_of_another_archive_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "AT_ONCE", 10)
    with (
        Store(tmp_path / "one") as source,
        Store(tmp_path / "two") as another,
        Store(tmp_path / "to") as to,
    ):
        fill(source)
        put(another, [article(n, title="Other") for n in range(30)])

        def stop(done: int, _all: int) -> None:
            if done == 20:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            copy(another, to, stop)
        with pytest.raises(NotCopied, match="a part of another one"):
            copy(source, to)


def test_a_copy_that_differs_is_said(tmp_path: Path) -> None:
    with Store(tmp_path / "one") as source, shared_store(tmp_path / "to") as to:
        fill(source)
        real = copying._compare

        def compare(rows: Any, target: Any) -> None:
            with target.session.transaction() as write:
                write.view.db.execute("UPDATE cryptoread.documents SET body = body || 'x'")
            real(rows, target)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(copying, "_compare", compare)
            with pytest.raises(NotCopied, match="differs in documents"):
                copy(source, to)


def test_marks_stay_where_they_are(tmp_path: Path) -> None:
    with Store(tmp_path / "one") as source, shared_store(tmp_path / "to") as to:
        put(source, [article(1)])
        ids = source.questions.find(parse(""), NOW)
        source.marking.mark(ids, Mark.READ, True, "read")
        copy(source, to)
        assert len(source.questions.find(parse("is:read"), NOW)) == 1
        assert len(to.questions.find(parse("is:read"), NOW)) == 0
        assert len(to.questions.find(parse("is:unread"), NOW)) == 1


def test_sets_that_were_counted_anew_are_stored_as_those_that_grew(tmp_path: Path) -> None:
    with Store(tmp_path / "from") as source, shared_store(tmp_path / "to") as target:
        put(source, [article(n, published=NOW) for n in range(40)])  # one id after the other
        copy(source, target)
        for store in (source, target):
            bits = store.questions.find(parse("category:btc"), NOW).bits
            assert bits.get_statistics()["n_run_containers"] == 0
