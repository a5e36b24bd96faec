"""Opening outside URLs in the user's browser: whether a URL may be opened, and by which command.

A browser is started with an argv of its own, never through a shell. The screen decides what it
shows meanwhile, and what to copy without a browser.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize
from urllib.parse import SplitResult, quote, urlsplit

from reader.errors import CryptoreadError
from reader.i18n import _
from reader.programs import start
from reader.reasons import reason_of

MAX_URL = 8 * 1024
"""Characters of a URL."""

SETTLED_S = 0.5
"""Seconds after which a browser that still runs, or has exited with 0, has accepted the URL."""

_NETLOC = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^][:@]+)(?::([0-9]*))?")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_DOTS = re.compile("[.。．｡]")
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9a-f]|7f)", re.IGNORECASE)
_URL_CHARACTERS = "/?#[]@!$&'()*+,;=:%~"

# IDNA 2003, Python's codec, turns these into other letters; browsers keep them.
_KEPT_LETTERS = frozenset("ßς")

_WITH_SCHEME = re.compile(r"(?:https?:/*|\b(?=www\.))([^\s/?#\\]+)", re.IGNORECASE)
_BARE_HOST = re.compile(r"[^\s/?#\\.]+(?:\.[^\s/?#\\.]+)*\.[^\W\d_]{2,}")
_FILE_TYPES = ("csv", "gif", "htm", "html", "jpg", "js", "json", "pdf", "php", "png", "txt", "xml")
_AROUND_HOST = " <>()[]{}\"'`«»“”„‘’.,:;!?…→"

_DESKTOP = (
    ("xdg-open",),
    ("gio", "open", "--"),
    ("x-www-browser",),
    ("firefox",),
    ("chromium",),
    ("google-chrome",),
)
_TERMINAL = ("www-browser", "w3m", "lynx", "elinks", "links2", "links", "browsh", "cha")


class UrlRefused(CryptoreadError):
    """The URL must not be opened. `reason` is the second half of the sentence."""

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(_("{url} is not opened: {reason}").format(url=_shown(url), reason=reason))


class BrowserFailed(CryptoreadError):
    """No browser accepted `url`, which is safe: show it, copy it."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(_("{reason}; the address is {url}").format(reason=reason, url=url))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A command that opens `url`. needs_terminal: it takes over the terminal until it ends."""

    url: str
    argv: tuple[str, ...]
    needs_terminal: bool = False


def check(url: str) -> str:
    """Return the URL as a browser may get it: ASCII only, the host in punycode.

    Raises UrlRefused for anything but http and https with a plain host and, if any, a valid port.
    """
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        raise UrlRefused(url, _("only http and https links are"))
    if "@" in parts.netloc:
        raise UrlRefused(url, _("the user name before its host could pass for the host"))
    if not parts.netloc:
        raise UrlRefused(url, _("it has no host"))
    tail = url.partition("//")[2][len(parts.netloc) :]
    return f"{parts.scheme}://{_netloc(url, parts.netloc)}{quote(tail, safe=_URL_CHARACTERS)}"


def host(url: str) -> str:
    """Return the host of the URL, in punycode if it has other letters. Raises UrlRefused."""
    return urlsplit(check(url)).hostname or ""


def deceives(label: str, url: str) -> str | None:
    """Return the question to ask if the label of a link names another host than the link.

    A label names a host if it contains an address, or if all of it is one (`bank.example`,
    `bank.example/login`). A subdomain of the named host and its parent domain are not other hosts.
    None for a label that does not deceive, and for a URL that is not opened at all.
    """
    try:
        actual = host(url)
    except UrlRefused:
        return None
    for named in _named_hosts(label):
        if not _related(named, actual):
            return _("The link says {named}, but it goes to {actual}. Open it?").format(
                named=named, actual=actual
            )
    return None


