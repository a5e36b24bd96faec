"""Articles in `.jsonl` and `.json` files: what an object becomes, how files are cut, what a run of
the importer makes of them, and that an export comes in again as it went out."""

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reader.archive import importing
from reader.archive import jobs as import_jobs
from reader.archive.exporting import ExportError
from reader.archive.importing import ImportReport
from reader.article import EPOCH, Article, Sentiment, Source
from reader.cache.answers import Outcome
from reader.errors import Refusal
from reader.formats import NotAnArticle
from reader.formats.archive.article_file import MAX_ARTICLE_BYTES
from reader.formats.archive.fields import MAX_CHARACTERS, MAX_KEY
from reader.formats.archive.schema import FIELDS, article_of
from reader.formats.json.articles import read_json_article, write_json_article
from reader.formats.json.blocks import Block, blocks_of_lines, blocks_of_values
from reader.library import Library
from reader.query.language import Query, parse
from reader.sources.local import json_files
from reader.text import clean
from tests.builders import article, library
from tests.examples import examples
from tests.unit.archive.test_exporting import FULL

LINE = "news.jsonl:17"


def obj(n: int, **fields: object) -> dict[str, Any]:
    """The n-th story as an object."""
    given: dict[str, object] = {
        "title": f"Story {n}",
        "publishedAt": f"2026-03-{1 + n // 24:02}T{n % 24:02}:00:00Z",
        "lang": "en",
        "externalId": n,
        "body": f"The text of story {n}.",
    }
    return given | fields


def lines(*objects: object) -> bytes:
    """A line each; bytes and texts as they are."""
    written = (each if isinstance(each, str) else json.dumps(each) for each in objects)
    return "".join(f"{line}\n" for line in written).encode()


def read(value: object) -> Article:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_json_article(data, origin=LINE)


def reason(data: bytes) -> str:
    with pytest.raises(NotAnArticle) as caught:
        read(data)
    return str(caught.value)


# One object.


def test_the_fields_are_those_of_the_front_matter() -> None:
    found = read(
        obj(
            1,
            source={"name": "Block Ledger", "key": "block_ledger"},
            tags=["xrp", "Bitcoin  News"],
            sentiment="positive",
            externalId="0123",
            score=0.5,
            draft=True,
            author={"name": "A. N. Other"},
            body="\n\n## Overview\n\nText.\n\n",
        )
    )
    assert found.title == "Story 1"
    assert found.source == Source(key="block_ledger", name="Block Ledger")
    assert found.tags == ("XRP", "BITCOIN NEWS")
    assert found.sentiment is Sentiment.POSITIVE
    assert (found.external_id, found.score, found.draft) == ("0123", 0.5, True)
    assert found.extra == {"author": {"name": "A. N. Other"}}
    assert found.body == "## Overview\n\nText."
    assert (found.origin, found.flags) == (LINE, ())


def test_the_line_number_replaces_a_missing_id() -> None:
    assert read({"title": "T"}).identity == ("", LINE, "und")
    named = read_json_article(b'{"title": "T"}', origin="news.uk.jsonl.gz:3")
    assert named.identity == ("", "news.uk.jsonl.gz:3", "uk")


def test_a_description_alone_is_an_article() -> None:
    found = read({"description": "In short", "body": None})
    assert (found.title, found.description) == ("news", "In short")
    assert found.published == EPOCH


def test_the_last_of_two_equal_fields_counts() -> None:
    assert read(b'{"title": "A", "title": "B"}').title == "B"


def test_bytes_that_are_not_utf8_are_replaced_and_flagged() -> None:
    found = read(b'{"title": "Caf\xe9", "publishedAt": "2026-03-01"}')
    assert found.title == "Caf\N{REPLACEMENT CHARACTER}"
    assert found.flags == ("not valid UTF-8 at byte 14: unreadable characters were replaced",)


def test_a_raw_line_end_in_a_json_text_is_accepted() -> None:
    assert read(b'{"title": "A\tB", "body": "one\r\ntwo"}').body == "one\ntwo"


