"""HTML of feeds to Markdown, and one-line bodies to paragraphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.formats.html import MAX_ELEMENTS, plain, to_line, to_markdown, web_address
from reader.formats.paragraphs import body_of, in_paragraphs
from reader.text import clean

BASE = "https://wire.example/news/"


def markdown(html: str) -> str:
    return to_markdown(html, BASE).markdown


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One.</p><p>Two <b>bold</b>.</p>", "One.\n\nTwo **bold**."),
        ("<h2>Head</h2>text", "## Head\n\ntext"),
        ("a<br>b", "a  \nb"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b"),
        ("said<blockquote><p>a</p><p>b</p></blockquote>", "said\n\n> a\n>\n> b"),
        ("<a href='/x?a=(1)'>l</a>", "[l](https://wire.example/x?a=%281%29)"),
        ("<a href='javascript:alert(1)'>l</a><b></b>", "l"),
        (
            "<p>a</p><img src='p.png' alt='A ]( b'>",
            "a\n\n![A ( b](https://wire.example/news/p.png)",
        ),
        ("<script>x</script><style>y</style><p>a<!-- c --></p><noembed>z</noembed>", "a"),
        (
            "<p># 1 is &gt; 2</p><p>- no list</p><p>1. none</p>",
            "\\# 1 is > 2\n\n\\- no list\n\n1\\. none",
        ),
        ("<p>&lt;script&gt; &amp;</p>", "\\<script> &"),
        ("[BTC] is <5% up", "[BTC] is <5% up"),
    ],
)
def test_html_becomes_markdown(html: str, expected: str) -> None:
    assert markdown(html) == expected


def test_tables_and_the_images_in_them_are_kept() -> None:
    html = (
        "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td>"
        "<td><img src='/i.png'></td></tr></tbody></table>"
    )
    assert markdown(html) == "| a | b |\n| --- | --- |\n| 1 | ![](https://wire.example/i.png) |"


@pytest.mark.parametrize(
    "image",
    [
        "<img src='https://i.example/a.png' width='1' height='1'>",
        "<img src='https://i.example/a.png' style='display:none'>",
        "<img src='https://pixel.wp.com/b.gif?x=1'>",
        "<img src='https://stats.example/a.png'>",
        "<img src='data:image/png;base64,xx'>",
        "<img>",
    ],
)
def test_beacons_are_dropped(image: str) -> None:
    assert to_markdown(f"<p>text</p>{image}", BASE) == ("text", "")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "x",
        "<b>" * 50_000 + "x" + "</b>" * 50_000,
        "<blockquote>" * 100 + "<p>x" * 1000,
        "<ul><li>" * 2000 + "x",
        "<table><tr><td>" * 1500 + "x",
        "<br>" * (MAX_ELEMENTS + 1) + "x",
        "<p>x" + " " * 300_000 + "y",
        "<p>x" + "<" * 300_000,
        "<!--" * 50_000 + "<p>x",
    ],
    ids=lambda html: html[:12],
)
def test_no_nesting_and_no_length_overflows(html: str) -> None:
    assert len(markdown(f"{html}<p>")) <= 4 * len(html) + 1000


@given(st.text(alphabet=st.sampled_from("<>/!-&;'\"= \nabpliutdr=\x1b#*_[]()"), max_size=120))
def test_any_html_gives_clean_markdown(html: str) -> None:
    text = markdown(html)
    assert clean(text) == text
    assert plain(text) == plain(text).strip()


INLINE = st.sampled_from(
    [
        *("word", "a b", "*x_", "&amp;", " ", "<b>in</b>", "<em> in </em>", "<span>s</span>"),
        *("<a href='/x'>l</a>", '<a class="c" href="y?a&amp;b"><b>l</b></a>', "<a>l</a>"),
        *("<img src='i.png' alt='[a]'>", '<img src="/1.gif" width="1"/>', "1. x", "<b></b>"),
    ]
)
BLOCK = st.tuples(st.sampled_from(["p", "div", "h2", "li", "figure"]), st.lists(INLINE, max_size=4))


@given(st.lists(BLOCK, max_size=4))
def test_simple_html_is_read_as_the_tree_reads_it(blocks: list[tuple[str, list[str]]]) -> None:
    written = [f"<{name}>x{''.join(pieces)}</{name}>" for name, pieces in blocks]
    html = "".join(f"<ul>{each}</ul>" if each.startswith("<li>") else each for each in written)
    simple = to_markdown(f"<p>{html}", BASE)
    # An element that is not simple, and says nothing.
    tree = to_markdown(f"{html}<u></u><p>", BASE)
    assert simple.markdown.split() == tree.markdown.split()
    assert simple.image == tree.image


def test_a_title_is_one_line_without_tags() -> None:
    assert to_line("A &amp;amp; B\n<b>C</b> [BTC] <5% &amp;#8217;") == "A & B C [BTC] <5% ’"


@pytest.mark.parametrize(
    "address", ["javascript:x", "file:///etc", "http://", "//[", "https://u:p@h.example/", None, 5]
)
def test_only_addresses_of_the_web_are_kept(address: object) -> None:
    assert web_address(address) == ""


ENGLISH = (
    "Dr. Lane of Blocks Inc. paid $1.5 million to the U.S. Treasury on Sep. 25, which nobody at "
    'the desk had seen coming. "It was a long day. We closed at 5 p.m. sharp," she told the wire. '
)


def test_a_long_line_is_broken_where_sentences_end() -> None:
    text = (ENGLISH * 6).strip()
    paragraphs = in_paragraphs(text).split("\n\n")
    assert " ".join(paragraphs) == text
    assert len(paragraphs) > 2
    assert all(each.startswith(("Dr.", '"It')) for each in paragraphs)
    assert all(each.count('"') % 2 == 0 for each in paragraphs)


def test_ukrainian_abbreviations_end_no_sentence() -> None:
    text = (
        "Обсяг склав 5 млн. Дол США за даними від 3 січ. ц. р. у звіті компанії. Ринок чекав цього "
        "тижня на рішення регулятора щодо нових правил торгівлі. "
    ) * 6
    paragraphs = in_paragraphs(text.strip()).split("\n\n")
    assert len(paragraphs) > 2
    assert all(each.startswith(("Обсяг", "Ринок")) for each in paragraphs)


def test_short_lines_and_written_paragraphs_stay() -> None:
    assert in_paragraphs("One. Two. Three.") == "One. Two. Three."
    written = f"{ENGLISH * 4}\n\nSecond."
    assert in_paragraphs(written) == written


def test_a_plain_body_makes_no_heading() -> None:
    assert body_of("# 1 in the list") == "\\# 1 in the list"
    assert body_of("<p>a</p><p>b</p>") == "a\n\nb"
    assert body_of(None) == ""


@given(st.text(max_size=2000))
def test_paragraphs_keep_every_word(text: str) -> None:
    assert in_paragraphs(text).split() == text.split()
