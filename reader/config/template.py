"""The file of settings that `cryptoread config --init` writes: all settings, as comments.

A new setting is a block here as well.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from reader.config.paths import ConfigError
from reader.config.settings import Settings
from reader.safety.own_files import PRIVATE_FILE, create, make_folder

_HEAD = """\
# Settings of cryptoread. Each setting stands here with its present value, the default one, or with
# an example. Take the `# ` before a setting away to change it, and that before a [table], too.
# `cryptoread config --check` says what is wrong.
"""

_BLOCKS = {
    "language": """\
# The language on which the reader starts; without it, that of the system.
# language = "uk"
""",
    "ui_language": """\
# The language of the program itself: "en" or "uk"; without it, that of the system.
# ui_language = "uk"
""",
    "theme": """\
# Colours; ctrl+p offers all themes, and keeps the one that is chosen there.
# theme = "textual-dark"
""",
    "glyphs": """\
# Signs of the screen: "unicode", or "ascii" where the font lacks them.
# glyphs = "unicode"
""",
    "sidebar_width": """\
# Columns of the list; without it, what the width of the terminal leaves.
# sidebar_width = 50
""",
    "column_width": """\
# Columns of text in an article, at most.
# column_width = 88
""",
    "read_when": """\
# When an article counts as read: when it is "opened", has been open for 5 seconds ("dwell"), when
# its "end" was in view, or by "hand" alone.
# read_when = "opened"
""",
    "tags": """\
# Which tags get the digits: those "splitting" what is shown, or the most "frequent".
# tags = "splitting"
""",
    "sync_every": """\
# Minutes between the syncs of an open screen; without it, none are started.
# sync_every = 30
""",
    "estimate_sentiment": """\
# Whether to estimate the sentiment of news that its publisher has not labelled.
# estimate_sentiment = true
""",
    "coindesk_key": """\
# Key for the Data API of CoinDesk.
# coindesk_key = "…"
""",
    "keys": """\
# Keys: one or several with commas between; keys that follow each other with a space between.
# A Ukrainian keyboard needs no keys of its own.
[keys]
""",
    "subscriptions": """\
# Live sources; `cryptoread subscribe` adds one.
# [subscriptions]
# Decrypt = "https://decrypt.co/feed"
""",
    "categories": """\
# Words of titles that put news into a category; they come before the built-in ones.
# [categories]
# MINING = ["hashrate", "miner"]
""",
    "views": """\
# Saved views: `@morning` stands for the query, in the search line and in every command.
# [views]
# morning = "after:12h is:unread"
""",
    "alerts": """\
# What a sync tells of.
# [alerts.breaking]
# query = "hack"
# sources = 2
""",
    "commands": """\
# Programs of your own for the article under the cursor, by a key and in the palette. {url}, {title}
# and {markdown_file} are arguments of their own; terminal = true if the program needs the terminal.
# [commands]
# share = ["notify-send", "--", "{title}"]
# edit = { command = ["nano", "{markdown_file}"], key = "ctrl+e", terminal = true }
""",
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
    blocks = {name: text for name, text in _BLOCKS.items() if name in known}
    if "keys" in blocks:
        blocks["keys"] += "".join(_lines(bound))
    return "\n".join((_HEAD, *blocks.values()))


def _lines(bound: Iterable[Bound]) -> Iterator[str]:
    """Yield a line for each binding, with a blank one before each part of the screen."""
    for _, some in groupby(bound, key=lambda each: each.id.partition(".")[0]):
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
        raise ConfigError(path, "exists already; nothing was written") from None
    except OSError as error:
        raise ConfigError(path, f"cannot be written ({error.strerror})") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(template(bound))
