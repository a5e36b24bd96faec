"""Redaction of secrets in messages, logs and articles: they are shown and stored as `REDACTED`.

Keys, passwords and the tokens in addresses of subscriptions are registered as they are read; from
then on `redacted` finds them in any text, however a server wrote them. Standard library alone.

A secret in an address is

- a user name and a password before the host;
- the value of a parameter with a telling name: `token`, `key`, `apikey`, `auth`, `sig`, …;
- the value of another parameter, unless that is an id, or a part of the path, if it looks
  random: a UUID, or 16 letters and digits without order. Only in addresses of subscriptions.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from reader.programs import KEY_VARIABLE
from reader.safety.known_secrets import ADDRESSES, KEYS
from reader.safety.spellings import REDACTED, Finder, Secret
from reader.web.inside import address_of, host_of

MAX_KNOWN = 5_000
"""Maximum number of registered tokens of addresses."""
MAX_SECRET = 2_000
"""Maximum characters of one secret."""

SHORTEST_KEY, SHORTEST_TOKEN = 4, 6
"""Minimum characters of a secret; shorter ones would be replaced in unrelated text."""

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")

T = TypeVar("T")

_SURE = re.compile(
    r"(?:(?:api|auth|access|private|secret|user|feed|rss|client|security|session)(?:key|token)"
    r"|secret|password|passwd|passphrase|pwd|signature|credentials?|jwt|sessionid|authorization)$"
)
"""The end of a parameter's name, without dashes, that always means a secret."""

_UNSURE = re.compile(r"token|key|k|auth|sig|pass|session|sess|sid|hash|code|bearer|psk|pin")
"""The last word of a name that may mean a secret: in crypto news a token is a coin."""

_WORDS = re.compile(r"[-_.\[\]]+|(?<=[a-z])(?=[A-Z])")
_SAYS_SO = re.compile(r"secret|token|passw|apikey|private", re.IGNORECASE)
_CONTRACT = re.compile(r"0x[0-9a-fA-F]{40}")
_RUN = re.compile(r"[A-Za-z0-9]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_TURN = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])")
_UP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONG = 16
"""Minimum length of a run of letters and digits that can look random."""

_USERINFO = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*:)?//)([^/?#\\]*)@")
_PAIR = re.compile(r"([?&;#])([^=&;#?/]{1,100})=([^&;#]*)")
_SEGMENT = re.compile(r"(?<=[/:])[^/?#;=&:]{16,}")
_ENDING = re.compile(r"(?:\.[A-Za-z][A-Za-z0-9]{1,4}){1,2}$")
_ADDRESS = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s<>\"'`]+")
_ENDS = ".,:;!?)]}"
"""Characters that end a sentence rather than an address."""


class Redaction:
    """Replaces certain secrets in any text.

    keys: secrets that no link needs. tokens: secrets of addresses. host: links to its site keep
    their tokens.
    """

    def __init__(
        self, keys: Iterable[str] = (), tokens: Iterable[Secret] = (), host: str = ""
    ) -> None:
        self._host = host
        self._keys = Finder(Secret(key) for key in keys if len(key) >= SHORTEST_KEY)
        self._tokens = Finder(tokens)

    def __bool__(self) -> bool:
        """Return whether there are any secrets to search for."""
        return bool(self._keys or self._tokens)

    def __call__(self, text: str) -> str:
        """Return the text with its secrets replaced."""
        return self._tokens.replaced(self._keys.replaced(text))

    def of_article(self, value: T) -> T:
        """Return a value with secrets replaced in all of its texts: in tuples, lists, tables.

        Links to the site of their own feed keep its token: they do not open without it.
        """
        made: T = _mapped(value, self._of_text)
        return made

    def _of_text(self, text: str) -> str:
        text = self._keys.replaced(text)
        if not self._tokens.may_be_in(text):
            return text
        made, at = [], 0
        for address in _ADDRESS.finditer(text):
            if _is_of_site(host_of(address[0]), self._host):
                made += [self._tokens.replaced(text[at : address.start()]), address[0]]
                at = address.end()
        return "".join([*made, self._tokens.replaced(text[at:])])


def redacted(text: str) -> str:
    """Return the text without registered secrets and without secrets of addresses in it."""
    text = _known.redaction()(text)
    if "://" not in text:
        return text
    return _ADDRESS.sub(lambda found: _without_in_text(found[0]), text)


def redacted_address(url: str) -> str:
    """Return the address of a subscription as it may be shown, without its secrets."""
    return _known.redaction()(_without(url, is_ours=True))


def for_articles_of(url: str) -> Redaction:
    """Return the redaction for articles of a subscription before they are stored."""
    return Redaction(_keys(), tokens(url), host_of(url))


def holds_secret(url: str) -> bool:
    """Return whether an address of a subscription has a secret."""
    return _without(url, is_ours=True) != url


def is_redacted(url: str) -> bool:
    """Return whether a secret was removed from the address, so that it leads nowhere."""
    return re.search(rf"[=/:]{REDACTED}\b", url) is not None


def passwords(url: str) -> list[str]:
    """Return the secrets before the host: the password, and the forms in which it is sent."""
    found = _USERINFO.match(url)
    if found is None:
        return []
    from base64 import b64encode

    user, _, password = map(_unquoted, found[2].partition(":"))
    sent = b64encode(f"{user}:{password}".encode(errors="replace")).decode()
    kept = [password] if password else [user] if _may_stand_alone(user) else []
    return [*kept, sent, sent.rstrip("=")]