def plan(url: str, environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Plan:
    """Return how to open the URL: by the first usable entry of BROWSER, else by a usual command.

    Raises UrlRefused, and BrowserFailed without such a program.
    """
    from shutil import which

    address = check(url)
    chosen = environ.get("BROWSER", "").strip()
    for command in _chosen(chosen) if chosen else _usual(environ, platform):
        program = which(command[0], path=environ.get("PATH"))
        if program:
            argv = (program, *(part.replace("%s", address) for part in command[1:]))
            in_terminal = Path(program).name in _TERMINAL
            return Plan(url=address, argv=argv, needs_terminal=in_terminal)
    if chosen:
        raise BrowserFailed(
            address, _("BROWSER is set to {command}, which cannot be run").format(command=chosen)
        )
    raise BrowserFailed(address, _("no browser was found here"))


def launch(plan: Plan) -> None:
    """Start the browser. Raises BrowserFailed if it does not start or fails at once.

    Blocks for up to SETTLED_S. With `needs_terminal` it blocks until the browser ends: the caller
    gives up the terminal first and calls from the main thread.
    """
    name = Path(plan.argv[0]).name
    try:
        code = run_in_foreground(plan.argv) if plan.needs_terminal else run_detached(plan.argv)
    except OSError as error:
        reason = _("{name} could not be started ({reason})").format(
            name=name, reason=reason_of(error)
        )
        raise BrowserFailed(plan.url, reason) from error
    if code:
        raise BrowserFailed(
            plan.url, _("{name} failed with exit code {code}").format(name=name, code=code)
        )


def open_url(url: str) -> str:
    """Plan and launch, for callers without a screen. Return the URL as it was opened.

    Raises UrlRefused and BrowserFailed.
    """
    way = plan(url)
    launch(way)
    return way.url


def _shown(url: str) -> str:
    """Return the URL shortened and without characters that act on a terminal."""
    short = url if len(url) <= 80 else url[:79] + "…"
    return "".join(ch if ch.isprintable() else "�" for ch in short) or _("an empty address")


def _split(url: str) -> SplitResult:
    """Return the parts of a URL. urlsplit alone drops newlines and tabs silently."""
    if len(url) > MAX_URL:
        raise UrlRefused(url, _("it is longer than {number} characters").format(number=MAX_URL))
    if any(ch == " " or not ch.isprintable() for ch in url):
        raise UrlRefused(url, _("it contains a space or a control character"))
    if _ENCODED_CONTROL.search(url):
        raise UrlRefused(url, _("it contains an encoded control character"))
    try:
        return urlsplit(url)
    except ValueError as error:
        raise UrlRefused(url, _("it is not a valid address")) from error


def _netloc(url: str, netloc: str) -> str:
    match = _NETLOC.fullmatch(netloc)
    if not match:
        raise UrlRefused(url, _("it is not a valid address"))
    name, port = match.groups()
    if not port:
        return _ascii_host(url, name)
    if len(port) > 5 or int(port) > 0xFFFF:
        raise UrlRefused(url, _("{port} is not a valid port").format(port=port[:20]))
    return f"{_ascii_host(url, name)}:{int(port)}"


def _ascii_host(url: str, name: str) -> str:
    try:
        if name.startswith("["):
            from ipaddress import IPv6Address

            return f"[{IPv6Address(name[1:-1])}]"
        ascii_name = _punycode(name)
    except ValueError as error:
        raise UrlRefused(url, _("{host} is not a valid host").format(host=_shown(name))) from error
    if len(ascii_name) > 254 or not _HOST.fullmatch(ascii_name):
        raise UrlRefused(url, _("{host} is not a valid host").format(host=_shown(name)))
    return ascii_name


def _punycode(name: str) -> str:
    """Return the host in lower-case ASCII. Raises ValueError if it has no such form."""
    if name.isascii():
        return name.lower()
    if len(name) > 255:  # the codec is slow on long names
        raise ValueError(name)
    return ".".join(map(_ascii_label, _DOTS.split(name)))


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    if not _KEPT_LETTERS.isdisjoint(label):
        return "xn--" + normalize("NFKC", label).lower().encode("punycode").decode()
    return label.encode("idna").decode().lower()


def _named_hosts(label: str) -> Iterator[str]:
    """Yield the hosts that a label seems to name, in punycode."""
    text = "".join(ch for ch in normalize("NFKC", label[:MAX_URL]) if ch == " " or ch.isprintable())
    whole = re.split(r"[/?#\\]", text.strip(_AROUND_HOST), maxsplit=1)[0]
    bare = [name for name in re.split("[@:]", whole) if _looks_like_host(name)]
    for authority in _WITH_SCHEME.findall(text) or bare:
        for part in authority.split("@"):
            name = part.partition(":")[0].strip(_AROUND_HOST)
            try:
                yield _ascii_host(name, name)
            except UrlRefused:
                continue


def _looks_like_host(name: str) -> bool:
    return bool(_BARE_HOST.fullmatch(name)) and name.rpartition(".")[2].lower() not in _FILE_TYPES


def _related(one: str, other: str) -> bool:
    """Return whether hosts are equal, or one is a subdomain of the other; `www.` is ignored."""
    short, long = sorted(map(_without_www, (one, other)), key=len)
    return short == long or ("." in short and long.endswith(f".{short}"))


def _without_www(name: str) -> str:
    name = name.rstrip(".")
    rest = name.removeprefix("www.")
    return rest if "." in rest else name


def _chosen(browser: str) -> Iterator[list[str]]:
    """Yield the commands of BROWSER, each with `%s` for the URL."""
    from shlex import split

    for entry in browser.split(os.pathsep):
        try:
            command = split(entry)
        except ValueError:
            continue
        if command[-1:] == ["&"]:
            command.pop()
        if not command or any("%s" in part and len(part.split()) > 1 for part in command):
            # An argument that is a command line would pass the URL to a shell.
            continue
        if not any("%s" in part for part in command):
            command.append("%s")
        yield command


def _usual(environ: Mapping[str, str], platform: str) -> Iterator[list[str]]:
    """Yield commands that usually open a URL, best first."""
    remote = "SSH_CONNECTION" in environ or "SSH_TTY" in environ
    if platform == "win32":
        yield ["rundll32", "url.dll,FileProtocolHandler", "%s"]
    if platform == "darwin" and not remote:
        yield ["open", "%s"]
    if "WSL_DISTRO_NAME" in environ:
        yield ["wslview", "%s"]
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        yield from ([*command, "%s"] for command in _DESKTOP)
    if environ.get("TERM", "dumb") != "dumb":
        yield from ([program, "%s"] for program in _TERMINAL)


def run_detached(argv: tuple[str, ...]) -> int:
    """Run a command in a session of its own; return its exit code, or 0 if it is still running."""
    from subprocess import DEVNULL, TimeoutExpired
    from threading import Thread

    process = start(argv, stdin=DEVNULL, is_silent=True, has_session=True)
    try:
        return process.wait(SETTLED_S)
    except TimeoutExpired:
        # Wait for it, so that it does not stay as a zombie when it ends.
        Thread(target=process.wait, daemon=True).start()
        return 0


def run_in_foreground(argv: tuple[str, ...]) -> int:
    """Run a command and return its exit code. Meanwhile ctrl+c is the browser's own."""
    import signal

    previous = signal.signal(signal.SIGINT, lambda *_given: None)
    try:
        return start(argv).wait()
    finally:
        signal.signal(signal.SIGINT, previous)
