"""Texts of an entry: which is the full one, which is plain, and repeated summaries."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reader.article import Article
from reader.formats.feeds.feed_text import plain_markdown
from reader.formats.feeds.reading import read_feed
from reader.formats.json.live import TITLE_STANDS_IN
from reader.formats.lead import lead
from tests.builders import article
from tests.unit.formats.test_feeds import DATE, NOW, URL, only, rss

ATOM = "http://www.w3.org/2005/Atom"
WHOLE = "&lt;p&gt;The whole of the story, from its first word to the last one.&lt;/p&gt;"


def atom(entry: str, attributes: str = "") -> bytes:
    return (
        f"<?xml version='1.0'?><feed xmlns='{ATOM}' {attributes}><title>F</title><id>urn:f</id>"
        f"<entry><id>urn:1</id><updated>2026-03-12T10:00:00Z</updated>{entry}</entry></feed>"
    ).encode()


def json_feed(**item: Any) -> bytes:
    return json.dumps({"title": "F", "items": [{"id": "1"} | item]}).encode()


def shown(markdown: str) -> str:
    """The text that a reader of the Markdown sees."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    inner = [child for token in tokens for child in token.children or []]
    breaks = {"softbreak": "\n", "hardbreak": "\n"}
    return "".join(breaks.get(child.type, child.content) for child in inner)


PLAIN_TEXTS = [
    "Write <b> for bold\nand &lt; for a sign",
    "2*3*4 = 24, a_b_c, _x_, `code`, ~~gone~~",
    "# not a heading\n- not a list\n1. nor this\n> nor a quote",
    "[a](https://b.example) and [BTC] and C:\\dir\\",
    "a|b\n-|-\n1|2",
    "---\n===\n***",
]


@pytest.mark.parametrize("text", PLAIN_TEXTS)
def test_plain_text_is_shown_as_written_line_by_line(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for body in (
        only(atom(f"<title>T</title><content type='text'>{escaped}</content>")).body,
        only(atom(f"<title>T</title><summary type='text'>{escaped}</summary>")).body,
        only(json_feed(title="T", content_text=text)).body,
    ):
        assert shown(body) == text


@given(st.text(alphabet="ab1 \n*_`~[]()<>&;#!|\\-+=.:x", max_size=40))
@example("1\n--")
def test_no_plain_text_becomes_markup(text: str) -> None:
    words = shown(plain_markdown(text)).split()
    assert "".join(words) == "".join(text.split())


def test_a_tag_in_an_atom_text_without_a_type_stays_unless_it_begins_as_html_does() -> None:
    plain = only(atom("<title>T</title><summary>Use &lt;p&gt; here.</summary>"))
    assert shown(plain.body) == "Use <p> here."
    html = only(
        atom("<title>T</title><summary>&lt;p&gt;One &lt;b&gt;two&lt;/b&gt;&lt;/p&gt;</summary>")
    )
    assert html.body == "One **two**"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<title type='text'>Use &lt;b&gt; &amp;amp; co</title>", "Use <b> & co"),
        ("<title>Less &lt;i&gt;is&lt;/i&gt; more</title>", "Less <i>is</i> more"),
        ("<title type='html'>Less &lt;i&gt;is&lt;/i&gt; more</title>", "Less is more"),
        ("<title type='html'>The &amp;lt;b&amp;gt; tag</title>", "The <b> tag"),
        ("<title type='html'>Q&amp;amp;A</title>", "Q&A"),
        (
            "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A <em>b</em> &amp; c"
            "</div></title>",
            "A b & c",
        ),
    ],
)
def test_an_atom_title_is_read_as_it_says_that_it_is_written(title: str, expected: str) -> None:
    assert only(atom(f"{title}<summary>Words.</summary>")).title == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Tom &amp;amp; Ada", "Tom & Ada"),
        ("Tom &amp;amp;amp; Ada", "Tom & Ada"),
        ("The &lt;b&gt;word&lt;/b&gt;", "The word"),
        ("<![CDATA[The <i>word</i>]]>", "The word"),
        ("How the &lt;video&gt; tag works", "How the <video> tag works"),
        ("Why 3 &lt; 5 &amp;amp; 5 &gt; 3", "Why 3 < 5 & 5 > 3"),
    ],
)
def test_a_title_of_rss_is_text_or_html_or_html_escaped_twice(title: str, expected: str) -> None:
    assert only(rss(f"<title>{title}</title>{DATE}")).title == expected


