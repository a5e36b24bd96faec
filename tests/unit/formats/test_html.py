"""HTML of feeds to Markdown, and one-line bodies to paragraphs."""

import re
from html import escape
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reader.formats.html.addresses import web_address
from reader.formats.html.conversion import from_text, plain, to_markdown, visible_words
from reader.formats.html.paragraphs import body_of, in_paragraphs
from reader.formats.html.source import MAX_ELEMENTS
from reader.formats.html.tags import is_html
from reader.formats.html.titles import to_line
from reader.text import clean

CELL_EDGE = re.compile(r"(?<!\\)\|")
BASE = "https://wire.example/news/"


PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def markdown(html: str) -> str:
    return to_markdown(html, BASE).markdown


def squeezed(text: str) -> str:
    return "".join(text.split())


def parsed(text: str) -> tuple[str, list[str]]:
    """What a parser of Markdown shows of it, without space, and the addresses that it links to.

    Raw HTML is shown as a mark that no text has.
    """
    shown, links = [], []
    for token in PARSER.parse(text):
        for each in [*(token.children or [token])]:
            if each.type.startswith("html"):
                shown.append("\0")
            if each.type in ("link_open", "image"):
                links.append(str(each.attrs.get("href") or each.attrs.get("src")))
            shown.append("" if each.type == "image" else each.content)
    return squeezed("".join(shown)), links


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
        "<img data-src='https://i.example/a.png' width='1' height='1'>",
        "<img src='https://i.example/a.png' data-src='https://i.example/b.png' width=1 height=1>",
        "<img src='data:,' data-src='https://pixel.wp.com/b.gif' width='1' height='1'>",
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


def test_a_title_is_one_line_without_tags() -> None:
    assert to_line("A &amp;amp; B\n<b>C</b> [BTC] <5% &amp;#8217;") == "A & B C [BTC] <5% ’"


@pytest.mark.parametrize(
    "address", ["javascript:x", "file:///etc", "http://", "//[", "https://u:p@h.example/", None, 5]
)
def test_only_addresses_of_the_web_are_kept(address: object) -> None:
    assert web_address(address) == ""


def words_between(html: str) -> list[str]:
    return visible_words(f"<p>{html}</p>")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("7<sup>12</sup> wei", "7¹² wei"),
        ("7<sup>-9</sup>, Ca<sup>2+</sup>", "7⁻⁹, Ca²⁺"),
        ("C<sub>6</sub>H<sub>12</sub>", "C₆H₁₂"),
        ("x<sup>n-1</sup> and a<sub>k,m</sub>", "x^(n-1) and a_(k,m)"),
        ("3<sup>3<sup>2</sup></sup>", "3^(3²)"),
        ("the 5<sup>th</sup> and 1<sup>st</sup>", "the 5th and 1st"),
        ("3<sup>1</sup>/<sub>4</sub> and <sup>3</sup>&frasl;<sub>8</sub>", "3 ¹/₄ and ³⁄₈"),
        ("Coin<sup>TM</sup> Name<sup>®</sup>", "Coin™ Name®"),
        ("7<span style='vertical-align: super'>12</span>", "7¹²"),
        ("in 2019<sup>[4]</sup>.", "in 2019 [4]."),
        ("in 2019<sup><a href='#n4'>4</a></sup> and", "in 2019 [4] and"),
        ("in 2019<a href='#fn4'><sup>4</sup></a>", "in 2019 [4]"),
        ("in 2019<a href='/p#footnote-4'>4</a>", "in 2019 [4]"),
        ("<a href='/p#notes'>2019</a>", "[2019](https://wire.example/p#notes)"),
        ("so they say<sup>[citation needed]</sup>", "so they say [citation needed]"),
        ("<code>2<sup>8</sup></code>", "`2⁸`"),
        ("<math><msup><mn>7</mn><mn>12</mn></msup></math>", "7¹²"),
        ("<math><mfrac><mn>1</mn><mn>4</mn></mfrac></math>", "(1)/(4)"),
        ("<del>100</del>200", "~~100~~ 200"),
        ("<s>1.5</s><ins>2.5</ins>%", "~~1.5~~ 2.5%"),
        ("<span style='text-decoration:line-through'>9</span>8", "~~9~~ 8"),
        ("$19<small>99</small>", "$19 99"),
        ("<q>so</q> he said", "“so” he said"),
        (
            "<ruby>字<rt>ji</rt></ruby> <ruby>字<rp>[</rp><rt>ji</rt><rp>]</rp></ruby>",
            "字(ji) 字[ji]",
        ),
        ("long<wbr>word, soft&shy;hyphen", "longword, softhyphen"),
    ],
)
def test_the_layout_of_a_figure_is_expressed_in_text(html: str, expected: str) -> None:
    assert markdown(f"<p>{html}</p>") == expected
    assert plain(markdown(f"<table><tr><th>h</th><td>{html}</td></tr></table>")).startswith("h ")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<del>$10</del> $8", "~~$10~~ $8"),
        ("<del>$10</del>$8", "~~$10~~ $8"),
        ("was<s>10</s>8", "was ~~10~~ 8"),
        ("(<strike>10</strike>) <b>8</b>", "(~~10~~) 8"),
        ("a <del> 10 </del> b", "a ~~10~~ b"),
        ("<del><s>10</s></del> 8", "~~10~~ 8"),
        ("a<del></del>b <s> </s>c", "a b c"),
        ("&lt;del&gt;10&lt;/del&gt; 8", "~~10~~ 8"),
        ("Use <del> here", "Use <del> here"),
    ],
)
def test_deleted_text_is_told_apart_in_titles(html: str, expected: str) -> None:
    assert to_line(html) == expected


