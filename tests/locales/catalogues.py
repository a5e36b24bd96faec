"""The catalogues: what is in them, and what is wrong with them."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from reader.i18n import DOMAIN
from tests.locales.texts import KEYWORDS, PACKAGE, ROOT, docstrings

LOCALES = PACKAGE / "locales"

CLICK = ("core.py", "decorators.py", "exceptions.py", "formatting.py", "parser.py", "types.py")
"""Modules of click whose texts our commands can show: not those that ask questions."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PLACEHOLDER = re.compile(r"\{\w[^{}]*\}|%\([^)]*\)[a-z]")
"""What a value stands for: ours, and click's."""


def paths() -> list[Path]:
    """Return the files of all catalogues."""
    return sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def path_of(language: str) -> Path:
    """Return the file of a language, which may not exist yet."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def collected(*, with_click: bool) -> Catalog:
    """Return a catalogue of all texts, without translations.

    with_click: also what the library of the command line says. That differs between its releases.
    """
    texts = Catalog(charset="utf-8", fuzzy=False)
    _add(texts, PACKAGE, ROOT)
    for found in docstrings():
        texts.add(found.text, locations=[(str(found.path.relative_to(ROOT)), 0)])
    if with_click:
        library = Path(click.__file__).parent
        _add(texts, library, library.parent, CLICK)
        texts.add("required", locations=[("click/core.py", 0)])  # there it is in a variable
    return texts


def _add(texts: Catalog, folder: Path, root: Path, modules: Iterable[str] = ("**.py",)) -> None:
    found = extract_from_dir(
        folder,
        [(module, "python") for module in modules],
        keywords=KEYWORDS,
        comment_tags=("i18n:",),
        strip_comment_tags=True,
    )
    for name, _line, message, comments, context in found:
        place = str((folder / name).relative_to(root))
        texts.add(message, locations=[(place, 0)], auto_comments=comments, context=context)


def read(path: Path) -> Catalog:
    """Return a catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def update(path: Path) -> None:
    """Bring a catalogue up to date with the code, and compile it; translations are kept."""
    catalogue = read(path) if path.exists() else _new(path.parts[-3])
    catalogue.update(collected(with_click=True), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, include_lineno=False, sort_by_file=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def _new(language: str) -> Catalog:
    return Catalog(
        locale=language,
        header_comment=f"# Texts of cryptoread in {language}; see CONTRIBUTING.md.",
        project="cryptoread",
        version="1",
        msgid_bugs_address="CONTRIBUTING.md",
        last_translator="cryptoread",
        language_team=language,
        revision_date=datetime.now(UTC),
        fuzzy=False,
    )


def faults(path: Path) -> Iterator[str]:
    """Yield what is missing from a catalogue, or wrong in it, a sentence each."""
    catalogue = read(path)
    texts = collected(with_click=False)
    for text in texts:
        if text.id and catalogue.get(_id(text), text.context) is None:
            yield f"not in the catalogue: {_id(text)!r}"
    for message in catalogue:
        if message.id:
            yield from _faults_of(message)
    with path.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    if _translations(compiled) != _translations(catalogue):
        yield "not compiled"


def _faults_of(message: Message) -> Iterator[str]:
    forms = list(
        map(str, message.string if isinstance(message.string, tuple) else (message.string,))
    )
    if message.fuzzy or not all(forms):
        yield f"not translated: {_id(message)!r}"
        return
    text = str(message.id if isinstance(message.id, str) else message.id[1])
    for form in forms:
        if _placeholders(form) != _placeholders(text):
            yield f"other placeholders than in {_id(message)!r}: {form!r}"
        if form.count("[") != text.count("["):  # Textual may take it for markup
            yield f"other brackets than in {_id(message)!r}: {form!r}"
        if _CONTROL.search(form):
            yield f"a control character: {form!r}"


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _translations(catalogue: Catalog) -> dict[tuple[str | None, str], object]:
    return {
        (each.context, _id(each)): each.string if isinstance(each.string, str) else (*each.string,)
        for each in catalogue
        if each.id and each.string and all(each.string)
    }
