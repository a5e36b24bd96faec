"""Media of an entry are linked from the article, and no entry is lost."""

import json
from typing import Any

import pytest

from reader.article import Article
from reader.formats.feeds.media import MAX_MEDIA, Medium, media_links
from reader.formats.feeds.reading import read_feed
from tests.unit.formats.test_feeds import DATE, NOW, URL, only, page, rss

NAMES = (
    "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "
    "xmlns:podcast='https://podcastindex.org/namespace/1.0' "
)
TITLE = f"<title>T</title>{DATE}"


def item(inside: str) -> Article:
    return only(rss(f"{TITLE}{inside}").replace(b"<rss ", f"<rss {NAMES}".encode()))


def json_item(**values: Any) -> Article:
    return only(json.dumps({"title": "F", "items": [{"id": "1", "title": "T"} | values]}).encode())


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        (
            "<enclosure url='https://c.example/7.mp3' type='audio/mpeg'/>",
            "[Audio: 7.mp3](https://c.example/7.mp3)",
        ),
        ("<enclosure url='/v/7.mp4'/>", "[Video: 7.mp4](https://www.chainwire.example/v/7.mp4)"),
        (
            "<enclosure url='https://c.example/7.torrent' type='application/x-bittorrent'/>",
            "[Torrent: 7.torrent](https://c.example/7.torrent)",
        ),
        (
            "<enclosure url='https://c.example/paper.pdf'/>",
            "[PDF: paper.pdf](https://c.example/paper.pdf)",
        ),
        (
            "<media:content url='https://c.example/v' type='video/mp4'/>",
            "[Video: v](https://c.example/v)",
        ),
        (
            "<media:group><media:content url='https://c.example/a.webm' medium='video'/>"
            "<media:content url='https://c.example/b.webm' medium='video'/></media:group>",
            "[Video: b.webm](https://c.example/b.webm)",
        ),
        (
            "<media:player url='https://c.example/play?v=1'/>",
            "[File: play](https://c.example/play?v=1)",
        ),
        (
            "<podcast:transcript url='https://c.example/7.vtt' type='text/vtt'/>",
            "[File: 7.vtt](https://c.example/7.vtt)",
        ),
    ],
)
def test_media_of_an_item_become_links(inside: str, link: str) -> None:
    assert f"- {link}" in item(inside).body.split("\n")
    with_text = item(f"<description>Some words.</description>{inside}")
    assert with_text.body.startswith("Some words.\n\n- [")
    assert f"- {link}" in with_text.body.split("\n")


def test_enclosures_of_atom_and_external_content_become_links() -> None:
    found = only(
        b"<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><entry><id>1</id><title>T</title>"
        b"<link rel='enclosure' href='https://c.example/1.ogg' type='audio/ogg' title='Talk [1]'/>"
        b"<content type='video/mp4' src='https://c.example/1.mp4'/></entry></feed>"
    )
    assert found.body.split("\n") == [
        "- [Audio: Talk \\[1\\]](https://c.example/1.ogg)",
        "- [Video: 1.mp4](https://c.example/1.mp4)",
    ]


def test_attachments_of_a_json_feed_become_links() -> None:
    attachments = [
        {"url": "https://c.example/1.m4a", "mime_type": "audio/x-m4a", "title": "Part one"},
        {"url": "https://c.example/1.png", "mime_type": "image/png"},
        {"url": 7},
        "no object",
    ]
    found = json_item(attachments=attachments, external_url="https://other.example/story")
    assert found.body.split("\n") == ["- [Audio: Part one](https://c.example/1.m4a)"]
    assert found.url == "https://other.example/story"
    assert found.cover is not None
    assert found.cover.best == "https://c.example/1.png"


def test_the_target_of_a_link_blog_is_a_link_of_the_article() -> None:
    found = json_item(url="https://own.example/1", external_url="https://other.example/story")
    assert found.url == "https://own.example/1"
    assert found.body == "- [Link: story](https://other.example/story)"