def test_deleted_text_is_told_apart_in_summaries() -> None:
    assert plain(markdown("<p>Now <del>$10</del> <b>$8</b></p>")) == "Now ~~$10~~ $8"
    assert plain(markdown("<table><tr><th>a</th><td><s>1</s>2</td></tr></table>")) == "a ~~1~~ 2"


def test_exponents_are_told_apart_in_cells_headings_titles_and_summaries() -> None:
    assert "| 3¹⁰ |" in markdown(
        "<table><tr><th>a</th></tr><tr><td>3<sup>10</sup></td></tr></table>"
    )
    assert markdown("<h2>3<sup>10</sup></h2>") == "## 3¹⁰"
    assert to_line("3&lt;sup&gt;10&lt;/sup&gt; coins") == "3¹⁰ coins"
    assert plain(markdown("<p>3<sup>10</sup></p>")) == "3¹⁰"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ol start=4><li>a</li><li>b</li></ol>", "4. a\n5. b"),
        ("<ol><li value=8>a</li><li>b</li></ol>", "8. a\n9. b"),
        ("<ol><li>a</li><li value=9>b</li></ol>", "- 1. a\n- 9. b"),
        ("<ol><li value=999999999>a</li></ol>", "999999999. a"),
        ("<ol><li value=1234567890>a</li><li>b</li></ol>", "- 1234567890. a\n- 1234567891. b"),
        ("<ol start=999999999><li>a</li><li>b</li></ol>", "- 999999999. a\n- 1000000000. b"),
        ("<ol><li value=20251128120000><p>a</p><p>b</p></ol>", "- 20251128120000. a\n\n  b"),
        (
            "<ol type=a><li><p>x</p><p>y</p></li><li><pre>z</pre></ol>",
            "- a. x\n\n  y\n- b.\n\n  ```\n  z\n  ```",
        ),
        (f"<ol><li>a</li><li value={'9' * 60}>b</li></ol>", "1. a\n2. b"),
        ("<ol reversed><li>a</li><li>b</li></ol>", "- 2. a\n- 1. b"),
        ("<ol reversed start=9><li>a</li><li>b</li></ol>", "- 9. a\n- 8. b"),
        ("<ol type=a start=26><li>a</li><li>b</li></ol>", "- z. a\n- aa. b"),
        ("<ol type=I><li>a</li><li value=4>b</li></ol>", "- I. a\n- IV. b"),
        ("<ol><li></li><li>b</li></ol>", "1.\n2. b"),
        ("<ol start='-1'><li>a</li><li>b</li></ol>", "- -1. a\n- 0. b"),
        ("<ol><li>a</li></ol><ol><li>b</li></ol>", "1. a\n\n1) b"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b"),
        ("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n- c"),
        ("<ul><li>a<ol start=7><li>b</li></ol></li></ul>", "- a\n\n  7. b"),
        ("<li>a</li><li>b</li>", "- a\n- b"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\n\n- b"),
        ("<ul><li>a<hr></li></ul>", "- a\n\n  ___"),
        ("<ul><li><input type=checkbox checked> a</li></ul>", "- ☑ a"),
    ],
)
def test_lists_are_numbered_and_nested_as_a_browser_shows_them(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<tr><td rowspan=2>a<td>1</tr><tr><td>2</tr>", ["a | 1", " | 2"]),
        ("<tr><td colspan=2>a<td>1</tr><tr><td>2<td>3<td>4</tr>", ["a |  | 1", "2 | 3 | 4"]),
        ("<tr><td rowspan=0>a<td>1</tr><tr><td>2</tr><tr><td>3</tr>", ["a | 1", " | 2", " | 3"]),
        ("<tr><td>1<td rowspan=2>a</tr><tr><td>2</tr>", ["1 | a", "2 | "]),
        ("<tr><td>a|b<td><code>c|d</code></tr>", [r"a\|b | `c\|d`"]),
        (r"<tr><td>a<td><code>c\|d</code></tr>", [r"a | c\\\|d"]),
        ("<tr><td>a<br>b<td><p>c</p><p>d</p></tr>", ["a b | c d"]),
    ],
)
def test_cells_stay_under_their_heading(rows: str, expected: list[str]) -> None:
    lines = markdown(f"<table><tr><th>A</th><th>B</th></tr>{rows}</table>").split("\n")
    assert lines[0].startswith("| A | B |")
    cells = [[cell.strip() for cell in CELL_EDGE.split(line)[1:-1]] for line in lines[2:]]
    assert cells == [[cell.strip() for cell in CELL_EDGE.split(row)] for row in expected]


