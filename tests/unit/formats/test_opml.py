"""Lists of subscriptions from other programs: readable outlines of bad ones are imported, too."""

import contextlib
import string
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.errors import Refusal
from reader.formats.opml import MAX_BYTES, MAX_OUTLINES, NotOpml, read_opml, write_opml
from reader.subscriptions import MAX_NAME, Kind, Subscription, problem
from reader.text import clean_line
from tests.examples import one_in

FEED = "https://a.example/f"


def read(data: str | bytes) -> list[tuple[str, str]]:
    found = read_opml(data if isinstance(data, bytes) else data.encode())
    return [(each.name, each.url) for each in found]


def refused(data: str | bytes) -> tuple[list[tuple[str, str]], list[Refusal]]:
    unread: list[Refusal] = []
    found = read_opml(data if isinstance(data, bytes) else data.encode(), unread.append)
    return [(each.name, each.url) for each in found], unread


def opml(outline: str) -> str:
    return f'<?xml version="1.0"?><opml version="2.0"><body>{outline}</body></opml>'


A = f'<outline text="A" type="rss" xmlUrl="{FEED}"/>'


@pytest.mark.parametrize(
    ("outline", "name", "url"),
    [
        (A, "A", FEED),
        (f'<outline text="Bulls & Bears" xmlUrl="{FEED}"/>', "Bulls & Bears", FEED),
        (f'<outline text="A" xmlUrl="{FEED}?a=1&b=2"/>', "A", f"{FEED}?a=1&b=2"),
        (f'<outline text="A" xmlUrl="{FEED}?a=1&copy=2&lt=3"/>', "A", f"{FEED}?a=1&copy=2&lt=3"),
        (f'<outline text="A" xmlUrl="{FEED}?a=1&amp;b=2"/>', "A", f"{FEED}?a=1&b=2"),
        (
            f'<outline text="A &amp;amp; B" xmlUrl="{FEED}?a=1&amp;amp;b=2&amp;amp;c=3"/>',
            "A & B",
            f"{FEED}?a=1&b=2&c=3",
        ),
        (f'<outline text="A" xmlUrl="{FEED}?a=1&amp;amp;amp;b=2"/>', "A", f"{FEED}?a=1&b=2"),
        (f'<outline text="A" xmlUrl="{FEED}?a=1&amp;#38;b=2"/>', "A", f"{FEED}?a=1&b=2"),
        (f'<outline text="A" xmlUrl="{FEED}?a=1&amp;#x26;b=2"/>', "A", f"{FEED}?a=1&b=2"),
        (
            f'<outline text="A" xmlUrl="{FEED}?a=1&amp;b=2&amp;amp;c=3"/>',
            "A",
            f"{FEED}?a=1&b=2&amp;c=3",
        ),
        (f'<outline text="&amp;amp;" xmlUrl="{FEED}?a=1&b=2"/>', "&amp;", f"{FEED}?a=1&b=2"),
        (f'<outline text="A &lt; B &#233; &#xE9;" xmlUrl="{FEED}"/>', "A < B é é", FEED),
        (f'<outline text="&Eacute;conomie&nbsp;&eacute;" xmlUrl="{FEED}"/>', "Économie é", FEED),
        (f'<outline text="A &own; B" xmlUrl="{FEED}"/>', "A &own; B", FEED),
        (f'<outline text="A &#27;[2J &#7; B" xmlUrl="{FEED}"/>', "A [2J B", FEED),
        (f'<outline text="A\x0b\x1b[2J\x00\u202eB" xmlUrl="{FEED}"/>', "AB", FEED),
        (f'<outline text="A\n\t  B" xmlUrl="{FEED}"/>', "A B", FEED),
        (f'<outline title="\u200b\xad" text="B" xmlUrl="{FEED}"/>', "B", FEED),
        (f'<outline text="\u200b \u3000" xmlUrl="{FEED}"/>', "a.example", FEED),
        (f'<outline text="1 < 2 > 0" xmlUrl="{FEED}"/>', "1 < 2 > 0", FEED),
        (f'<outline text="The "Best" of all" xmlUrl="{FEED}"/>', "The", FEED),
        (f"<outline text='A' xmlUrl='{FEED}'/>", "A", FEED),
        (f"<outline text=A xmlUrl={FEED}?a=1&b=2/>", "A", f"{FEED}?a=1&b=2"),
        (f"<outline text=A xmlUrl={FEED} />", "A", FEED),
        (f"<OUTLINE TEXT='A' XMLURL='{FEED}'>", "A", FEED),
        (f"<o:outline text = 'A'\n xmlUrl\t=\n'{FEED}'\n/>", "A", FEED),
        (f'<outline text="A"xmlUrl="{FEED}"type="rss"/>', "A", FEED),
        (f'<outline text="A" url="{FEED}"/>', "A", FEED),
        (f'<outline text="A" htmlUrl="https://a.example/" xmlurl="{FEED}"/>', "A", FEED),
        ('<outline text="A" xmlUrl="" htmlURL="https://a.example/"/>', "A", "https://a.example/"),
        (f'<outline text="A" type="link" url="{FEED}"/>', "A", FEED),
        (f'<outline text="A" type="atom10" xmlUrl="{FEED}"/>', "A", FEED),
        ('<outline text="A" xmlUrl="feed://a.example/f"/>', "A", "http://a.example/f"),
        (f'<outline text="A" xmlUrl="feed:{FEED}"/>', "A", FEED),
        ('<outline text="A" xmlUrl="a.example/f"/>', "A", FEED),
        ('<outline text="A" xmlUrl="//a.example/f"/>', "A", FEED),
        (f'<outline text="A" xmlUrl=" \n{FEED} "/>', "A", FEED),
        (f'<outline text="A" xmlUrl="{FEED} x&#10;y"/>', "A", f"{FEED}%20xy"),
        ('<outline text="A" xmlUrl="https://приклад.укр/ї"/>', "A", "https://приклад.укр/ї"),
        (f'<outline xmlUrl="{FEED}"/>', "a.example", FEED),
        (f'<outline text=" \x0b" title="" xmlUrl="{FEED}"/>', "a.example", FEED),
        (f'<outline title="\x0b" text="A" xmlUrl="{FEED}"/>', "A", FEED),
        (f'<outline text="A" xmlUrl="{FEED}" text="B"/>', "A", FEED),
        (f'<outline text="A" xmlUrl="{FEED}" <outline text="folder">', "A", FEED),
        (f'<outline text="A xmlUrl=\'{FEED}\'/>\n<outline text="folder"/>', "a.example", FEED),
    ],
)
def test_an_outline_is_read_however_it_is_written(outline: str, name: str, url: str) -> None:
    assert read(opml(outline)) == [(name, url)]
    assert problem(Subscription(name, url)) is None