def tokens(url: str) -> list[Secret]:
    """Return the secrets of an address of a subscription, except `passwords`."""
    found = []
    for _, name, value in _PAIR.findall(url[:MAX_SECRET]):
        said = _unquoted(value)
        if not said or not _is_secret(name, said, is_ours=True):
            continue
        if _holds_pairs(said):
            found += tokens(said)
        elif _may_stand_alone(said) or (_is_sure(name) and len(said) >= SHORTEST_TOKEN):
            found.append(Secret(said))
        else:
            found.append(Secret(said, f"{name}="))
    found += [Secret(_unquoted(part)) for part in _random_parts(url)]
    return found


class _Known:
    """The redaction of all registered secrets, made on first use."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._made = Redaction()

    def redaction(self) -> Redaction:
        """Return the redaction of the secrets that are registered now."""
        environment = tuple(_of_environment(os.environ))
        known = (environment, tuple(KEYS), tuple(ADDRESSES))
        if known != self._of:
            found = (token for url in ADDRESSES for token in tokens(url))
            self._of, self._made = known, Redaction(_keys(), islice(found, MAX_KNOWN))
        return self._made


_known = _Known()


def _keys() -> Iterator[str]:
    yield from (key[:MAX_SECRET] for key in KEYS)
    yield from (key for url in ADDRESSES for key in passwords(url))
    yield from _of_environment(os.environ)


def _of_environment(environ: Mapping[str, str]) -> Iterator[str]:
    if key := environ.get(KEY_VARIABLE, "").strip():
        yield key
    for name in _PROXIES:
        for written in (name, name.upper()):
            if "@" in (proxy := environ.get(written, "")):
                yield from passwords(proxy if "//" in proxy else f"//{proxy}")


def _is_of_site(host: str, site: str) -> bool:
    """Return whether two hosts share their last two names, as hosts of one site mostly do."""
    if address_of(site) is not None:
        return host == site
    return bool(site) and host.split(".")[-2:] == site.split(".")[-2:]


def _without_in_text(found: str) -> str:
    """Return an address without its secrets, followed by the sentence's punctuation."""
    address = found.rstrip(_ENDS)
    return _without(address, is_ours=False) + found[len(address) :]


def _without(url: str, *, is_ours: bool) -> str:
    """Return the address without its secrets. is_ours: of a subscription, read strictly."""
    url = _USERINFO.sub(lambda found: f"{found[1]}{REDACTED}@", url)

    def pair(found: re.Match[str]) -> str:
        is_secret = _is_secret(found[2], _unquoted(found[3]), is_ours=is_ours)
        return f"{found[1]}{found[2]}={REDACTED}" if is_secret and found[3] else found[0]

    url = _PAIR.sub(pair, url)
    if not is_ours:
        return url
    end = min((at for at in map(url.find, "?#") if at >= 0), default=len(url))
    start = url.find("/", url.find("://") + 3)
    if start < 0 or start > end:
        return url
    path = url[start:end]
    for part in _random_parts(url):
        path = path.replace(part, REDACTED)
    return url[:start] + path + url[end:]


def _random_parts(url: str) -> list[str]:
    """Return the parts of an address's path that look random, as they are written."""
    path = url.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")[2]
    parts = (_ENDING.sub("", part) for part in _SEGMENT.findall(f"/{path}"))
    return [part for part in parts if _looks_random(_unquoted(part))]


def _is_secret(name: str, value: str, *, is_ours: bool) -> bool:
    name = _unquoted(name)
    if _is_sure(name):
        return True
    if _UNSURE.fullmatch(_words(name)[-1]) is not None:
        return is_ours or _may_stand_alone(value)
    if _holds_pairs(value):
        return _without(value, is_ours=is_ours) != value
    return is_ours and not _names_id(name) and _looks_random(value)


def _holds_pairs(value: str) -> bool:
    """Return whether the value is an address itself."""
    return "://" in value and "=" in value


def _is_sure(name: str) -> bool:
    return _SURE.search("".join(_words(name))) is not None


def _names_id(name: str) -> bool:
    return _words(name)[-1].endswith(("id", "ids"))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.split(name) if word] or [""]


def _may_stand_alone(value: str) -> bool:
    """Return whether the value is so unlike a word that it can be replaced anywhere."""
    if len(value) < 8 or _CONTRACT.fullmatch(value):
        return False
    has_digit = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    is_mixed = _UP.search(value) is not None
    return has_digit or is_mixed or len(value) >= 20 or _SAYS_SO.search(value) is not None


def _looks_random(value: str) -> bool:
    if _UUID.search(value):
        return True
    turns = 0
    for run in _RUN.findall(value):
        turned = len(_TURN.findall(run)) + (len(_UP.findall(run)) if not run.isalpha() else 0)
        if len(run) >= _LONG and (turned >= 3 or run.isdigit()):
            return True
        turns += turned
    return len(value) >= 20 and turns >= 6


def _unquoted(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    from urllib.parse import unquote_plus

    return unquote_plus(text)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Return the value with each text in it changed; other values stay as they are."""
    if type(value) is str:
        return change(value)
    if isinstance(value, tuple):
        made = [_mapped(each, change) for each in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    if isinstance(value, Mapping):
        return {_mapped(name, change): _mapped(each, change) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        return replace(value, **{name: _mapped(getattr(value, name), change) for name in names})
    return value
