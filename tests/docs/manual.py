"""The manual page `cryptoread.1`, in the language of troff, from the commands that click runs."""

from collections.abc import Iterable, Iterator

from reader import __version__
from reader.ui.modals.help import QUERY_LANGUAGE
from tests.docs.commands import PROGRAM, Described, described

_ENVIRONMENT = (
    ("CRYPTOREAD_DATA", "The folder of articles and marks; --data comes before it."),
    ("CRYPTOREAD_CONFIG", "The file of the settings; --config comes before it."),
    ("CRYPTOREAD_LOGS", "The folder of the log."),
    ("CRYPTOREAD_DEBUG", "Any text but 0: write more to the log, as --debug does."),
    ("CRYPTOREAD_COINDESK_KEY", "The key of CoinDesk's Data API; comes before coindesk_key."),
    ("LC_ALL, LC_MESSAGES, LANG", "The language to start in, unless the settings name one."),
    ("BROWSER", "The browser for links and pictures."),
    ("NO_COLOR", "Any text: no colours."),
)
_FILES = (
    ("cache.db", "In the data folder: articles, full text, sources. It can be made again."),
    ("marks.db", "In the data folder: what is read, favourites, undo, positions in articles."),
    ("config.toml", "In the platform's folder for settings: the settings and subscriptions."),
)
_EXIT = (
    ("0", "Done."),
    ("1", "Done, but some input was refused, some sources failed, or something is left to repair."),
    ("2", "Wrong usage, or no terminal to open a screen on."),
    ("3", "Failed."),
    ("10", "An alert has found something (check)."),
    ("130", "Interrupted; what was reported is kept."),
)


def manual() -> str:
    """Return the whole page."""
    program, *commands = described()
    return "\n".join([*_head(program), *_commands(commands), *_tail()]) + "\n"


def _head(program: Described) -> Iterator[str]:
    yield f'.TH {PROGRAM.upper()} 1 "" "{PROGRAM} {__version__}" "User Commands"'
    yield ".SH NAME"
    yield f"{PROGRAM} \\- {_escaped('read an archive of crypto news in a terminal')}"
    yield ".SH SYNOPSIS"
    yield from (".nf", _escaped(program.usage), ".fi")
    yield ".SH DESCRIPTION"
    yield from _text(program)
    yield from (".SH OPTIONS", *_options(program))
    yield from (".SH QUERIES", "An article has to meet every term of a query.")
    yield from _tagged(QUERY_LANGUAGE.rows)


def _commands(commands: list[Described]) -> Iterator[str]:
    yield ".SH COMMANDS"
    for each in commands:
        yield f".SS {_escaped(each.usage)}"
        yield from _text(each)
        yield from _options(each)


def _tail() -> Iterator[str]:
    for title, rows in (
        ("ENVIRONMENT", _ENVIRONMENT),
        ("FILES", _FILES),
        ("EXIT STATUS", _EXIT),
    ):
        yield f".SH {title}"
        yield from _tagged(rows)


def _text(command: Described) -> Iterator[str]:
    for text, is_kept in command.blocks:
        yield ".PP"
        if is_kept:
            yield from (".nf", *map(_line, text.splitlines()), ".fi")
        else:
            yield _line(text)


def _options(command: Described) -> Iterator[str]:
    return _tagged(command.options)


def _tagged(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield from (".TP", f"\\fB{_escaped(name)}\\fR", _line(text))


def _line(text: str) -> str:
    """A line that begins with a dot or an apostrophe would be a request."""
    escaped = _escaped(text)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