@pytest.mark.parametrize(
    "document",
    [
        f"<opml><body>{A}</body></opml>",
        f"\r\n\n \t<?xml version='1.0'?><opml><body>{A}</body></opml>",
        f"\ufeff<?xml version='1.0'?><opml><body>{A}</body></opml>",
        f"<opml><head>{A}</head></opml>",
        f"<opml><body>{A}",
        f"<opml><body>{A}</body></opml><!-- made by",
        f"<opml><body><outline text='x'><outline text='y'>{A}",
        f"<opml><body>{A}</outline></outline></body></opml>",
        f"<opml><body><outline text='Folder'>{A}</outline><outline text='Empty'/></body></opml>",
        f"<OPML><BODY>{A}</BODY></OPML>",
        f"<opml><body><!-- {A.replace('/f', '/g')} -->{A}</body></opml>",
        f"<opml><body><![CDATA[{A.replace('/f', '/g')}]]>{A}</body></opml>",
        f"{A}\n{A}",
        f"<opml xmlns:x='y'><head><title>Tom & Jerry</title><br></head><body>{A}</opml>",
        f"<!DOCTYPE opml>\n<opml>{A}</opml>",
        f'<!DOCTYPE opml SYSTEM "http://a.example/opml.dtd"><opml>{A}</opml>',
        f'<!DOCTYPE opml PUBLIC "-//X//[ODD] > TD//EN" "a[b]>c"><opml>{A}</opml>',
        f'<!DOCTYPE opml [<!ENTITY own "more">]><opml>{A}</opml>',
        f"<!doctype opml [<!ENTITY a \"<outline xmlUrl='http://b.example'/>\"> ] ><opml>{A}</opml>",
        f"<!DOCTYPE opml [ <opml>{A}</opml>",
    ],
)
def test_an_outline_is_read_from_any_valid_document_structure(document: str) -> None:
    assert read(document) == [("A", FEED)]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8", "utf-8"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "utf-16"),
        ("utf-8", "nonsense"),
        ("utf-8-sig", "windows-1252"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-8"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", ""),
        ("utf-32", ""),
        ("windows-1252", "utf-8"),
        ("windows-1252", ""),
        ("windows-1252", "windows-1252"),
        ("windows-1252", "iso-8859-1"),
        ("windows-1252", "us-ascii"),
        ("windows-1252", "nonsense"),
        ("iso-8859-15", "iso-8859-15"),
    ],
)
@pytest.mark.parametrize("blank", ["", "\n\n"])
def test_names_are_read_in_their_encoding_whatever_is_declared(
    encoding: str, declared: str, blank: str
) -> None:
    says = f" encoding='{declared}'" if declared else ""
    outline = f'<outline text="Börse – é €" xmlUrl="{FEED}"/>'.replace(
        *("–", "-") if encoding == "iso-8859-15" else ("", "")
    )
    document = f"{blank}<?xml version='1.0'{says}?>\n<opml>{outline}</opml>"
    wanted = "Börse - é €" if encoding == "iso-8859-15" else "Börse – é €"
    assert read(document.encode(encoding)) == [(wanted, FEED)]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("windows-1251", "Новини"),
        ("koi8-r", "Новости"),
        ("shift_jis", "ニュース"),
        ("iso-2022-jp", "ニュース"),
        ("gbk", "新闻"),
        ("euc-kr", "뉴스"),
    ],
)
def test_a_declared_encoding_counts_where_it_is_not_utf_8(encoding: str, name: str) -> None:
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?><opml><outline text="{name}" url="{FEED}"/>'
    )
    assert read(document.encode(encoding)) == [(name, FEED)]


