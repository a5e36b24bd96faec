"""The live sources that the user follows, and the result of asking each of them.

Values and rules; imports only the standard library. `config.settings` reads the config file,
`config.subscriptions_file` writes it, `live.sync` asks the sources.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from reader.errors import CryptoreadError, Refusal
from reader.i18n import _, pgettext, quoted
from reader.text import clean_line

MAX_SUBSCRIPTIONS = 1_000
MAX_NAME = 80
MAX_URL = 2_000

COINDESK_HOST = "data-api.coindesk.com"
COINDESK_URL = f"https://{COINDESK_HOST}/news/v1/article/list"

_KEY_PARAMETERS = frozenset(("api_key", "apikey", "api-key", "x-api-key", "key"))
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_CONTROL_OR_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\u2000-\u200f\u2028-\u202f\u2066-\u2069]")


class SyncOptions(NamedTuple):
    """Settings of a sync. `environ` may have the key of CoinDesk's API."""

    estimate_sentiment: bool = True
    categories: Mapping[str, Sequence[str]] = {}
    coindesk_key: str | None = None
    environ: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return "SyncOptions()"  # keep the key out of logs


class Kind(StrEnum):
    """The kind of data at an address."""

    FEED = "feed"
    COINDESK = "coindesk"
    NEWS_JSON = "news-json"
    FOLDER = "folder"


class Subscription(NamedTuple):
    """One source. `url` is a path for a folder, and may be one for news-json."""

    name: str
    url: str
    kind: Kind = Kind.FEED

    @property
    def is_local(self) -> bool:
        """Return whether the source is a file or folder."""
        return self.kind is Kind.FOLDER or not is_web(self.url)

    def advice(self, status: "Status") -> str:
        """Return what the user can do about it; empty if nothing."""
        if status is Status.NOT_FOUND and self.is_local:
            return _("put it back where it was, or unsubscribe it")
        if status is Status.UNAUTHORIZED and self.kind is not Kind.COINDESK:
            return _("it requires a log-in, which is not supported; try another feed of its site")
        return _ADVICE.get(status, "")


DEFAULTS = (
    Subscription("CoinDesk", "https://www.coindesk.com/arc/outboundfeeds/rss/"),
    Subscription("Cointelegraph", "https://cointelegraph.com/rss"),
    Subscription("Decrypt", "https://decrypt.co/feed"),
    Subscription("NewsBTC", "https://www.newsbtc.com/feed/"),
    Subscription("The Block", "https://www.theblock.co/rss.xml"),
    Subscription("Blockworks", "https://blockworks.co/feed"),
    Subscription("The Defiant", "https://thedefiant.io/feed"),
    Subscription("Bitcoin Magazine", "https://bitcoinmagazine.com/feed"),
    Subscription("Bloomberg Crypto", "https://feeds.bloomberg.com/crypto/news.rss"),
    Subscription("FT", "https://www.ft.com/cryptofinance?format=rss"),
)
"""Subscriptions of the first sync, if the user has none."""


class Status(StrEnum):
    """Result of asking a source. All but the first four are problems."""

    OK = "ok"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    LEFT = "left"
    NOT_FOUND = "not-found"
    GONE = "gone"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    REJECTED = "rejected"
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    NOT_A_FEED = "not-a-feed"
    WEB_PAGE = "web-page"
    TRUNCATED = "truncated"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    REDIRECT_LOOP = "redirect-loop"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    INSIDE = "inside"
    OVER_QUOTA = "over-quota"
    NO_KEY = "no-key"
    PAUSED = "paused"
    BROKEN = "broken"

    @property
    def is_problem(self) -> bool:
        """Return whether the source failed."""
        return self not in (Status.OK, Status.UNCHANGED, Status.MOVED, Status.LEFT)


