"""Every text of the program can be translated, and is, in every language that it has."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from reader.i18n import ENGLISH, VARIABLE, decimal, grouped, language_of, languages, quoted
from tests.locales.catalogues import faults, paths
from tests.locales.texts import PACKAGE, english_numbers, forgotten

MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.parts[-3])
def test_a_catalogue_has_every_text_with_the_same_placeholders(path: Path) -> None:
    assert list(faults(path)) == []


def test_no_sentence_is_shown_in_english_alone() -> None:
    found = [each for path in MODULES for each in forgotten(path)]
    assert [f"{path}:{line}: {text}" for path, line, text in found] == []


def test_numbers_are_formatted_by_the_language() -> None:
    modules = [path for path in MODULES if path != PACKAGE / "i18n.py"]
    found = [each for path in modules for each in english_numbers(path)]
    assert [f"{path}:{line}: {text}" for path, line, text in found] == []


@pytest.mark.parametrize(
    ("environ", "setting", "language"),
    [
        ({}, None, "en"),
        ({"LANG": "uk_UA.UTF-8"}, None, "uk"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "uk_UA"}, None, "uk"),
        ({"LANG": "uk_UA.UTF-8", "LC_ALL": "C.UTF-8"}, None, "en"),
        ({"LANG": "de_DE@euro", "LANGUAGE": "uk:de"}, None, "uk"),
        ({"LANG": "POSIX", "LANGUAGE": "uk"}, None, "en"),
        ({"LANG": "uk_UA.UTF-8"}, "en", "en"),
        ({"LANG": "en_US.UTF-8"}, "uk", "uk"),
        ({VARIABLE: "en", "LANG": "uk_UA.UTF-8"}, "uk", "en"),
        ({VARIABLE: "../../etc"}, None, "en"),
    ],
)
def test_the_language_is_that_of_the_variable_the_setting_or_the_locale(
    environ: dict[str, str], setting: str | None, language: str
) -> None:
    assert language_of(environ, setting) == language


def test_english_and_ukrainian_are_spoken() -> None:
    assert languages() == [ENGLISH, "uk"]


def spoken(code: str, **variables: str) -> str:
    """Return what a program prints that is started in these variables."""
    environ = {name: value for name, value in os.environ.items() if name != VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_number_takes_its_form_of_the_word() -> None:
    code = (
        "from reader.i18n import ngettext\n"
        "for n in (1, 2, 5, 11, 21, 22, 112):\n"
        "    print(ngettext('{number} article', '{number} articles', n).format(number=n))"
    )
    assert spoken(code, **{VARIABLE: "uk"}).splitlines() == [
        *("1 стаття", "2 статті", "5 статей", "11 статей", "21 стаття", "22 статті", "112 статей"),
    ]


def test_english_numbers_are_in_groups_of_three_with_a_point_before_decimals() -> None:
    assert [grouped(n) for n in (0, 999, 5438, -11280, 1_234_567)] == [
        *("0", "999", "5,438", "-11,280", "1,234,567"),
    ]
    assert (grouped(1234.56, 1), decimal(1234.56, 1), decimal(1.5, 2)) == (
        *("1,234.6", "1234.6", "1.50"),
    )


def test_ukrainian_numbers_have_no_break_spaces_and_a_comma_before_decimals() -> None:
    code = (
        "from reader.i18n import decimal, grouped\n"
        "print([*map(grouped, (0, 999, 5438, -11280, 1_234_567))])\n"
        "print([grouped(1234.56, 1), decimal(1234.56, 1), decimal(-1.5, 2), decimal(7.4, 0)])"
    )
    whole, parts = spoken(code, **{VARIABLE: "uk"}).splitlines()
    assert ast.literal_eval(whole) == [
        *("0", "999", "5\N{NO-BREAK SPACE}438", "-11\N{NO-BREAK SPACE}280"),
        "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567",
    ]
    assert ast.literal_eval(parts) == ["1\N{NO-BREAK SPACE}234,6", "1234,6", "-1,50", "7"]


def test_a_name_has_the_quotes_of_the_language_and_nothing_that_a_terminal_obeys() -> None:
    names = ("Ранок", "it's", "a\x1b[2J\n", "")
    assert [*map(quoted, names)] == ["'Ранок'", '"it\'s"', r"'a\x1b[2J\n'", "''"]
    said = spoken(
        f"from reader.i18n import quoted\nprint(*map(quoted, {names!r}), sep='|')",
        **{VARIABLE: "uk"},
    )
    assert said == r"«Ранок»|«it's»|«a\x1b[2J\n»|«»"


def test_a_separator_of_groups_is_as_wide_as_the_english_one() -> None:
    """Columns are as wide as their numbers in English."""
    for language in languages():
        separator = spoken(
            "from reader.i18n import grouped\nprint(ascii(grouped(1000)))", **{VARIABLE: language}
        )
        assert cell_len(ast.literal_eval(separator)) == 5


def test_the_setting_in_the_file_that_is_named_chooses_the_language(tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text('ui_language = "uk"\n')
    code = (
        "from reader.config.language import speak_as_chosen\n"
        f"speak_as_chosen(['--config', {str(config)!r}, 'list'])\n"
        "from reader.i18n import _\n"
        "print(_('just now'))"
    )
    assert spoken(code, LANG="en_US.UTF-8") == "щойно"
    assert spoken(code, LANG="en_US.UTF-8", **{VARIABLE: "en"}) == "just now"


def test_a_process_that_is_started_speaks_the_same_language() -> None:
    code = (
        "import subprocess, sys\n"
        "from reader.i18n import speak\n"
        "speak('uk')\n"
        "inner = \"from reader.i18n import _; print(_('just now'))\"\n"
        "subprocess.run([sys.executable, '-c', inner])"
    )
    assert spoken(code) == "щойно"