def test_text_declared_as_plain_in_rss_is_plain() -> None:
    text = "Write &lt;b&gt;x&lt;/b&gt; &amp;amp; more\nin two lines"
    found = only(
        rss(f"<title>T</title>{DATE}<media:description type='plain'>{text}</media:description>")
    )
    assert shown(found.body) == "Write <b>x</b> &amp; more\nin two lines"
    found = only(rss(f"<title>T</title>{DATE}<media:description>One\ntwo</media:description>"))
    assert found.body == "One  \ntwo"


def test_a_title_of_a_json_feed_is_plain_text() -> None:
    assert only(json_feed(title="Why <b> &amp; not <i>")).title == "Why <b> & not <i>"


@pytest.mark.parametrize(
    "item",
    [
        f"<description>{{teaser}}</description><content:encoded>{WHOLE}</content:encoded>",
        f"<content:encoded>{WHOLE}</content:encoded><description>{{teaser}}</description>",
    ],
)
@pytest.mark.parametrize(
    "teaser",
    [
        "&lt;a href='https://x.example/" + "long/" * 60 + "'&gt;Soon more&lt;/a&gt;",
        "Other words about it, " + "and many more of them than the text itself has, " * 9,
    ],
)
def test_the_content_is_the_text_whatever_the_description_weighs(item: str, teaser: str) -> None:
    found = only(rss(f"<title>T</title>{DATE}{item.format(teaser=teaser)}"))
    assert found.body == "The whole of the story, from its first word to the last one."
    assert found.description
    assert found.description not in found.body


def test_the_longer_of_two_descriptions_is_the_text() -> None:
    names = "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    short = f"<itunes:summary {names}>In short.</itunes:summary>"
    for item in (
        f"<description>{WHOLE}</description>{short}",
        f"{short}<description>{WHOLE}</description>",
    ):
        found = only(rss(f"<title>T</title>{DATE}{item}"))
        assert found.body.startswith("The whole of the story")
        assert found.description == "In short."


def test_a_content_that_is_cut_off_is_not_the_text_if_the_description_goes_on() -> None:
    cut = "<content:encoded>The whole of the story, from its fi…</content:encoded>"
    found = only(rss(f"<title>T</title>{DATE}{cut}<description>{WHOLE}</description>"))
    assert found.body == "The whole of the story, from its first word to the last one."


def test_a_content_of_only_pictures_leaves_the_description_as_the_text() -> None:
    picture = "<content:encoded>&lt;img src='https://i.example/a.png'&gt;</content:encoded>"
    found = only(rss(f"<title>T</title>{DATE}{picture}<description>Words.</description>"))
    assert "Words." in found.body


def test_a_summary_of_the_same_words_is_left_out() -> None:
    summary = "<summary>Few &amp; good words.</summary>"
    content = "&lt;p&gt;Few &amp;amp; &lt;b&gt;good&lt;/b&gt; words.&lt;/p&gt;"
    found = only(atom(f"<title>T</title>{summary}<content type='html'>{content}</content>"))
    assert (found.description, found.body) == ("", "Few & **good** words.")


def test_the_only_text_is_not_its_own_summary() -> None:
    assert (
        only(rss(f"<title>T</title>{DATE}<description>Few words.</description>")).description == ""
    )
    assert only(atom("<title>T</title><summary>Few words.</summary>")).description == ""
    assert only(json_feed(title="T", summary="Few words.")).description == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "&amp;lt;p&amp;gt;One.&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;Two.&amp;lt;/p&amp;gt;",
            "One.\n\nTwo.",
        ),
        ("&amp;amp;lt;p&amp;amp;gt;One.&amp;amp;lt;/p&amp;amp;gt;", "One."),
        ("One&amp;lt;br/&amp;gt;two", "One  \ntwo"),
        (
            "See &amp;lt;a href=&amp;quot;https://a.example/q&amp;quot;&amp;gt;it&amp;lt;/a&amp;gt;.",
            "See [it](https://a.example/q).",
        ),
        ("Write &amp;lt;p&amp;gt; to begin.", "Write \\<p> to begin."),
        ("Write &amp;lt;b&amp;gt;x&amp;lt;/b&amp;gt; for bold.", "Write \\<b>x\\</b> for bold."),
    ],
)
def test_text_escaped_once_too_often_is_unescaped_and_a_named_tag_is_not(
    text: str, expected: str
) -> None:
    assert only(rss(f"<title>T</title>{DATE}<description>{text}</description>")).body == expected


