"""Import and export subscriptions as OPML, the format in which feed readers exchange them."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reader.cli.context import REFUSED, say
from reader.cli.followed import shown
from reader.errors import CryptoreadError
from reader.i18n import _, ngettext
from reader.reasons import reason_of

if TYPE_CHECKING:
    from reader.errors import Refusal
    from reader.subscriptions import Subscription


class FileExists(CryptoreadError):
    """An export would replace a file."""

    def __init__(self, path: Path) -> None:
        text = _("{path} already exists; choose another name, or - for standard output")
        super().__init__(text.format(path=path))


def import_opml(path: Path, known: "Sequence[Subscription]", source: Path) -> None:
    """Follow the sources that an OPML file names and that are not followed yet.

    path: the config file. source: `-` for standard input. Prints what is refused, then the counts;
    exits with 1 if anything was refused. Raises CryptoreadError.
    """
    from reader.config.subscriptions_file import subscribe as write
    from reader.errors import SourceError
    from reader.formats.opml import NotOpml, read_opml
    from reader.safety.known_secrets import know_address
    from reader.subscriptions import name_for, problem

    unread: list[Refusal] = []
    try:
        found = read_opml(_bytes_of(source), unread.append)
    except (NotOpml, SourceError) as error:
        name = _("standard input") if str(source) == "-" else source
        # i18n: a file and what is wrong with it: "feeds.opml is not OPML"
        text = _("{file} {problem}")
        raise CryptoreadError(text.format(file=name, problem=error)) from error
    names = {each.name.casefold() for each in known}
    urls = {each.url for each in known}
    new, refused = [], len(unread)
    for refusal in unread:
        say(str(refusal))
    for each in found:
        know_address(each.url)
        if each.url in urls:
            continue
        if trouble := _without_secret(each) or problem(each):
            say(f"{each.name}: {trouble}")
            refused += 1
            continue
        if each.name.casefold() in names:
            each = each._replace(name=name_for(each.url, names))
        names.add(each.name.casefold())
        new.append(each)
    if new:
        write(path, new)
    read = len(found) + len(unread)
    text = (
        _("{read} read: {new} new, {known} known, {refused} refused")
        if refused
        else _("{read} read: {new} new, {known} known")
    )
    known_ones = read - len(new) - refused
    say(text.format(read=read, new=len(new), known=known_ones, refused=refused))
    if refused:
        sys.exit(REFUSED)


def _without_secret(each: "Subscription") -> str:
    """Return the reason to refuse an address without its secret, else an empty string."""
    from reader.safety.redaction import is_redacted

    if not is_redacted(each.url):
        return ""
    return _("its address was exported without its secret; export it again with --secrets")


def _bytes_of(source: Path) -> bytes:
    from reader.errors import SourceError
    from reader.formats.opml import MAX_BYTES
    from reader.sources import read_whole

    if str(source) == "-":
        try:
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        except OSError as error:
            problem = _("cannot be read: it is closed, or not open for reading")
            raise SourceError(problem) from error
    return read_whole(source, MAX_BYTES)


def export_opml(followed: "Sequence[Subscription]", to: Path, *, with_secrets: bool) -> None:
    """Write subscriptions as OPML to a new file, or to standard output for `-`.

    Secrets in addresses are written as REDACTED unless with_secrets. Raises FileExists,
    CryptoreadError.
    """
    from reader.archive.exporting import READABLE
    from reader.formats.opml import write_opml
    from reader.safety.own_files import create

    written = [shown(each, with_secrets) for each in followed]
    text = write_opml(written)
    hidden = sum(one.url != other.url for one, other in zip(followed, written, strict=True))
    if hidden:
        warning = ngettext(
            "{number} address holds a secret, exported as REDACTED; "
            "--secrets writes addresses whole",
            "{number} addresses hold a secret, exported as REDACTED; "
            "--secrets writes addresses whole",
            hidden,
        )
        say(warning.format(number=hidden))
    if str(to) == "-":
        print(text, end="")
        return
    try:
        with os.fdopen(create(to.expanduser(), READABLE), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise FileExists(to) from error
    except OSError as error:
        text = _("{path} cannot be written ({reason})")
        raise CryptoreadError(text.format(path=to, reason=reason_of(error))) from error
    local = sum(each.is_local for each in followed)
    number = len(followed) - local
    done = ngettext(
        "{number} subscription written to {path}",
        "{number} subscriptions written to {path}",
        number,
    ).format(number=number, path=to)
    if local:
        left_out = ngettext(
            "{number} folder or file left out", "{number} folders and files left out", local
        ).format(number=local)
        done = f"{done}; {left_out}"
    say(done)
