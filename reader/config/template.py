"""The file of settings that `cryptoread config --init` writes: all settings, as comments.

A new setting is a block here as well.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from reader.config.paths import ConfigError, not_writable
from reader.config.settings import Settings
from reader.i18n import _
from reader.safety.own_files import PRIVATE_FILE, create, make_folder

_WIDTH = 100

_BLANK = "\0"
"""A blank at which no line ends."""


class _Block(NamedTuple):
    """A setting: what it is, in the language of the interface, and an example."""

    text: str
    example: str


_HEAD = _(
    "Settings of cryptoread. Each setting stands here with its present value, the default one, or "
    "with an example. Take the `# ` before a setting away to change it, and that before a "
    "[table], too. `cryptoread config --check` says what is wrong."
)
"""What the file begins with."""

_BLOCKS = {
    "language": _Block(
        _("The language on which the reader starts; without it, that of the system."),
        '# language = "uk"',
    ),
    "ui_language": _Block(
        _('The language of the program itself: "en" or "uk"; without it, that of the system.'),
        '# ui_language = "uk"',
    ),
    "theme": _Block(
        _("Colours; ctrl+p offers all themes, and keeps the one that is chosen there."),
        '# theme = "cryptoread-dark"',
    ),
    "glyphs": _Block(
        _('Signs of the screen: "unicode", or "ascii" where the font lacks them.'),
        '# glyphs = "unicode"',
    ),
    "sidebar_width": _Block(
        _("Columns of the list; without it, what the width of the terminal leaves."),
        "# sidebar_width = 50",
    ),
    "column_width": _Block(
        _("Columns of text in an article, at most."),
        "# column_width = 88",
    ),
    "read_when": _Block(
        _(
            'When an article counts as read: when it is "opened", has been open for 5 seconds '
            '("dwell"), when its "end" was in view, or by "hand" alone.'
        ),
        '# read_when = "opened"',
    ),
    "tags": _Block(
        _('Which tags get the digits: those "splitting" what is shown, or the most "frequent".'),
        '# tags = "splitting"',
    ),
    "sync_every": _Block(
        _("Minutes between the syncs of an open screen; without it, none are started."),
        "# sync_every = 30",
    ),
    "estimate_sentiment": _Block(
        _("Whether to estimate the sentiment of news that its publisher has not labelled."),
        "# estimate_sentiment = true",
    ),
    "coindesk_key": _Block(
        _("Key for the Data API of CoinDesk."),
        '# coindesk_key = "…"',
    ),
    "keys": _Block(
        _(
            "Keys: one or several with commas between; keys that follow each other with a space "
            "between. A Ukrainian keyboard needs no keys of its own."
        ),
        "[keys]",
    ),
    "subscriptions": _Block(
        _("Live sources; `cryptoread subscribe` adds one."),
        '# [subscriptions]\n# Decrypt = "https://decrypt.co/feed"',
    ),
    "categories": _Block(
        _("Words of titles that put news into a category; they come before the built-in ones."),
        '# [categories]\n# MINING = ["hashrate", "miner"]',
    ),
    "views": _Block(
        _("Saved views: `@morning` stands for the query, in the search line and in every command."),
        '# [views]\n# morning = "after:12h is:unread"',
    ),
    "alerts": _Block(
        _("What a sync tells of."),
        '# [alerts.breaking]\n# query = "hack"\n# sources = 2',
    ),
    "commands": _Block(
        _(
            "Programs of your own for the article under the cursor, by a key and in the palette. "
            "{url}, {title} and {markdown_file} are arguments of their own; terminal = true if "
            "the program needs the terminal."
        ),
        "# [commands]\n"
        '# share = ["notify-send", "--", "{title}"]\n'
        '# edit = { command = ["nano", "{markdown_file}"], key = "ctrl+e", terminal = true }',
    ),
}
"""A comment and an example for each setting, those of no table first."""


class Bound(NamedTuple):
    """A binding: its id, its keys as the settings have them, and what it does."""

    id: str
    keys: str
    does: str


def template(bound: Iterable[Bound]) -> str:
    """Return the text of the file."""
    known = {each.name for each in fields(Settings)}
    blocks = {name: _written(block) for name, block in _BLOCKS.items() if name in known}
    if "keys" in blocks:
        blocks["keys"] += "".join(_lines(bound))
    return "\n".join((_comment(_HEAD), *blocks.values()))


def _written(block: _Block) -> str:
    return f"{_comment(block.text)}{block.example}\n"


def _comment(text: str) -> str:
    """Return the text in lines that are comments; what is in backticks stays together."""
    joined = re.sub("`[^`]*`", lambda found: found[0].replace(" ", _BLANK), text)
    lines = wrap(joined, _WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines).replace(_BLANK, " ")


def _lines(bound: Iterable[Bound]) -> Iterator[str]:
    """Yield a line for each binding, with a blank one before each part of the screen."""
    for _part, some in groupby(bound, key=lambda each: each.id.partition(".")[0]):
        yield "\n"
        yield from (f"{_line(each):56}# {each.does}\n" for each in some)


def _line(bound: Bound) -> str:
    keys = bound.keys.replace("\\", "\\\\").replace('"', '\\"')
    return f'# "{bound.id}" = "{keys}"  '


def write_template(path: Path, bound: Iterable[Bound]) -> None:
    """Write a new file. Raises ConfigError, if there is one as well."""
    try:
        make_folder(path.parent)
        descriptor = create(path, PRIVATE_FILE)
    except FileExistsError:
        raise ConfigError(path, _("exists already; nothing was written")) from None
    except OSError as error:
        raise ConfigError(path, not_writable(error)) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(template(bound))