_LATER = _("it is tried again at the next sync")
_ADVICE = {
    Status.MOVED: _("the new address is used from now on; update it in the config file"),
    Status.NOT_FOUND: _(
        "look for the feed's new address on its site, subscribe to that and unsubscribe this one"
    ),
    Status.GONE: _(
        "it has ended permanently: look for the feed's new address on its site, "
        "subscribe to that and unsubscribe this one"
    ),
    Status.UNAUTHORIZED: _(
        "check the key: `coindesk_key` in the config, or CRYPTOREAD_COINDESK_KEY"
    ),
    Status.FORBIDDEN: _("the site refuses programs like this one; try another feed of it"),
    Status.REJECTED: _("check the address in the config file"),
    Status.RATE_LIMITED: _("wait; it is asked again when the site allows it"),
    Status.SERVER_ERROR: _("the site has a problem; it is tried again at the next sync"),
    Status.NOT_A_FEED: _(
        "open the address in a browser: it may require a log-in, or another --kind"
    ),
    Status.WEB_PAGE: _("subscribe to the feed that it names, and unsubscribe this one"),
    Status.TRUNCATED: _LATER,
    Status.TOO_LARGE: _("it sends more than any feed needs; unsubscribe it if that persists"),
    Status.TOO_SLOW: _LATER,
    Status.REDIRECT_LOOP: _("check the address in the config file"),
    Status.UNREACHABLE: _("check the network and the address; it is tried again at the next sync"),
    Status.CERTIFICATE: _("its certificate is not trusted; check this machine's clock, or wait"),
    Status.INSIDE: _("if that is what you want, subscribe to the address that it leads to"),
    Status.OVER_QUOTA: _("wait until the quota is renewed, or sync less often"),
    Status.NO_KEY: _("set `coindesk_key` in the config, or CRYPTOREAD_COINDESK_KEY"),
    Status.PAUSED: _("it failed several times and rests; name it to try it now"),
    Status.BROKEN: _("please report it, with the address"),
}


class SourceResult(NamedTuple):
    """Result of one source. `error` says what was wrong, or to whom it was left; else empty."""

    name: str
    status: Status
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    refusals: tuple[Refusal, ...] = ()
    error: str = ""
    advice: str = ""
    is_local: bool = False
    """Whether the source is a file or folder."""
    is_unreachable: bool = False
    """Whether its server cannot be reached, or could not when it was paused."""

    @property
    def refused(self) -> int:
        """Return how many articles were refused."""
        return len(self.refusals)

    def __str__(self) -> str:
        if self.status.is_problem:
            return "; ".join(filter(None, (f"{self.name}: {self.error}", self.advice)))
        if self.status is Status.LEFT:
            return f"{self.name}: {self.error}"
        if self.status is Status.UNCHANGED:
            return _("{name}: nothing new").format(name=self.name)
        if self.refused:
            counts = _(
                "{name}: {new} new, {updated} updated, {unchanged} unchanged, {refused} refused"
            )
        else:
            counts = _("{name}: {new} new, {updated} updated, {unchanged} unchanged")
        counts = counts.format(
            name=self.name,
            new=self.new,
            updated=self.updated,
            unchanged=self.unchanged,
            refused=self.refused,
        )
        return f"{counts}; {self.advice}" if self.status is Status.MOVED else counts


def unreachable(results: "Iterable[SourceResult]") -> int:
    """Return how many servers cannot be reached if that is all of several; else 0.

    Then the network is missing: one sentence tells it.
    """
    asked = [each for each in results if not each.is_local]
    return len(asked) if len(asked) > 1 and all(each.is_unreachable for each in asked) else 0


def no_network(servers: int) -> str:
    """Return the sentence for so many servers that cannot be reached."""
    return _("no network: none of the {number} sources can be reached").format(number=servers)