def test_the_span_of_a_cell_is_bounded() -> None:
    rows = "<tr><td colspan=9999999>a<td rowspan=9999999>b</tr><tr><td>c</tr>"
    text = markdown(f"<table><tr><th>A</th><th>B</th></tr>{rows}</table>")
    assert len(text) < 1000
    assert visible_words(text) == ["a", "b", "a", "b", "c"]


def test_a_table_of_one_column_or_of_blocks_is_laid_out_as_blocks() -> None:
    assert markdown("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>") == "a\n\nb"
    html = "<table><tr><td><pre>1\n2</pre></td><td><p>a</p></td></tr></table>"
    assert markdown(html) == "```\n1\n2\n```\n\na"


BLOCK_NAMES = """
address article aside blockquote center dd details dialog div dl dt fieldset figcaption figure
footer form h3 header legend li main menu nav ol p section summary td th tr ul table x-card
my:thing video iframe object button label
"""


@pytest.mark.parametrize(
    "name",
    BLOCK_NAMES.split(),
)
def test_no_two_words_of_two_elements_are_glued(name: str) -> None:
    html = f"one<{name}>two</{name}>three<{name}>four</{name}><{name}>five</{name}>six"
    words = [word for word in words_between(html) if word in ("one", "three", "six")]
    assert words == ["one", "three", "six"]


@pytest.mark.parametrize(
    "opened",
    [
        *("<svg/>", "<svg class='x' />", "<svg>", "<svg><path/>", "<form/>", "<form>", "<math/>"),
        *("<iframe/>", "<iframe src='a' />", "<iframe>", "<video/>", "<video src=v>", "<audio>"),
        *(
            "<script/>",
            "<style/>",
            "<script src=x>",
            "<style>",
            "<textarea/>",
            "<title/>",
            "<xmp/>",
        ),
        *("<title>", "<textarea>", "<noscript>", "<noscript/>", "<select>", "<select><option>"),
        *(
            "<button>",
            "<canvas>",
            "<object>",
            "<object data='x'/>",
            "<template>",
            "<picture>",
            "<b/>",
        ),
        *("<plaintext>", "<noembed>", "<!--", "<!-- x -", "<![CDATA[", "<table>", "<td>", "<a/>"),
        *("<a href='x/'/>", '<a href="x>', "<p title='x>", "<del/>", "<code/>", "<pre/>", "<math>"),
        *("<ruby>", "<datalist>", "<frameset>", "<map>", "<details>", "<dialog>", "<!doctype x"),
    ],
)
def test_unclosed_markup_loses_no_text(opened: str) -> None:
    words = visible_words(f"<p>before</p>{opened}<p>after it</p><p>and the rest</p>")
    assert words[:1] + words[-5:] == ["before", "after", "it", "and", "the", "rest"]


