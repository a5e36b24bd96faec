"""The façade: requests of the screen and the command line, answers and errors."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from reader.archive.importing import Import
from reader.article import ArticleId, Identity, Sentiment, Source, reference
from reader.cache.store import Store
from reader.errors import ArticleAmbiguous, ArticleNotFound, Refusal
from reader.library import PINNED, Grouping, Ids, Library, Mark
from reader.query.language import Field, Query, parse
from reader.samples import sample_library
from tests.builders import NOW, article, library, markdown, put


def titles(news: Library, query: str = "") -> list[str]:
    return [row.title for row in news.rows(news.find(parse(query)))]


def test_a_query_finds_the_newest_first_and_no_drafts(tmp_path: Path) -> None:
    stories = [article(3), article(1), article(2, draft=True)]
    with library(tmp_path, stories) as news:
        assert titles(news) == ["Story 1", "Story 3"]
        assert titles(news, "is:draft") == ["Story 2"]


def test_ages_count_back_from_the_librarys_clock(tmp_path: Path) -> None:
    now = NOW
    with library(tmp_path, [article(1), article(30)]) as news:
        news.clock = lambda: now
        assert titles(news, "after:24h") == ["Story 1"]
        now += timedelta(days=3)
        assert titles(news, "after:24h") == []


def test_rows_come_in_the_order_asked_for_without_those_that_are_gone(tmp_path: Path) -> None:
    with library(tmp_path, [article(1), article(2)]) as news:
        first, second = news.find(Query())
        found = [row.id for row in news.rows([second, ArticleId(7), first])]
        assert found == [second, first]


def test_a_group_holds_each_article_once_with_the_pinned_on_top(tmp_path: Path) -> None:
    stories = [article(1, sticky_weight=3), article(2), article(3, category="ETH")]
    with library(tmp_path, stories) as news:
        ids = news.find(Query())
        for by in Grouping:
            groups = news.groups(ids, by)
            assert groups[0].key == (PINNED,)
            assert sorted(id for group in groups for id in group.ids) == sorted(ids)


def test_an_article_that_is_not_there_is_named(tmp_path: Path) -> None:
    with Library(tmp_path) as news, pytest.raises(ArticleNotFound, match="no article 7"):
        news.article(ArticleId(7))


class TestResolve:
    def test_a_reference_names_its_article(self, tmp_path: Path) -> None:
        with library(tmp_path, [article(n) for n in range(1, 5)]) as news:
            for row in news.rows(news.find(Query())):
                assert news.resolve(str(row.reference)) == row.id

    @pytest.mark.parametrize("seconds", [1, 3600, 200 * 86_400])
    def test_a_reference_stays_good_when_its_id_is_another_article_s(
        self, tmp_path: Path, seconds: int
    ) -> None:
        later = timedelta(seconds=seconds)
        before = article(9, published=NOW - timedelta(seconds=1))
        with library(tmp_path, [before, article(1, published=NOW)]) as news:
            row = news.rows(news.find(Query()))[0]
            with Store(tmp_path) as other:
                put(other, [article(1, published=NOW + later)])
                put(other, [article(2, published=NOW)])
            assert [each.title for each in news.rows([row.id])] == ["Story 2"]
            assert news.article(news.resolve(str(row.reference))).title == "Story 1"

    def test_a_reference_to_an_article_that_is_gone_names_no_other(self, tmp_path: Path) -> None:
        with library(tmp_path, [article(n) for n in range(1, 50)]) as news:
            gone = reference(news.find(Query())[0], article(99).identity)
            with pytest.raises(ArticleNotFound):
                news.resolve(str(gone))

    def test_an_external_id_names_the_one_article_that_has_it(self, tmp_path: Path) -> None:
        stories = [article(1, external_id="BTC-1"), article(2, external_id="BTC-2")]
        with library(tmp_path, stories) as news:
            assert news.article(news.resolve("BTC-2")).title == "Story 2"

    def test_an_external_id_of_several_articles_names_them_all(self, tmp_path: Path) -> None:
        stories = [article(1), article(1, lang="uk"), article(2)]
        with library(tmp_path, stories) as news:
            with pytest.raises(ArticleAmbiguous) as caught:
                news.resolve("1")
            named = {news.resolve(str(each)) for each in caught.value.candidates}
            assert named == set(news.find(parse("title:1")))
            assert all(str(each) in str(caught.value) for each in caught.value.candidates)

    def test_digits_that_are_not_a_reference_may_be_an_external_id(self, tmp_path: Path) -> None:
        long = "9" * 30
        with library(tmp_path, [article(1, external_id=long), article(2)]) as news:
            assert news.article(news.resolve(long)).title == "Story 1"
            assert news.article(news.resolve("2")).title == "Story 2"

    @pytest.mark.parametrize("wanted", ["", "x", "-1", "١٢", "4294967296", "9" * 5000, "\0", "'"])
    def test_an_unknown_reference_is_not_found(self, tmp_path: Path, wanted: str) -> None:
        with library(tmp_path, [article(1)]) as news, pytest.raises(ArticleNotFound):
            news.resolve(wanted)


class TestMarks:
    def test_a_mark_counts_only_what_it_changed(self, tmp_path: Path) -> None:
        with library(tmp_path, [article(n) for n in range(1, 4)]) as news:
            ids = news.find(Query())
            assert news.mark(Ids(ids[:1]), Mark.READ, True, "read") == 1
            assert news.mark(ids, Mark.READ, True, "all read") == 2
            assert news.mark(ids, Mark.READ, True, "again") == 0
            assert len(news.unread(ids)) == 0

    def test_undo_and_redo_name_the_change_and_say_when_there_is_none(self, tmp_path: Path) -> None:
        with library(tmp_path, [article(1), article(2)]) as news:
            ids = news.find(Query())
            assert (news.undo(), news.redo()) == (None, None)
            news.mark(ids, Mark.FAVOURITE, True, "two favourites")
            for replay, left in ((news.undo, 0), (news.redo, 2)):
                change = replay()
                assert change is not None
                assert change == ("two favourites", 2, ids, Mark.FAVOURITE, True)
                assert len(news.find(parse("is:favourite"))) == left

    def test_a_twin_in_another_language_shares_the_marks(self, tmp_path: Path) -> None:
        with library(tmp_path, [article(1), article(1, lang="uk")]) as news:
            news.mark(news.find(parse("lang:uk")), Mark.READ, True, "")
            assert [row.read for row in news.rows(news.find(parse("lang:en")))] == [True]

    def test_the_version_grows_with_each_change_of_any_program(self, tmp_path: Path) -> None:
        def change(what: Callable[[], object]) -> bool:
            before = news.version
            what()
            return news.version > before

        with library(tmp_path, [article(1)]) as news, Library(tmp_path) as other:
            ids = news.find(Query())
            assert change(lambda: news.mark(ids, Mark.READ, True, "read"))
            assert change(lambda: other.mark(ids, Mark.FAVOURITE, True, "favourite"))
            assert change(other.undo)
            assert not change(lambda: news.find(parse("is:read")))

    def test_positions_and_states_are_kept(self, tmp_path: Path) -> None:
        identity = Identity("block_ledger", "1", "en")
        with library(tmp_path, [article(1)]) as news:
            assert (news.position(identity), news.state("view")) == (0.0, "")
            news.save_position(identity, 42)
            news.save_state("view", "narrow")
        with Library(tmp_path) as news:
            assert (news.position(identity), news.state("view")) == (42.0, "narrow")


def test_an_article_is_found_by_its_identity_under_whatever_id(tmp_path: Path) -> None:
    moved = article(1, published=NOW, updated=NOW + timedelta(hours=1))
    with library(tmp_path, [article(1)]) as news:
        before = news.id_of(article(1).identity)
    with library(tmp_path, [moved]) as news:
        after = news.id_of(article(1).identity)
        assert before is not None
        assert after is not None
        assert after > before
        assert news.id_of(Identity("", "7", "en")) is None


def test_languages_and_stats_count_the_most_frequent_first(tmp_path: Path) -> None:
    stories = [
        article(1, tags=("XRP", "BITCOIN NEWS"), sentiment=Sentiment.POSITIVE),
        article(2, tags=("XRP",), category="ETH", source=Source(key="wire_")),
        article(3, lang="uk", draft=True),
        article(4, category="ETH", sentiment=Sentiment.NEGATIVE, source=""),
    ]
    with library(tmp_path, stories) as news:
        assert list(news.names(Field.LANG).items()) == [("en", 3), ("uk", 1)]
        stats = news.stats(Query())
        assert stats.articles == 3
        assert list(stats.languages.items()) == [("en", 3)]
        assert stats.sources == {"block_ledger": 1, "wire_": 1, "": 1}
        assert list(stats.tags.items()) == [("XRP", 2), ("BITCOIN NEWS", 1)]
        assert list(stats.categories) == ["ETH", "BTC"]
        assert stats.categories["BTC"] == dict.fromkeys(Sentiment, 0) | {Sentiment.POSITIVE: 1}
        assert news.stats(parse("tag:nothing")).categories == {}


def test_an_archive_of_drafts_alone_is_not_empty(tmp_path: Path) -> None:
    with library(tmp_path / "drafts", [article(1, draft=True)]) as news:
        assert not news.is_empty
        assert len(news.find(Query())) == 0
    with Library(tmp_path / "empty") as news:
        assert news.is_empty


def test_imported_articles_are_stored_and_exported_ones_are_files(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.en.md").write_text(markdown(title="A", publishedAt="2026-03-01"))
    (tmp_path / "news" / "b.en.md").write_text("")
    seen: list[tuple[int, int | None]] = []
    refused: list[Refusal] = []
    with Library(tmp_path / "data") as news:
        report = news.bring_in(
            [tmp_path / "news"],
            on_progress=lambda done, total: seen.append((done, total)),
            on_refusal=refused.append,
        )
        assert str(report) == "2 read: 1 new, 0 updated, 0 unchanged, 0 superseded, 1 refused"
        assert seen[-1] == (2, 2)
        assert refused == report.refusals
        assert titles(news) == ["A"]
        assert news.export(Query(), tmp_path / "out").written == 1
    assert (tmp_path / "out/2026/03/a.en.md").exists()


class TestSamples:
    def test_they_are_all_there_and_none_is_flagged(self) -> None:
        with sample_library() as samples:
            assert samples.is_sample
            rows = samples.rows(samples.find(Query()))
            assert len(rows) >= 90
            assert not any(row.flagged for row in rows)
            assert set(samples.names(Field.LANG)) == {"en", "uk"}

    def test_the_samples_folder_is_deleted_when_they_are_closed(self) -> None:
        with sample_library() as samples:
            samples.mark(samples.find(Query()), Mark.READ, True, "all")
            assert samples.folder.is_dir()
        assert not samples.folder.exists()

    def test_marks_of_samples_are_not_in_the_next_samples(self) -> None:
        with sample_library() as first, sample_library() as second:
            first.mark(first.find(Query()), Mark.READ, True, "all")
            assert first.folder != second.folder
            assert len(second.find(parse("is:read"))) == 0

    def test_the_samples_folder_is_deleted_even_if_they_cannot_be_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        monkeypatch.setattr(Import, "run", fail)
        with pytest.raises(KeyboardInterrupt):
            sample_library()
        assert list(tmp_path.iterdir()) == []