class NoSubscription(CryptoreadError):
    """A subscription was named that does not exist."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = ", ".join(known) or pgettext("no subscriptions", "none")
        super().__init__(
            _("no subscription {name}; subscriptions: {names}").format(
                name=quoted(name), names=names
            )
        )


def is_web(url: str) -> bool:
    """Return whether it is an http or https address."""
    return url.lower().startswith(("http://", "https://"))


def meant(url: str, kind: object = None) -> str:
    """Return the address that is meant by one in another form, such as `feed://…`.

    kind: if given, tells a path from an address without a scheme.
    """
    if is_web(url) and not _CONTROL_OR_SPACE.search(url):
        return url
    if kind == Kind.FOLDER or (kind == Kind.NEWS_JSON and "://" not in url):
        return url
    from reader.web.addresses import web_address

    return web_address(url)


def problem(subscription: Subscription) -> str | None:
    """Return what is wrong with a subscription, as a sentence; None if it is valid."""
    name, url, kind = subscription
    if not name or len(name) > MAX_NAME or _CONTROL_OR_SPACE.sub("", name) == "":
        return _("a subscription needs a name of at most {number} characters").format(
            number=MAX_NAME
        )
    if kind is Kind.FOLDER or (kind is Kind.NEWS_JSON and "://" not in url):
        if Path(url).expanduser().is_absolute():
            return None
        return _("{url!r} is not an absolute path").format(url=url)
    return _url_problem(url, kind)


def _url_problem(url: str, kind: Kind) -> str | None:
    if len(url) > MAX_URL or not is_web(url) or _CONTROL_OR_SPACE.search(url):
        return _("{url!r} is not an address that begins with http:// or https://").format(
            url=url[:MAX_NAME]
        )
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return _("{url!r} is not an address").format(url=url[:MAX_NAME])
    if not parts.hostname or parts.username is not None:
        return _("an address needs a host, and may hold no user name or password")
    if kind is not Kind.COINDESK:
        return None
    if _holds_key(parts):
        return _("do not put a key into an address: set `coindesk_key` in the config")
    if parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
        return _("a key is sent over https:// only")
    return None


def _holds_key(parts: SplitResult) -> bool:
    return any(name.lower() in _KEY_PARAMETERS for name, _rest in parse_qsl(parts.query))


def kind_of(url: str) -> Kind:
    """Return the kind that the address suggests."""
    if "://" in url:
        return Kind.COINDESK if _host(url) == COINDESK_HOST else Kind.FEED
    return Kind.NEWS_JSON if url.lower().endswith(".json") else Kind.FOLDER


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def name_for(url: str, taken: Iterable[str] = ()) -> str:
    """Return a name for a source: its host or folder, numbered if that name is taken."""
    host = _host(url) if is_web(url) else Path(url).name
    name = clean_line(host.removeprefix("www.").removeprefix("feeds."))[:MAX_NAME] or "news"
    names = {each.casefold() for each in taken}
    number = 2
    made = name
    while made.casefold() in names:
        made, number = f"{name[: MAX_NAME - 5]} {number}", number + 1
    return made


def chosen(subscriptions: Iterable[Subscription], names: Iterable[str]) -> tuple[Subscription, ...]:
    """Return the named subscriptions, ignoring case; all if no names. Raises NoSubscription."""
    every = tuple(subscriptions)
    by_name = {each.name.casefold(): each for each in every}
    found: dict[str, Subscription] = {}
    for name in names:
        if name.casefold() not in by_name:
            raise NoSubscription(name, (each.name for each in every))
        found[name.casefold()] = by_name[name.casefold()]
    return tuple(found.values()) or every


def from_table(table: Mapping[str, object]) -> tuple[Subscription, ...]:
    """Return the subscriptions of the table `[subscriptions]`: name to URL, or to {url, kind}.

    Raises ValueError, with a sentence.
    """
    if len(table) > MAX_SUBSCRIPTIONS:
        raise ValueError(_("more than {number} subscriptions").format(number=MAX_SUBSCRIPTIONS))
    made = tuple(_from_value(name, value) for name, value in table.items())
    names: set[str] = set()
    for each in made:
        if each.name in names:  # they differ in invisible characters
            reason = _("two names in [subscriptions] read {name!r}; change one of them")
            raise ValueError(reason.format(name=each.name))
        names.add(each.name)
    return made


def _from_value(name: str, value: object) -> Subscription:
    name = clean_line(name)
    if isinstance(value, str):
        value = {"url": value}
    if not isinstance(value, Mapping) or not isinstance(value.get("url"), str):
        reason = _(
            '{name!r} in [subscriptions] must be "https://…" or '
            '{{ url = "https://…", kind = "feed" }}'
        )
        raise ValueError(reason.format(name=name))
    if unknown := set(value) - {"url", "kind"}:
        reason = _("unknown key {key!r} in {name!r} in [subscriptions]; valid keys: url, kind")
        raise ValueError(reason.format(key=sorted(unknown)[0], name=name))
    url = meant(value["url"], value.get("kind"))
    kind = value.get("kind", kind_of(url).value)
    if kind not in list(Kind):
        reason = _("unknown kind {kind!r} in {name!r} in [subscriptions]; valid kinds: {kinds}")
        raise ValueError(reason.format(kind=kind, name=name, kinds=", ".join(Kind)))
    made = Subscription(name, url, Kind(kind))
    if trouble := problem(made):
        reason = _("{name!r} in [subscriptions]: {trouble}")
        raise ValueError(reason.format(name=name, trouble=trouble))
    return made