def test_code_keeps_its_lines_and_sentences_keep_theirs() -> None:
    assert markdown("<pre><span>a\n\n\n</span>\n\nb</pre>") == "```\na\n\n\n\n\nb\n```"
    assert markdown("<pre>a<br><br>b</pre>") == "```\na\n\nb\n```"
    assert markdown("<pre><code><div>a</div><div>b  c</div></code></pre>") == "```\na\nb  c\n```"
    assert (
        markdown("<pre><span class=line>a</span><span class=line>b</span></pre>")
        == "```\na\nb\n```"
    )
    assert markdown("<pre>```\nx</pre>") == "````\n```\nx\n````"
    assert markdown("<blockquote><pre>a\n\nb</pre></blockquote>") == "> ```\n> a\n>\n> b\n> ```"
    assert markdown("<p>The <code>x = 1</code> stands.</p>") == "The `x = 1` stands."
    assert markdown("<p><code>a`b</code> <code>`</code></p>") == "``a`b`` `` ` ``"
    assert markdown("<pre>a <p>b</p><img src='/i.png'></pre>").startswith("a\n\nb")


@pytest.mark.parametrize(
    "text",
    [
        *("[text](http://evil.example/x)", "![i](http://evil.example/x)", "[a][b]", "`a` ``b``"),
        *("~~a~~", "*a*", "**a**", "_a_", "__init__", "# a", "1. a", "1) a", "> a", "- a", "+ a"),
        *("---", "===", "***", "_ _ _", "|---|", "~~~", "```", "[a]: http://evil.example", "\\*"),
        *("<b>raw</b>", "<!-- c -->", "<http://evil.example>", "&amp; &#35;", "a\\", "*", "a_b_c"),
        *("[a]\x01(http://evil.example)", "``\x01`", "a &lt;b", "![", "C#", "1.5", "5 * 3 * 2"),
    ],
)
def test_the_text_of_a_page_is_read_as_it_is_written(text: str) -> None:
    for html in (
        f"<p>{escape(text)}</p>",
        f"<p>x<br>{escape(text)}<br>y</p>",
        f"<ul><li>{escape(text)}</li></ul>",
        f"<h2>{escape(text)}</h2>",
        f"<table><tr><th>x</th><td>{escape(text)}</td></tr></table>",
    ):
        read, links = parsed(markdown(html))
        assert squeezed(clean(text)) in read
        assert not links
    assert parsed(from_text(text)) == (squeezed(clean(text)), [])


@pytest.mark.parametrize(
    "text",
    [
        "$1.5 and 2.5",
        "snake_case_name",
        "C# and F#",
        "5 * 3",
        "[BTC] up",
        "AT&T",
        "x < 5",
        "~5%",
        "a#",
    ],
)
def test_harmless_text_is_not_escaped(text: str) -> None:
    assert markdown(f"<p>{escape(text)}</p>") == text


def test_text_stays_text_with_its_lines_and_indents() -> None:
    written = from_text("One <b>two</b>\nthree\n\n  four")
    assert written == "One \\<b>two\\</b>  \nthree\n\n\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}four"


