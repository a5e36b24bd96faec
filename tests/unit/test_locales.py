"""Every text of the program can be translated, and is, in every language that it has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reader.i18n import ENGLISH, VARIABLE, language_of, languages
from tests.locales.catalogues import faults, paths
from tests.locales.texts import PACKAGE, forgotten

MODULES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.parts[-3])
def test_a_catalogue_has_every_text_with_the_same_placeholders(path: Path) -> None:
    assert list(faults(path)) == []


def test_no_sentence_is_shown_in_english_alone() -> None:
    found = [each for path in MODULES for each in forgotten(path)]
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
        "    print(ngettext('{number:,} article', '{number:,} articles', n).format(number=n))"
    )
    assert spoken(code, **{VARIABLE: "uk"}).splitlines() == [
        *("1 стаття", "2 статті", "5 статей", "11 статей", "21 стаття", "22 статті", "112 статей"),
    ]


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
