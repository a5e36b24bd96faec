"""The colours of code: every character stays, and nothing hostile takes long."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.ui.prose.code import LONGEST_LINE, MOST_COLOURED, MOST_LINES, coloured
from reader.ui.prose.text import STYLES, Prose
from reader.ui.prose.wrap import Line

LANGUAGES = ["bash", "go", "js", "json", "kotlin", "py", "rust", "sol", "sql", "toml", "ts", "yml"]


def lines(text: str, width: int = 40) -> list[Line]:
    return list(Prose(text).lines(width))


def style_of(text: str, source: str) -> str:
    spans = [span for line in lines(source) for span in line.spans]
    (found,) = {span.styles[-1] for span in spans if span.text == text}
    return found


@pytest.mark.parametrize(
    ("word", "style"),
    [
        ("def", "code-keyword"),
        ("price", "code-name"),
        ("# in dollars", "code-comment"),
        ("12.5", "code-number"),
        ("coin", "block"),
    ],
)
def test_words_of_a_known_language_have_a_style(word: str, style: str) -> None:
    assert style_of(word, "```python\ndef price(coin):\n    return 12.5 # in dollars\n```") == style


@pytest.mark.parametrize("language", ["", "nonsense", "[/foo]", "c", "java", "a" * 5_000])
def test_code_of_another_language_is_plain(language: str) -> None:
    assert coloured("def price(): pass", language) is None
    used = {name for line in lines(f"```{language}\ndef x\n```") for name in line.spans[1].styles}
    assert not any(name.startswith("code-") for name in used)


def test_code_without_a_language_is_plain() -> None:
    assert style_of("def price(): pass", "    def price(): pass") == "block"


@pytest.mark.parametrize("info", ["python", "py", "Python3", "python {linenos}", "py,ignore"])
def test_a_language_is_known_by_its_names(info: str) -> None:
    assert style_of("def", f"```{info}\ndef x(): pass\n```") == "code-keyword"


@pytest.mark.parametrize(
    "code",
    ["x" * (LONGEST_LINE + 1), "x\n" * (MOST_LINES + 1), ("x" * 90 + "\n") * (MOST_COLOURED // 90)],
)
def test_long_code_is_plain(code: str) -> None:
    assert coloured(code, "python") is None


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(LANGUAGES),
    st.text("ab 1\n\t'\"#/*{}()$`\\<-=:é日", max_size=200),
)
def test_no_character_is_lost_or_moved(language: str, code: str) -> None:
    found = coloured(code, language)
    assert found is not None
    assert ["".join(part for _, part in line) for line in found] == code.split("\n")
    assert {style for line in found for style, _ in line} <= {"", *STYLES}


def test_code_looks_the_same_with_and_without_colours() -> None:
    code = "def f(x):\n\tif x:\n\t\treturn 'a long line that is wrapped at the edge'\n"
    with_colours = [line.text for line in lines(f"```python\n{code}```")]
    assert with_colours[1:] == [line.text for line in lines(f"```\n{code}```")]


def test_pygments_is_imported_with_the_first_code_of_a_known_language() -> None:
    script = (
        "import sys; from reader.ui.prose.text import Prose;"
        "list(Prose('Text.\\n\\n```\\nx\\n```\\n\\n```nonsense\\nx\\n```').lines(80));"
        "print(any(name.startswith('pygments.lexers') for name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