WATCH = "https://www.youtube.com/watch?v="
NESTED = "<p>1<iframe srcdoc='<p>2<iframe srcdoc=&#39;<p>3&#39;></iframe>'></iframe>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<iframe src='//v.example/1' title='A film'></iframe>", "[A film](https://v.example/1)"),
        ("<iframe src='about:blank' data-src='/v'></iframe>", "<https://wire.example/v>"),
        ("<iframe src='/v' width=1 height=1></iframe>", ""),
        ("<iframe src='https://www.googletagmanager.com/ns.html'></iframe>", ""),
        (
            "<video><source src='/a.webm'><source src='/a.mp4'>none</video>",
            "<https://wire.example/a.webm>",
        ),
        (
            "<video src='/a' poster='/p.png'></video>",
            "![](https://wire.example/p.png)\n\n<https://wire.example/a>",
        ),
        ("<audio src='/a.mp3' controls></audio>", "<https://wire.example/a.mp3>"),
        ("<embed src='/a.swf'>", "<https://wire.example/a.swf>"),
        ("<object data='/a.pdf'>none</object>", "<https://wire.example/a.pdf>"),
        ("<object><param name=movie><embed src='/a'></object>", "<https://wire.example/a>"),
        ("<video><track src='/t.vtt'></video>", ""),
        ("<amp-youtube data-videoid='aB-_1'></amp-youtube>", f"<{WATCH}aB-_1>"),
        (
            "<amp-youtube data-videoid=a1><amp-img src=/p.png></amp-img></amp-youtube>",
            f"<{WATCH}a1>",
        ),
        ("<lite-youtube videoid=a1 videotitle='A film'></lite-youtube>", f"[A film]({WATCH}a1)"),
        ("<lite-youtube videoid=a1><a href=/x>Play</a></lite-youtube>", f"<{WATCH}a1>"),
        ("<lite-vimeo videoid=7></lite-vimeo>", "<https://vimeo.com/7>"),
        ("<amp-vimeo data-videoid=7></amp-vimeo>", "<https://vimeo.com/7>"),
        ("<amp-twitter data-tweetid=7>Two words</amp-twitter>", "<https://x.com/i/status/7>"),
        ("<amp-instagram data-shortcode=f></amp-instagram>", "<https://www.instagram.com/p/f/>"),
        ("<amp-facebook data-href='https://f.example/1'></amp-facebook>", "<https://f.example/1>"),
        ("<amp-tiktok data-src='https://t.example/1'></amp-tiktok>", "<https://t.example/1>"),
        ("<amp-video-iframe src='/v'></amp-video-iframe>", "<https://wire.example/v>"),
        ("<lite-tube src='/v' title=V></lite-tube>", "[V](https://wire.example/v)"),
        ("<hls-video src='/v.m3u8'></hls-video>", "<https://wire.example/v.m3u8>"),
        ("<amp-youtube data-videoid='a b\"'></amp-youtube>", ""),
        ("<amp-ad src='https://ad.example/1'></amp-ad>", ""),
        ("<amp-pixel src='https://ad.example/1'></amp-pixel>", ""),
        ("<lite-tube src='/v' width=1 height=1></lite-tube>", ""),
        ("<iframe srcdoc='<p>c <b>d</b></p>'></iframe>", "c **d**"),
        ("<iframe srcdoc='&lt;p>c&lt;/p>&lt;p>d'></iframe>", "c\n\nd"),
        ("<iframe src='about:blank' srcdoc='<img src=/p.png>'>", "![](https://wire.example/p.png)"),
        ("<iframe src='/v' srcdoc='<p>c</p>'></iframe>", "<https://wire.example/v>"),
        ("<iframe srcdoc='<script>c</script>'></iframe>", ""),
        ("<iframe srcdoc='<p>c</p>' style='display:none'></iframe>", ""),
        (f"<iframe srcdoc='{escape(NESTED, quote=True)}'></iframe>", "1\n\n2"),
        ("<svg><image href='/p.png'/></svg>", "![](https://wire.example/p.png)"),
        (
            "<svg><g><image xlink:href='/p.png'></image></g></svg>",
            "![](https://wire.example/p.png)",
        ),
        ("<svg><image href='/p.png' width=1 height=1 /></svg>", ""),
        ("<svg><image href='data:image/png;base64,A'/><text>t</text></svg>", ""),
    ],
)
def test_media_become_links_in_their_places(html: str, expected: str) -> None:
    between = f"\n\n{expected}\n\n" if expected else "\n\n"
    assert markdown(f"<p>a</p>{html}<p>b</p>") == f"a{between}b"


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<img src='/blank.gif' data-original='/r.jpg'>", "/r.jpg"),
        ("<img src='data:image/gif;base64,AA' data-lazy='/r.jpg'>", "/r.jpg"),
        ("<img data-srcset='/s.png 300w, /l.png 900w' srcset='data:image/png;base64,A'>", "/l.png"),
        ("<img srcset='/s.png 300w, /l.png 900w, /xl.png 4000w'>", "/l.png"),
        ("<img srcset='/w_1,h_2/a.png, /b.png 2x'>", "/b.png"),
        ("<img src='/r.jpg' srcset='/s.png 300w'>", "/r.jpg"),
        ("<img src='/r.jpg' data-src='{{ url }}'>", "/r.jpg"),
        ("<picture><source srcset='/a.webp'><img alt></picture>", "/a.webp"),
        ("<picture><source srcset='/a.webp'><img src='/a.jpg'></picture>", "/a.jpg"),
        ("<picture><source data-srcset='/a.webp 2x'></picture>", "/a.webp"),
        ("<noscript><img src='/r.jpg'></noscript>", "/r.jpg"),
        ("<img src='/spacer.gif'><noscript><img src='/r.jpg'></noscript>", "/r.jpg"),
        ("<img data-src='/r.jpg'><noscript><img src='/r.jpg'></noscript>", "/r.jpg"),
        ("<img src='data:image/gif;base64,AA' width=1 height=1 data-src='/r.jpg'>", "/r.jpg"),
        ("<img src='/1x1.gif' width=1 height=1 data-lazy-src='/r.jpg'>", "/r.jpg"),
        ("<img src='/blank.gif' style='width:1px' data-srcset='/r.jpg 900w'>", "/r.jpg"),
        ("<img src='data:image/gif;base64,AA' width=1 height=1 srcset='/r.jpg 900w'>", "/r.jpg"),
        ("<picture><source srcset='/a.webp'><img width=600 height=400></picture>", "/a.webp"),
        (
            "<picture><source data-srcset='/a.webp'><img src='data:,' width=1 height=1></picture>",
            "/a.webp",
        ),
        ("<img data-src='/r-30x20.jpg'><noscript><img src='/r.jpg'></noscript>", "/r-30x20.jpg"),
    ],
)
def test_the_image_is_the_one_that_a_browser_would_show(html: str, shown: str) -> None:
    found = to_markdown(f"<p>a</p>{html}", BASE)
    assert found.image == f"https://wire.example{shown}"
    assert found.markdown.count("![") == 1


