"""The language of the interface: texts of the program, in English or from a catalogue.

A text is written in English as `_("{number} failed").format(number=3)`; `python -m tests.locales`
collects them. Imports almost nothing: an English start loads no catalogue, and gettext neither.

The language is chosen once, before modules with texts are imported, so that they may have
translated texts in tables. `CRYPTOREAD_LANGUAGE` tells it to processes that are started.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from gettext import NullTranslations

ENGLISH = "en"
VARIABLE = "CRYPTOREAD_LANGUAGE"
"""Environment variable that takes precedence over the setting and the locale."""

# Without pathlib: the kept picture is shown before it is loaded.
FOLDER = os.path.join(os.path.dirname(__file__), "locales")
DOMAIN = "cryptoread"

_spoken = ENGLISH
_catalogue: "NullTranslations | None" = None
"""None: English."""

_thousands, _decimals = ",", "."


def _(text: str) -> str:
    """Return the text in the language of the interface, itself if it has no translation."""
    return text if _catalogue is None else _catalogue.gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a text that goes with a number: `1 article`, `2 articles`."""
    if _catalogue is None:
        return one if number == 1 else many
    return _catalogue.ngettext(one, many, number)


def pgettext(context: str, text: str) -> str:
    """Return the text as it is said in this context, where one English word has two meanings."""
    return text if _catalogue is None else _catalogue.pgettext(context, text)


def grouped(number: float, places: int = 0) -> str:
    """Return a number as people read it, in groups of three digits: `5,438`, `1,234.5`.

    places: decimals.
    """
    text = f"{number:,.{places}f}" if places else f"{number:,}"
    return text if _catalogue is None else _as_spoken(text)


def decimal(number: float, places: int) -> str:
    """Return a number with decimals as people read it, without groups: `1.5`."""
    text = f"{number:.{places}f}"
    return text if _catalogue is None else _as_spoken(text)


def quoted(text: str) -> str:
    """Return a text in quotes, what cannot be printed escaped: `'morning'`."""
    plain = repr(text)
    # i18n: a name in quotes
    return plain if _catalogue is None else pgettext("quotes", "'{text}'").format(text=plain[1:-1])


def _as_spoken(number: str) -> str:
    """Return a number in English as the language of the interface writes it."""
    whole, point, rest = number.partition(".")
    return whole.replace(",", _thousands) + (_decimals + rest if point else "")


def english(text: str) -> str:
    """Return the text as it is: one that is stored in English, and translated when it is shown."""
    return text


def languages() -> list[str]:
    """Return the codes of all languages of the interface, sorted."""
    return sorted((ENGLISH, *(each.name for each in os.scandir(FOLDER) if each.is_dir())))


def spoken() -> str:
    """Return the code of the language of the interface."""
    return _spoken


def speak(language: str) -> None:
    """Use a language of the interface from now on, here and in processes that are started.

    One without a catalogue is English.
    """
    global _spoken, _catalogue, _thousands, _decimals
    _spoken, _catalogue = ENGLISH, None
    if language != ENGLISH:
        from gettext import GNUTranslations

        path = os.path.join(FOLDER, language, "LC_MESSAGES", f"{DOMAIN}.mo")
        try:
            with open(path, "rb") as file:
                _catalogue = GNUTranslations(file)
        except OSError:
            language = ENGLISH
        _spoken = language
    # i18n: between groups of three digits, as in 5,438: one character, a no-break space at best
    _thousands = pgettext("thousands", ",")
    # i18n: before decimals, as in 1.5
    _decimals = pgettext("decimals", ".")
    os.environ[VARIABLE] = _spoken


def language_of(environ: "Mapping[str, str]", setting: str | None = None) -> str:
    """Return the language that variables and the setting `ui_language` choose, as gettext does.

    It may have no catalogue.
    """
    if chosen := environ.get(VARIABLE) or setting:
        return _code(chosen)
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next(filter(None, map(environ.get, names)), "C")
    if _code(locale) in ("c", "posix"):
        return ENGLISH
    return _code((environ.get("LANGUAGE") or locale).split(":")[0])


def _code(locale: str) -> str:
    """Return `uk` for `uk_UA.UTF-8`."""
    code = locale.partition(".")[0].partition("@")[0].replace("-", "_").partition("_")[0].lower()
    return code if code.isalpha() else ENGLISH


if os.environ.get(VARIABLE):  # a user's, or that of the program which started this process
    speak(language_of(os.environ))
