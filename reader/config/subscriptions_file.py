"""Change the subscriptions in the config file.

Comments, order and everything else in the file are kept; it is replaced as a whole or not at all.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reader.config.settings import Settings
from reader.config.toml_file import read_document, write_document
from reader.errors import CryptoreadError
from reader.i18n import _, grouped, ngettext, quoted
from reader.safety.known_secrets import know_address
from reader.subscriptions import (
    DEFAULTS,
    MAX_SUBSCRIPTIONS,
    NoSubscription,
    Subscription,
    kind_of,
    meant,
    problem,
)
from reader.text import clean_line

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

TABLE = "subscriptions"


class BadSubscription(CryptoreadError):
    """The subscription is invalid."""


class NameTaken(CryptoreadError):
    """The name is in use."""

    def __init__(self, name: str) -> None:
        text = _("subscription {name} already exists; choose another --name")
        super().__init__(text.format(name=quoted(name)))


class Followed(CryptoreadError):
    """The address is followed already."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(
            _("{url} is already followed, as {name}").format(url=url, name=quoted(name))
        )


class TooMany(CryptoreadError):
    """The limit of subscriptions is reached."""

    def __init__(self) -> None:
        text = _("there can be {most} subscriptions at most; unsubscribe from some first")
        super().__init__(text.format(most=grouped(MAX_SUBSCRIPTIONS)))


def subscribe(path: Path, new: Iterable[Subscription]) -> None:
    """Add subscriptions to the config file, all of them or none; create it if necessary.

    Raises BadSubscription, NameTaken, Followed, TooMany, ConfigError.
    """
    document = read_document(path)
    table = _table(document)
    names = {clean_line(name).casefold() for name in table}
    by_url = {_url(value): str(name) for name, value in table.items()}
    for each in new:
        know_address(each.url)
        if trouble := problem(each):
            raise BadSubscription(trouble)
        if each.name.casefold() in names:
            raise NameTaken(each.name)
        if each.url in by_url:
            raise Followed(each.url, by_url[each.url])
        table[each.name] = _value(each)
        names.add(each.name.casefold())
        by_url[each.url] = each.name
    if len(names) > MAX_SUBSCRIPTIONS:
        raise TooMany
    write_document(path, document)


def subscribed(path: Path, settings: Settings) -> tuple[tuple[Subscription, ...], str]:
    """Return the subscriptions of the settings and an empty notice, or the default ones.

    If the settings have no subscriptions, the default ones are written into the config file, and
    the notice says so. Raises ConfigError.
    """
    if settings.subscriptions is not None:
        return settings.subscriptions, ""
    subscribe(path, DEFAULTS)
    notice = ngettext(
        "no subscriptions yet: {number} source of news was written into {path}; "
        "`cryptoread subscriptions` lists it",
        "no subscriptions yet: {number} sources of news were written into {path}; "
        "`cryptoread subscriptions` lists them",
        len(DEFAULTS),
    )
    return DEFAULTS, notice.format(number=len(DEFAULTS), path=path)


def unsubscribe(path: Path, name: str) -> Subscription:
    """Remove a subscription by its name, ignoring case, or by its address; return it.

    Raises NoSubscription, ConfigError.
    """
    document = read_document(path)
    table = _table(document)
    for known in list(table):
        url = _url(table[known])
        is_named = clean_line(known).casefold() == clean_line(name).casefold()
        if is_named or url == meant(name):
            table.remove(known)
            write_document(path, document)
            return Subscription(clean_line(known), url, kind_of(url))
    raise NoSubscription(name, table)


def _url(value: Any) -> str:
    """Return the address of an entry, which may be of any type until the settings are read."""
    if isinstance(value, dict):
        return meant(str(value.get("url", "")), value.get("kind"))
    return meant(str(value))


def _value(subscription: Subscription) -> Any:
    import tomlkit

    if subscription.kind is kind_of(subscription.url):
        return subscription.url
    value = tomlkit.inline_table()
    value.update({"url": subscription.url, "kind": subscription.kind.value})
    return value


def _table(document: "TOMLDocument") -> Any:
    import tomlkit

    if TABLE not in document:
        document[TABLE] = tomlkit.table()
    return document[TABLE]