def test_an_emoji_is_text() -> None:
    html = "<p>Up <img class='emoji' src='https://e.example/1.png' alt='🚀'></p>"
    assert to_markdown(html) == ("Up 🚀", "")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("<a href='mailto:a@b.example?subject=x'>us</a>", "us (a@b.example)"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='ipfs://bafy'>file</a>", "file (ipfs://bafy)"),
        ("<a href='magnet:?xt=urn:x'></a>", "magnet:?xt=urn:x"),
        ("<a href='tel:+123'>call</a>", "call (+123)"),
        ("<a href='javascript:x()'>l</a>", "l"),
        ("<a href='data:text/html,x'>l</a>", "l"),
        ("<a href='file:///etc/passwd'>l</a>", "l"),
        ("<a href='#' data-href='/r'>l</a>", "[l](https://wire.example/r)"),
        ("<a href='https://wire.example/r'>https://wire.example/r</a>", "<https://wire.example/r>"),
        ("<a href='/r'>[BTC] <b>up</b>!</a>", "[[BTC] **up**!](https://wire.example/r)"),
        ("<a href='/r'>a ] b</a>", "[a \\] b](https://wire.example/r)"),
        ("Wow!<a href='/r'>l</a>", "Wow\\![l](https://wire.example/r)"),
        ("<base href='https://o.example/'><a href='r'>l</a>", "[l](https://o.example/r)"),
    ],
)
def test_a_link_is_one_of_the_web_and_other_addresses_can_be_read(link: str, expected: str) -> None:
    assert markdown(f"<p>{link}</p>") == expected


def test_blocks_in_a_link_are_links_each() -> None:
    html = "<a href='/r'><h3>Head</h3><p>text <b>bold</b></p></a>"
    address = "(https://wire.example/r)"
    assert markdown(html) == f"### [Head]{address}\n\n[text **bold**]{address}"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a<b>(b)</b>c", "a(b)c"),
        ("<b>a</b><i>b</i>", "**a**b"),
        ("<b> a </b>b", "**a** b"),
        ("<b><i>a</i></b> <b>c <i>d</i></b>", "***a*** **c *d***"),
        ("<b><a href='/r'>a</a> b</b>", "**[a](https://wire.example/r) b**"),
    ],
)
def test_emphasis_is_written_where_markdown_can_say_it(html: str, expected: str) -> None:
    assert markdown(f"<p>{html}</p>") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b &lt;a href=&quot;/r&quot;&gt;l&lt;/a&gt;&lt;/p&gt;",
            "a\n\nb [l](https://wire.example/r)",
        ),
        ("a&lt;br /&gt;b", "a  \nb"),
        ("&amp;lt;p&amp;gt;a&amp;lt;/p&amp;gt;", "a"),
        ("See &lt;a href='https://o.example/'&gt;it&lt;/a&gt;.", "See [it](https://o.example/)."),
        ("<p>&lt;p&gt;a&lt;/p&gt;</p>", "a"),
        ("Use &lt;b&gt; for bold", "Use \\<b> for bold"),
        ("A &lt;br&gt; tag", "A \\<br> tag"),
        ("<p>Write <code>&lt;p&gt;a&lt;/p&gt;</code></p>", "Write `<p>a</p>`"),
        ("<p>&lt;p&gt; begins a paragraph</p>", "\\<p> begins a paragraph"),
    ],
)
def test_text_escaped_once_too_often_is_unescaped_again(text: str, expected: str) -> None:
    assert markdown(text) == expected
    assert is_html(text) == (not text.startswith(("Use", "A &lt;")))