def test_escaped_controls_are_cleaned_after_parsing() -> None:
    text = b'{"title": "\\u001b]52;c;AA\\u0007[BTC]\\u202e", "\\u0000a\\u009b": ["\\u001b[2Jx"]}'
    found = read(text)
    assert found.title == "[BTC]"
    assert found.extra == {"a": ["x"]}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[1]", "is not a JSON object"),
        (b'"text"', "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b"", "is not JSON at character 1: Expecting value"),
        (b'{"title": "a"', "is not JSON at character 14: Expecting ',' delimiter"),
        (b'{"title": "a"} {}', "is not JSON at character 16: Extra data"),
        (b"{}", "has neither title nor text"),
        (b'{"body": ["x"]}', "has a body that is not a text"),
        (b'{"title": "a", "score": NaN}', "holds NaN, which is not a JSON number"),
        (b'{"title": "a", "x": [-Infinity]}', "holds -Infinity, which is not a JSON number"),
        (b'{"title": "a", "score": 1e999}', "holds a number that is too large"),
        (b'{"title": "a", "x": ' + b"9" * 5000 + b"}", "holds a number of too many digits"),
        (b'{"title": "a", "x": ' + b"[" * 8 + b"]" * 8 + b"}", "is nested deeper than 8"),
        (b'{"title": "a", "x": ' + b"[" * 100_000, "is nested deeper than 8"),
        (b'{"a":' * 100_000, "is nested deeper than 8"),
        (b'{"title": "a", "%s": 1}' % (b"x" * 257), "a field whose name is longer than 256"),
        (b'{"title": "%s"}' % (b"x" * MAX_CHARACTERS), "has more than 64 KiB of fields"),
        (b'{"body": "%s"}' % (b"x" * MAX_ARTICLE_BYTES), "is larger than 4 MiB"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else "",
)
def test_a_refusal_says_why(data: bytes, why: str) -> None:
    assert why in reason(data)


def test_a_long_body_is_not_taken_for_long_fields() -> None:
    body = "Ж" * MAX_CHARACTERS
    assert read({"title": "T", "body": body}).body == body


TEXT = st.text(max_size=12) | st.sampled_from(
    ["\x1b[31m", "\u202e", "\ud800", "Â£ â€™", "2025-11-16", " a\n b ", "e\u0301", "\0flags"]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Texts of every kind, the names of fields among them.
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = TEXT | st.sampled_from(sorted(FIELDS))
OBJECTS = st.dictionaries(NAMES, JSON, max_size=6)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(name)
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


@given(OBJECTS, TEXT, st.booleans())
@examples(300)
def test_no_control_gets_through_however_it_is_written(
    fields: dict[str, object], body: str, escaped: bool
) -> None:
    data = json.dumps(fields | {"title": "T", "body": body}, ensure_ascii=escaped)
    found = read(data.encode("utf-8", "surrogatepass"))
    kept = [found.title, found.description, found.body, found.external_id, found.url]
    kept += [*texts(dict(found.extra)), *found.tags, found.category, found.origin]
    kept += [*(found.source or ()), *(found.cover or ())]
    assert [text for text in kept if clean(text) != text] == []


PLAIN = st.text('aЖé№—€ \n\t"\\/', max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | PLAIN | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(PLAIN | NAMES, PLAIN | VALUES, max_size=6), PLAIN | TEXT)
@example({"a": [[[[[[[["Ж"]]]]]]]]}, "")
@example({"é" * (MAX_KEY + 1): {}}, "")
@examples(300)
def test_escaped_characters_are_read_like_those_written_out(
    fields: dict[str, object], body: str
) -> None:
    # Texts of plain characters alone are not cleaned one by one.
    def result(*, escaped: bool) -> Article | str:
        data = json.dumps({"title": "T"} | fields | {"body": body}, ensure_ascii=escaped)
        try:
            return read(data.encode())
        except NotAnArticle as error:
            return str(error)

    try:
        written_out = result(escaped=False)
    except UnicodeEncodeError:  # half of a pair
        return
    assert written_out == result(escaped=True)


@given(st.binary(max_size=60) | OBJECTS.map(lambda fields: json.dumps(fields).encode()))
@example(b"\xff\xfe{\0}\0")
@examples(300)
def test_any_bytes_are_an_article_or_say_why_not(data: bytes) -> None:
    with suppress(NotAnArticle):
        assert read(data).title


@given(OBJECTS, TEXT)
@examples(300)
def test_a_read_article_is_written_so_that_it_reads_back(
    fields: dict[str, object], body: str
) -> None:
    once = read(json.dumps(fields | {"title": "T", "body": body}).encode())
    line = write_json_article(once)
    assert "\n" not in line
    again = read_json_article(line.encode(), origin=once.origin)
    assert replace(again, flags=()) == replace(once, flags=())


@pytest.mark.parametrize("full", [FULL, article(1, source="", external_id="", category="OTHER")])
def test_every_field_is_exported_as_it_was_imported(full: Article) -> None:
    assert read_json_article(write_json_article(full).encode(), origin=full.origin) == full


def test_json_and_markdown_are_read_by_the_same_schema() -> None:
    fields = obj(1, tags=["a"], score="2", stickyWeight="x")
    body = fields.pop("body")
    assert read(fields | {"body": body}) == article_of(fields, body, LINE, [])


# How a file is cut.


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


Cut = list[tuple[int, int, object]]


def cut(found: Iterator[Block | NotAnArticle]) -> Cut:
    """Number, line and text of each; of a refusal its line and reason. The end's last of all."""
    all_of_it: Cut = []
    try:
        for each in found:
            if isinstance(each, Block):
                all_of_it += each.articles()
            else:
                all_of_it.append((0, each.line or 0, str(each)))
    except NotAnArticle as error:
        all_of_it.append((0, error.line or 0, str(error)))
    return all_of_it


@given(
    st.lists(OBJECTS, max_size=5),
    st.integers(1, 40),
    st.sampled_from([None, 1]),
    st.sampled_from(["[%s]", "%s", "\n [%s] \r\n"]),
)
@examples(300)
def test_objects_are_found_whatever_they_hold_and_however_they_come_in_pieces(
    objects: list[dict[str, object]], size: int, indent: int | None, around: str
) -> None:
    data = (around % ",".join(json.dumps(each, indent=indent) for each in objects)).encode()
    found = cut(blocks_of_values(pieces(data, size)))
    if not objects and around == "%s":
        assert found == [(0, 0, "is empty")]
        return
    assert [number for number, _, _ in found] == list(range(1, len(objects) + 1))
    assert [json.loads(str(text, "utf-8")) for _, _, text in found] == objects  # type: ignore[call-overload]


@given(st.lists(OBJECTS | st.none(), max_size=6), st.integers(1, 40), st.booleans())
@examples(200)
def test_lines_are_found_however_they_come_in_pieces(
    objects: list[dict[str, object] | None], size: int, ended: bool
) -> None:
    data = b"".join(lines(each) if each is not None else b" \r\n" for each in objects)
    data = data if ended else data.removesuffix(b"\n")
    found = cut(blocks_of_lines(pieces(data, size)))
    expected = [(n, n, each) for n, each in enumerate(objects, 1) if each is not None]
    assert [(number, line, json.loads(text)) for number, line, text in found] == expected  # type: ignore[arg-type]


@given(st.binary(max_size=80), st.integers(1, 20))
@example(b'["a{", "b\\"]", {"c": "}"}]', 1)
@examples(300)
def test_any_bytes_are_split_to_the_end(data: bytes, size: int) -> None:
    cut(blocks_of_lines(pieces(data, size)))
    cut(blocks_of_values(pieces(b"[" + data, size)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[\n {"a": 1},\n {"a": }, [2], 3, "[{", null\n]', [1, 2, 3, 4, 5, 6]),
        ('{"a": 1}\n{"a": 2}', [1, 2]),
        ('{\n"a": "}"\n}', [1]),
        ("[]", []),
        ("[{}", [1, (1, "is cut off: its array has no end")]),
        ('[{},\n{"a', [1, (2, "is cut off in the middle of an article")]),
        ("[{}]\n{}", [1, (2, "goes on after the end of its array")]),
        ("[{}]]", [1, (1, "goes on after the end of its array")]),
        ("{}]", [1, 2]),
        ("hello", [(0, "is neither a JSON array nor an object")]),
        (" \n ", [(0, "is empty")]),
        ("\ufeff[{}]", [1]),
    ],
)
def test_a_file_is_an_array_or_objects_and_says_where_it_is_not(
    text: str, found: list[object]
) -> None:
    cuts = cut(blocks_of_values(iter([text.encode()])))
    assert [number or (line, what) for number, line, what in cuts] == found


def test_another_encoding_is_named_once() -> None:
    data = "{}\n{}\n".encode("utf-16")
    for blocks in (blocks_of_lines, blocks_of_values):
        assert cut(blocks(iter([data]))) == [(0, 0, "is UTF-16; save it as UTF-8")]


def test_an_oversized_value_is_skipped_and_the_next_is_found() -> None:
    huge = b'{"body": "%s"}' % (b'x{\\"' * (MAX_ARTICLE_BYTES // 2))
    in_lines = cut(blocks_of_lines(pieces(b"{}\n%s\n{}\n" % huge, 100_000)))
    assert in_lines == [(1, 1, b"{}"), (0, 2, "is larger than 4 MiB"), (3, 3, b"{}")]
    in_array = cut(blocks_of_values(pieces(b"[{},\n%s,\n{}]" % huge, 100_000)))
    assert in_array == [(1, 1, b"{}"), (0, 2, "article 2 is larger than 4 MiB"), (3, 3, b"{}")]


# The import of a file.


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "data") as made:
        yield made


def counts(report: ImportReport) -> tuple[int, ...]:
    """New, updated, unchanged, superseded, refused."""
    return (*(report.outcomes[outcome] for outcome in Outcome), len(report.refusals))


def titles(news: Library) -> list[str]:
    return [row.title for row in news.rows(news.find(Query()))]


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def as_file(path: Path, *objects: object) -> Path:
    """The objects in the way that the name says."""
    in_lines = ".jsonl" in path.name.lower()
    return put(path, lines(*objects) if in_lines else json.dumps(objects, indent=1).encode())


NAMES_OF_FILES = ["n.jsonl", "n.json", "n.jsonl.gz", "n.json.gz", "N.JSONL"]


@pytest.mark.parametrize("name", NAMES_OF_FILES)
def test_a_file_is_imported_and_not_opened_again_if_unchanged(
    news: Library, tmp_path: Path, name: str
) -> None:
    path = as_file(tmp_path / name, obj(1), obj(2), obj(3))
    assert counts(news.bring_in([path])) == (3, 0, 0, 0, 0)
    assert titles(news) == ["Story 3", "Story 2", "Story 1"]
    status = path.stat()
    path.write_bytes(b"garbage".ljust(status.st_size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = news.bring_in([path])
    assert str(report) == "3 read: 0 new, 0 updated, 3 unchanged, 0 superseded, 0 refused"
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert news.bring_in([path]).refusals


@pytest.mark.parametrize("name", NAMES_OF_FILES)
def test_only_changed_articles_of_a_changed_file_are_new(
    news: Library, tmp_path: Path, name: str
) -> None:
    path = as_file(tmp_path / name, obj(1), obj(2))
    news.bring_in([path])
    as_file(path, obj(1), obj(2, title="Corrected"), obj(3))
    assert counts(news.bring_in([path])) == (1, 1, 1, 0, 0)
    assert titles(news) == ["Story 3", "Corrected", "Story 1"]
    assert counts(news.bring_in([path])) == (0, 0, 3, 0, 0)


def test_the_newest_version_of_an_article_given_twice_counts(news: Library, tmp_path: Path) -> None:
    old, new = obj(1, updatedAt="2026-03-05"), obj(1, title="New", updatedAt="2026-03-06")
    path = as_file(tmp_path / "n.jsonl", new, old)
    assert counts(news.bring_in([path])) == (1, 0, 0, 1, 0)
    assert titles(news) == ["New"]
    assert counts(news.bring_in([path])) == (0, 0, 2, 0, 0)
    os.utime(path, (1, 1))
    assert counts(news.bring_in([path])) == (0, 0, 1, 1, 0)


def test_a_broken_line_is_refused_by_its_number_and_the_rest_is_imported(
    news: Library, tmp_path: Path
) -> None:
    path = tmp_path / "n.jsonl"
    put(path, lines(obj(1), "", '{"title": ', obj(2), "[]", obj(3), '{"score": NaN}'))
    told: list[Refusal] = []
    report = news.bring_in([path], on_refusal=told.append)
    assert [str(refusal) for refusal in report.refusals] == [
        f"{path}:3: is not JSON at character 11: Expecting value",
        f"{path}:5: is not a JSON object",
        f"{path}:7: holds NaN, which is not a JSON number",
    ]
    assert told == report.refusals
    assert counts(report) == (3, 0, 0, 0, 3)
    assert counts(news.bring_in([path])) == (0, 0, 3, 0, 3), "what is broken is named again"


def test_a_broken_object_of_an_array_is_refused_by_line_and_position(
    news: Library, tmp_path: Path
) -> None:
    path = tmp_path / "n.json"
    text = json.dumps([obj(1), {"title": "Broken"}, obj(2), 7], indent=1)
    put(path, text.replace('"Broken"', "Broken").encode())
    report = news.bring_in([path])
    assert counts(report) == (2, 0, 0, 0, 2)
    broken, number = map(str, report.refusals)
    assert broken.startswith(f"{path}:9: article 2 is not JSON at character ")
    assert number == f"{path}:19: article 4 is not a JSON object"


def test_an_odd_article_is_imported_and_flagged_with_its_line(
    news: Library, tmp_path: Path
) -> None:
    path = as_file(tmp_path / "n.jsonl", obj(1), obj(2, score="high"))
    report = news.bring_in([path])
    assert list(map(str, report.flagged)) == [f"{path}:2: score is not a number: high"]
    (id, *_) = news.find(Query())
    assert news.article(id).flags == ("score is not a number: high",)


@pytest.mark.parametrize("name", ["n.jsonl.gz", "n.json.gz"])
def test_articles_before_the_cut_of_a_gzip_are_imported(
    news: Library, tmp_path: Path, name: str
) -> None:
    path = as_file(tmp_path / name, *(obj(n, body=os.urandom(500).hex()) for n in range(60)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    report = news.bring_in([path])
    assert 10 < report.outcomes[Outcome.NEW] < 50
    (refusal,) = report.refusals
    assert str(refusal).startswith(f"{path}: is damaged or cut off (")
    again = news.bring_in([path])
    assert counts(again) == (0, 0, report.outcomes[Outcome.NEW], 0, 1)


def test_articles_before_the_damage_of_a_gzip_are_imported(news: Library, tmp_path: Path) -> None:
    path = as_file(tmp_path / "n.jsonl.gz", obj(1))
    data = bytearray(path.read_bytes())
    data[-5] ^= 1  # the checksum
    path.write_bytes(data)
    report = news.bring_in([path])
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "damaged" in report.refusals[0].reason


def test_a_gzip_bomb_in_a_line_is_bounded(
    news: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reader.sources.local import archives

    monkeypatch.setattr(archives, "UNPACKED_ALWAYS", 8 * MAX_ARTICLE_BYTES)
    monkeypatch.setattr(archives, "UNPACKED_PER_BYTE", 1)
    path = tmp_path / "n.jsonl.gz"
    packer = zlib.compressobj(9, wbits=31)
    data = packer.compress(lines(obj(1)) + b'{"body": "')
    data += b"".join(packer.compress(b"x" * 1024**2) for _ in range(64))
    path.write_bytes(data + packer.flush())
    report = news.bring_in([path])
    assert counts(report) == (1, 0, 0, 0, 2)
    assert str(report.refusals[0]) == f"{path}:2: is larger than 4 MiB"
    assert "unpacks to far more than articles would" in report.refusals[1].reason


def test_the_first_bytes_count_and_not_the_name(news: Library, tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.jsonl.gz", tmp_path / "packed.jsonl"
    plain.write_bytes(lines(obj(1)))
    packed.write_bytes(gzip.compress(lines(obj(2))) + gzip.compress(lines(obj(3))))
    assert counts(news.bring_in([plain, packed])) == (3, 0, 0, 0, 0)


def test_a_file_without_articles_is_not_refused_line_by_line(
    news: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "HOPELESS", 5)
    path = put(tmp_path / "n.jsonl", b"1;2\n" * 100 + lines(obj(1)))
    report = news.bring_in([path])
    assert counts(report) == (0, 0, 0, 0, 6)
    assert str(report.refusals[-1]) == (
        f"{path}: none of the first 5 is an article; the rest is skipped"
    )
    put(path, b"1;2\n" * 4 + lines(obj(1)) + b"1;2\n" * 9)
    assert counts(news.bring_in([path])) == (1, 0, 0, 0, 13)


def test_a_file_that_grows_meanwhile_is_refused_and_read_again(
    news: Library, tmp_path: Path
) -> None:
    path = as_file(tmp_path / "n.jsonl", obj(1))

    def grow(*_: object) -> None:
        path.write_bytes(lines(obj(1), obj(2)))

    found = json_files.json_blocks(str(path))
    assert isinstance(next(found), Block)
    grow()
    assert [str(each) for each in found if isinstance(each, Refusal)] == [
        f"{path}: changed while it was being imported; import it again"
    ]
    assert counts(news.bring_in([path])) == (2, 0, 0, 0, 0)


def test_only_a_regular_file_is_read(news: Library, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.json").mkdir()
    report = news.bring_in(
        [tmp_path / "pipe.jsonl", tmp_path / "no.json", tmp_path / "folder.json"]
    )
    assert [str(refusal) for refusal in report.refusals] == [
        f"{tmp_path}/pipe.jsonl: is not a regular file",
        f"{tmp_path}/no.json: there is no such file or folder",
    ]


def test_in_a_folder_they_are_skipped(news: Library, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    as_file(folder / "n.jsonl", obj(1))
    assert counts(news.bring_in([folder])) == (0, 0, 0, 0, 0)


def test_an_empty_file_of_lines_is_an_export_of_nothing(news: Library, tmp_path: Path) -> None:
    assert counts(news.bring_in([put(tmp_path / "n.jsonl", b"")])) == (0, 0, 0, 0, 0)
    assert counts(news.bring_in([put(tmp_path / "n.json", b"")])) == (0, 0, 0, 0, 1)


@pytest.mark.parametrize("name", ["n.jsonl", "n.json.gz"])
def test_workers_import_the_same_as_one_process(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects: list[object] = [obj(n, score=n / 4) for n in range(80)]
    objects[40:40] = [{}, [], obj(99, score="x")]
    path = as_file(tmp_path / name, *objects)
    with Library(tmp_path / "one") as one, Library(tmp_path / "many") as many:
        report = one.bring_in([path])
        assert counts(report) == (81, 0, 0, 0, 2)
        monkeypatch.setattr(json_files, "PIECE", 1000)
        monkeypatch.setattr(importing, "WORTH_WORKERS", 1)
        monkeypatch.setattr(importing, "cores", lambda: 2)
        monkeypatch.setattr(import_jobs, "cores", lambda: 2)
        assert many.bring_in([path]) == report
        assert list(many.articles(many.find(Query()))) == list(one.articles(one.find(Query())))


class Interrupted(BaseException):
    """As a ctrl+c would."""


def test_an_interrupted_import_keeps_what_it_reported_and_goes_on(
    news: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 10)
    path = as_file(tmp_path / "n.jsonl", *map(obj, range(50)))

    def interrupt(done: int, total: int | None) -> None:
        assert total is None
        if done >= 20:
            raise Interrupted

    with pytest.raises(Interrupted):
        news.bring_in([path], on_progress=interrupt)
    assert len(titles(news)) == 20
    assert counts(news.bring_in([path])) == (30, 0, 20, 0, 0)


# The export to a file of lines.


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "OUT.JSONL"])
def test_an_export_is_imported_again_field_for_field(tmp_path: Path, name: str) -> None:
    stories = [replace(FULL, draft=False), article(2, tags=("A",)), article(3, lang="uk")]
    with library(tmp_path / "data", stories) as news:
        assert str(news.export(Query(), tmp_path / name)) == "3 written, 0 refused"
        before = [each for _, each in news.articles(news.find(Query()))]
        assert counts(news.bring_in([tmp_path / name])) == (0, 0, 3, 0, 0)
    with Library(tmp_path / "again") as again:
        assert counts(again.bring_in([tmp_path / name])) == (3, 0, 0, 0, 0)
        after = [each for _, each in again.articles(again.find(Query()))]
    assert [replace(each, origin="") for each in after] == [
        replace(each, origin="") for each in before
    ]
    assert [each.origin for each in after] == [f"{name}:{n}" for n in (1, 2, 3)]


def test_only_what_matches_is_exported_and_nothing_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with library(tmp_path / "data", [article(1, tags=("A",)), article(2)]) as news:
        news.export(parse("tag:a"), path)
        (line,) = path.read_text("utf-8").splitlines()
        assert json.loads(line)["title"] == "Story 1"
        with pytest.raises(ExportError, match=r"out\.jsonl: it already exists"):
            news.export(Query(), path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["data", "out.jsonl"]


def test_the_same_articles_give_the_same_file(tmp_path: Path) -> None:
    with library(tmp_path / "data", [article(1), article(2)]) as news:
        for name in ("a.jsonl.gz", "b.jsonl.gz"):
            news.export(Query(), tmp_path / name)
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