@pytest.mark.parametrize(
    ("inside", "cover"),
    [
        ("<itunes:image href='https://i.example/7.jpg'/>", "https://i.example/7.jpg"),
        (
            "<itunes:image href='https://i.example/7.jpg'/><media:thumbnail url='https://i.example/s.jpg'/>",
            "https://i.example/7.jpg",
        ),
        (
            "<itunes:image href='https://i.example/7.jpg'/>"
            "<description>&lt;img src='https://i.example/in.png'&gt; words</description>",
            "https://i.example/7.jpg",
        ),
        ("<media:thumbnail url='https://i.example/s.jpg'/>", "https://i.example/s.jpg"),
        ("<itunes:image>https://i.example/7.jpg</itunes:image>", "https://i.example/7.jpg"),
        ("<image>https://i.example/7.jpg</image>", "https://i.example/7.jpg"),
        ("<image><url>https://i.example/7.jpg</url></image>", "https://i.example/7.jpg"),
    ],
)
def test_the_picture_of_an_episode_is_its_cover(inside: str, cover: str) -> None:
    found = item(inside)
    assert found.cover is not None
    assert found.cover.best == cover


@pytest.mark.parametrize("field", ["image", "banner_image"])
def test_the_picture_of_an_item_of_a_json_feed_is_its_cover(field: str) -> None:
    found = json_item(**{field: "/7.png"})
    assert found.cover is not None
    assert found.cover.best == "https://www.chainwire.example/7.png"


def test_a_picture_is_either_the_cover_or_a_link() -> None:
    pictures = "".join(
        f"<media:content url='https://i.example/{n}.png' medium='image'/>" for n in (1, 2)
    )
    found = item(pictures)
    assert found.cover is not None
    assert found.cover.best == "https://i.example/1.png"
    assert found.body == "- [Picture: 2.png](https://i.example/2.png)"


def test_media_in_the_text_are_not_listed_again() -> None:
    text = "<description>&lt;a href='https://c.example/7.mp3'&gt;Hear&lt;/a&gt; it.</description>"
    found = item(f"{text}<enclosure url='https://c.example/7.mp3' type='audio/mpeg'/>")
    assert found.body == "[Hear](https://c.example/7.mp3) it."


@pytest.mark.parametrize(
    "inside",
    [
        "<link>https://chainwire.example/a</link>",
        "<guid>https://chainwire.example/a</guid>",
        "<enclosure url='https://c.example/7.mp3' type='audio/mpeg'/>",
        "<media:content url='https://c.example/7.mp4'/>",
        "<comments>https://chainwire.example/a#talk</comments>",
        "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='related' href='https://a.example/'/>",
        "<description>&lt;img src='https://i.example/7.png'&gt;</description>",
    ],
)
def test_an_entry_with_a_link_is_kept_whatever_it_lacks(inside: str) -> None:
    found = page(rss(inside))
    assert not found.refusals
    (article,) = found.articles
    assert article.title
    assert "http" in f"{article.url} {article.body}"


def test_a_broken_item_of_a_json_feed_is_named_and_the_others_stay() -> None:
    items = [{"id": "1", "title": "One"}, 7, {"id": "2"}, {"id": "3", "title": ["x"], "url": {}}]
    items += [{"id": "4", "title": "Four", "tags": "no list", "authors": 7, "attachments": {}}]
    found = read_feed(json.dumps({"items": items}).encode(), url=URL, now=NOW)
    assert [each.title for each in found.articles] == ["One", "Four"]
    assert [refusal.where for refusal in found.refusals] == ["item 2", "item 3", "item 4"]


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", "file:///etc/passwd", "http://[", "magnet:?x=<b>"],
)
def test_an_address_outside_the_web_is_not_a_link(address: str) -> None:
    assert media_links([Medium(address, "audio/mpeg")], URL, [], "") == ""


def test_the_number_of_links_is_bounded() -> None:
    media = [Medium(f"https://c.example/{n}.mp3") for n in range(1_000)]
    assert media_links(media, URL, [], "").count("\n") == MAX_MEDIA - 1