def test_words_are_those_that_are_read() -> None:
    html = "<p>One <a href='https://long.example/of/it'>two</a> <img src='/i.png' alt='no'></p>"
    assert visible_words(html) == ["one", "two"]
    assert visible_words(markdown(html)) == ["one", "two"]
    assert visible_words("Plain & simple") == ["plain", "simple"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Use <b> here", "Use <b> here"),
        ("<p>A</p><p>B</p>", "A B"),
        ("A<br/>B", "A B"),
        ("<script>x</script> B", "x B"),
    ],
)
def test_a_title_loses_elements_and_keeps_a_tag_without_a_partner(
    title: str, expected: str
) -> None:
    assert to_line(title) == expected


SIGNS = st.text(
    alphabet=st.sampled_from("*_`[]()<>!#+-=.|~:&\\ 1aбñ“$\"';/"), min_size=1, max_size=8
)
WORD = st.sampled_from(
    ["w", "x y", "1.", "- ", "# ", "a_b", "&amp;", "**", "https://e.x/a_b_", "](http://e.x)", "a|b"]
)


class Piece(NamedTuple):
    html: str
    text: str


def element(name: str, inner: list[Piece], between: str = "") -> Piece:
    end = f"</{name.partition(' ')[0]}>"
    html = "".join(each.html for each in inner)
    return Piece(f"<{name}>{html}{end}", between.join(each.text for each in inner))


WITHIN = st.recursive(
    (SIGNS | WORD).map(lambda text: Piece(escape(text, quote=False), text)),
    lambda inner: st.builds(
        element,
        st.sampled_from(["b", "i", "span", "a href='https://l.example/p'", "code", "u"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)
BLOCKS = st.recursive(
    st.builds(
        element,
        st.sampled_from(["p", "div", "h2", "address", "pre", "li"]),
        st.lists(WITHIN, min_size=1, max_size=4),
    ),
    lambda inner: st.builds(
        lambda name, part, pieces: element(name, [element(part, [each]) for each in pieces]),
        *(st.sampled_from(["div", "blockquote", "ul", "ol", "section"]), st.just("li")),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=5,
)


@given(st.lists(BLOCKS, min_size=1, max_size=3))
def test_a_parser_of_markdown_reads_what_the_page_says(blocks: list[Piece]) -> None:
    read, links = parsed(markdown("".join(each.html for each in blocks)))
    assert read == squeezed("".join(each.text for each in blocks))
    assert set(links) <= {"https://l.example/p"}


@given(st.lists(SIGNS | WORD, min_size=1, max_size=5))
def test_a_parser_of_markdown_reads_plain_text_as_it_is_written(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert parsed(from_text(text)) == (squeezed(text), [])


@pytest.mark.parametrize(
    "html",
    [
        "".join(f"<font a{n}>" for n in range(9000)) + "</p><p>x" * 9000,
        "<b x=y\"><b x=y'>" * 9000 + "<p>x",
        "<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">x",
        "<a \"<a' " * 40_000 + "<p>x",
        "<p>" + "[`*_<" * 60_000 + "</p>",
        "<p>" + "<b>a</b>" * 9000 + "</p>",
        "<ul>" + "<li value=9>" * 9000,
        "<table>" + "<tr><td colspan=100 rowspan=999>x" * 4000,
        "<p>x<a href=a>b</a>" * 9000,
        "<p><sup>" * 9000 + "1",
        "<img srcset='" + "a," * 100_000 + "'>x<p>",
        "&lt;p&gt;" * 40_000,
    ],
    ids=lambda html: html[:12],
)
def test_hostile_html_is_read_in_bounds(html: str) -> None:
    base = f"https://wire.example/{'long/' * 100}"
    assert len(to_markdown(html, base).markdown) <= 6 * len(html) + 4000


# Bodies of one line.

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