def test_a_picture_in_base64_is_not_a_text() -> None:
    body = "<content type='image/png'>iVBORw0KGgoAAAANSUhEUgAAAAE=</content>"
    found = only(atom(f"<title>T</title><link href='https://a.example/1'/>{body}"))
    assert "iVBOR" not in found.body + found.description
    with_words = only(atom(f"<title>T</title>{body}<summary>What it shows.</summary>"))
    assert with_words.body == "What it shows."


@pytest.mark.parametrize(
    ("feed", "entry", "content", "expected"),
    [
        ("xml:base='https://b.example/blog/'", "", "", "https://b.example/blog/p"),
        ("", "xml:base='https://b.example/e/'", "", "https://b.example/e/p"),
        ("", "", "xml:base='https://b.example/c/'", "https://b.example/c/p"),
        ("xml:base='/blog/'", "", "xml:base='2026/'", "https://www.chainwire.example/blog/2026/p"),
        ("", "", "", "https://www.chainwire.example/p"),
    ],
)
def test_addresses_in_a_text_start_at_the_nearest_base(
    feed: str, entry: str, content: str, expected: str
) -> None:
    data = atom(
        f"<title>T</title><content type='html' {content}>&lt;a href='p'&gt;x&lt;/a&gt;</content>",
        feed,
    ).replace(b"<entry>", f"<entry {entry}>".encode())
    assert only(data).body == f"[x]({expected})"


@pytest.mark.parametrize(
    ("item", "title"),
    [
        (
            "<description>&lt;p&gt;GM&lt;/p&gt;&lt;p&gt;First thought.&lt;/p&gt;</description>",
            "GM First thought.",
        ),
        (
            "<description>A sentence of some length.&lt;br&gt;And another.</description>",
            "A sentence of some length.",
        ),
        (f"<description>{'word ' * 40}</description>", "word " * 15 + "word…"),
        ("<link>https://chainwire.example/2026/a-slug</link>", "chainwire.example/2026/a-slug"),
        ("<enclosure url='https://c.example/talk.mp3' type='audio/mpeg'/>", "Audio: talk.mp3"),
    ],
)
def test_the_first_words_stand_in_for_a_title_and_are_marked(item: str, title: str) -> None:
    found = only(rss(f"{item}{DATE}"))
    assert found.title == title
    assert TITLE_STANDS_IN in found.flags


def test_an_empty_item_is_refused_with_the_reason() -> None:
    found = read_feed(rss(f"<guid isPermaLink='false'>g</guid>{DATE}"), url=URL, now=NOW)
    assert [refusal.reason for refusal in found.refusals] == ["has neither title, text nor link"]


@pytest.mark.parametrize(
    ("description", "body", "is_shown"),
    [
        ("Ether rises.", "Ether rises.", False),
        ("Ether rises.", "**Ether** [rises](https://a.example/x).\n\nMore.", False),
        ("Ether rises and so…", "Ether rises and sometimes it falls.", False),
        ("Ether rises and […]", "Ether rises and sometimes it falls.", False),
        (
            "Ether rises and [...] The post Ether first appeared on Site.",
            "Ether rises and falls.",
            False,
        ),
        ("Ether rises … Read more", "Ether rises and sometimes it falls.", False),
        (
            "Ether rises.",
            "![Chart](https://i.example/a.png)\n\n## Overview\n\nEther rises. Much.",
            False,
        ),
        ("Why ether rises.", "Ether rises.", True),
        ("Ether rises", "Ether risesome", True),
        ("…", "Ether rises.", False),
        ("", "Ether rises.", False),
    ],
)
def test_a_repeated_summary_is_shown_once(description: str, body: str, is_shown: bool) -> None:
    assert lead(article(description=description, body=body)) == (description if is_shown else "")


def test_the_place_of_an_entry_in_the_feed_does_not_mix_up_texts() -> None:
    """Some entries have no text at all."""
    items = ["<title>A</title><description>Of A.</description>", "<link>https://a.example/2</link>"]
    items += ["<title>C</title><description>Of C.</description>", "<title>D</title>"]
    found = read_feed(rss(*(f"{item}{DATE}" for item in items)), url=URL, now=NOW).articles
    assert [each.body for each in found] == ["Of A.", "", "Of C.", ""]


def test_an_article_of_a_feed_has_its_date_to_the_second() -> None:
    data = json_feed(title="T", date_published="2026-03-12T10:00:00.987654Z")
    found: Article = only(data)
    assert found.published == datetime(2026, 3, 12, 10, tzinfo=UTC)