def test_one_line_in_another_encoding_does_not_affect_others() -> None:
    lines = [f'<outline text="Börse" url="{FEED}/1"/>', f'<outline text="Біржа" url="{FEED}/2"/>']
    data = b"<opml>\n" + lines[0].encode("latin-1") + b"\n" + lines[1].encode() + b"</opml>"
    assert [name for name, _ in read(data)] == ["Börse", "Біржа"]


@pytest.mark.parametrize(
    ("outline", "where", "reason"),
    [
        ('<outline text="B" type="rss"/>', "B", "no address"),
        ('<outline text="B" type="rss" xmlUrl=" "/>', "B", "no address"),
        ('<outline type="rss"/>', "line 2", "no address"),
        ('<outline text="B" xmlUrl/>', "B", "no address"),
        ('<outline text="B xmlUrl="https://b.example/"/>', "B xmlUrl=", "no address"),
        ('<outline text="B" type="include" url="https://b.example/l.opml"/>', "B", "another list"),
        ('<outline text="B" xmlUrl="https://b.examp', "B", "breaks off"),
        ('<outline text="B" xmlUrl="https://b.example/"', "B", "breaks off"),
        ("<outline", "line 2", "breaks off"),
    ],
)
def test_an_unreadable_outline_is_named_and_the_rest_is_imported(
    outline: str, where: str, reason: str
) -> None:
    found, unread = refused(f"<opml>{A}\n{outline}")
    assert found == [("A", FEED)]
    (refusal,) = unread
    assert (refusal.where, reason in refusal.reason) == (where, True)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:alert(1)",
            "file:///etc/passwd",
            "/etc/passwd",
            "ftp://b.example/",
            "nonsense",
        ),
        *("feed:javascript:x", "https://", "https://u:p@b.example/", "https://b.example/\x1b[2J"),
        "https://b.example/" + "x" * 3000,
    ],
)
def test_an_address_that_cannot_be_followed_comes_with_its_name(url: str) -> None:
    (first, second), unread = refused(f'<opml><outline text="B" xmlUrl="{url}"/>{A}')
    assert (first[0], second, unread) == ("B", ("A", FEED), [])
    assert problem(Subscription(*first)) is not None


def test_folders_and_notes_are_not_sources() -> None:
    text = (
        "<outline text='Folder'><outline text='Note'/><outline text='Note' type='text'></outline>"
    )
    assert refused(f"<opml>{text}{A}</outline></opml>") == ([("A", FEED)], [])


def test_each_address_comes_once_and_each_name() -> None:
    outlines = "".join(f'<outline text="{"x" * 200}" url="{FEED}/{n % 12}"/>' for n in range(24))
    found = read_opml(f"<opml>{outlines}</opml>".encode())
    assert [each.url for each in found] == [f"{FEED}/{n}" for n in range(12)]
    assert len({each.name for each in found}) == 12
    assert [problem(each) for each in found] == [None] * 12


def test_an_entity_bomb_is_harmless() -> None:
    declared = '<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {each} "{f"&{before};" * 10}">'
        for before, each in zip(string.ascii_lowercase, string.ascii_lowercase[1:], strict=False)
    )
    document = f'<!DOCTYPE opml [{declared}]><opml><outline text="&z;" xmlUrl="{FEED}?&z;"/></opml>'
    assert read(document) == [("&z;", f"{FEED}?&z;")]


def test_no_type_of_a_file_makes_a_key_go_to_a_host() -> None:
    outline = '<outline type="coindesk" text="B" xmlUrl="https://b.example/"/>'
    assert [each.kind for each in read_opml(f"<opml>{outline}".encode())] == [Kind.FEED]


PIECES = [
    *(
        "<!--",
        "<![CDATA[",
        "<!DOCTYPE [",
        '<!DOCTYPE "',
        "<outline ",
        '<outline a="',
        "<outline a='",
    ),
    *(
        "<outline x='<",
        "<outline a=b ",
        "</outline>",
        "<opml>",
        "&lt;",
        '"',
        "<",
        ">",
        "/",
        "]>",
        "\xff",
    ),
    *("xmlUrl='", "xmlUrl=https://a.example ", "/>", "\n", "\0"),
]


@pytest.mark.parametrize("piece", one_in(4, PIECES))
def test_a_list_of_one_piece_over_and_over_is_read_or_refused(piece: str) -> None:
    """Were it quadratic it would take hours."""
    data = b"<opml>" + piece.encode("latin-1") * (MAX_BYTES // len(piece))
    with contextlib.suppress(NotOpml):
        read_opml(data[:MAX_BYTES])


def test_a_list_of_very_many_outlines_is_refused() -> None:
    with pytest.raises(NotOpml, match="more than 50,000 outlines"):
        read_opml(b"<opml>" + b"<outline/>" * (MAX_OUTLINES + 1))


@given(st.lists(st.sampled_from([*PIECES, A]), max_size=40).map("".join))
def test_any_list_is_read_or_refused(document: str) -> None:
    with contextlib.suppress(NotOpml):
        for name, _ in refused(document)[0]:
            assert name == clean_line(name)
            assert len(name) <= MAX_NAME


NAMES = (
    st.text(min_size=1, max_size=MAX_NAME) | st.text("&;<>\"'=/ \n\t\x0bé#x1lt", min_size=1)
).filter(lambda name: problem(Subscription(name, FEED)) is None)


PATHS = st.text("&;<>\"'=/?#%éx1lt", max_size=40).filter(lambda path: unescape(path) == path)
"""One that holds `&lt;` is taken for an address that was escaped twice."""


@given(NAMES, PATHS, st.sampled_from([Kind.FEED, Kind.NEWS_JSON]))
def test_an_export_can_be_imported_under_any_name(name: str, path: str, kind: Kind) -> None:
    subscription = Subscription(name, f"{FEED}/{path}", kind)
    (back,) = read_opml(write_opml([subscription]).encode())
    shown = clean_line(name)[:MAX_NAME].strip() or "a.example"
    assert back == subscription._replace(name=shown)
    assert read_opml(write_opml([back]).encode()) == (back,)


@pytest.mark.parametrize("url", ["\0", "a\x1b[2J", "\u202ex", "http://a\x07.example/f"])
def test_a_name_that_is_made_from_an_address_is_clean(url: str) -> None:
    for name, _ in read(f"<opml><outline xmlUrl='{url}'/></opml>"):
        assert name
        assert name == clean_line(name)
