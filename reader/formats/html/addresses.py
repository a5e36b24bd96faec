"""Addresses in HTML: links, and the pictures and videos that a browser would show."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from reader.text import clean, clean_line

Attributes = Mapping[str, str | None]

_MOST_CHARACTERS = 4096
_WIDEST = 1600
"""Pixels up to which the widest picture of a set is chosen."""

_USUAL = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,5})?(?:[/?#][\w!#$%&'*+,./:;=?@~-]*)?", re.ASCII
)
"""A well-formed address."""

_UNFIT = re.compile(r"[\s<>\"\\^`{|}\x00-\x20\x7f-\x9f]")
_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]{1,30}):")
_NEVER_SHOWN = frozenset(
    (
        "javascript",
        "data",
        "vbscript",
        "blob",
        "about",
        "file",
        "http",
        "https",
        "feed",
        "view-source",
    )
)
_BEACONS = re.compile(
    r"(?:^|\.)(?:doubleclick\.net|feedsportal\.com|google-analytics\.com|googletagmanager\.com"
    r"|pixel\.wp\.com|quantserve\.com|scorecardresearch\.com|stats\.wordpress\.com|facebook\.com)$"
    r"|^(?:pixel|beacon|track|tracking|stats)\."
)
_BEACON_PATHS = re.compile(r"^/(?:~r/|~ff/|pixel\b|beacon\b|tr/?$|b\.gif)|/(?:pixel|1x1|blank)\.")
_EMBEDS = re.compile(r"(?:^|\.)facebook\.com$")
_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:spacer|blank|transparent|placeholder|pixel|1x1|lazy|loading|loader|clear|grey"
    r"|gray|empty|dummy|default-image)(?:[_.-][\w.-]{0,40})?\.(?:gif|png|svg|jpe?g|webp)(?:$|[?#])",
    re.IGNORECASE,
)
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:spacer|blank|transparent|placeholder|pixel|1x1|lazy|lazyload|loading|loader)"
    r"(?:[_.-][\w-]{0,40})?\.(?:gif|png|svg)(?:$|[?#])",
    re.IGNORECASE,
)
"""Names of pictures that are placeholders for lazy ones."""

_TINY = re.compile(r"\s*0*[01](?:px)?\s*", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|(?:^|[;\s])(?:width|height)\s*:\s*[01]px", re.IGNORECASE)
_LAZY = (
    *(
        "data-src",
        "data-lazy-src",
        "data-original",
        "data-lazy",
        "data-orig-file",
        "data-large-file",
    ),
    *(
        "data-full-url",
        "data-full-src",
        "data-hi-res-src",
        "data-image",
        "data-img-src",
        "data-url",
    ),
    *("data-actualsrc", "data-echo", "data-defer-src", "data-original-src", "data-medium-file"),
)
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set")
_LAZY_MEDIA = ("data-src", "data-lazy-src", "data-original", "data-lazy", "data-url")
_LAZY_LINKS = ("data-href", "data-url", "data-link")
_SIZE_IN_NAME = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w+$)")


def web_address(address: object, base: str = "") -> str:
    """Return the absolute address if it is http(s) and has a host, else an empty string."""
    if not isinstance(address, str) or not address or len(address) > _MOST_CHARACTERS:
        return ""
    if _USUAL.fullmatch(address):
        return address
    try:
        joined = urljoin(base, address.strip())
        parts = urlsplit(joined)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            return ""
    except ValueError:
        return ""
    joined = _UNFIT.sub(lambda sign: "".join(f"%{b:02X}" for b in sign[0].encode()), clean(joined))
    return joined.replace("(", "%28").replace(")", "%29")


def link_address(link: Attributes, base: str) -> str:
    """Return the web address of an `a`, empty if it has none."""
    href = (link.get("href") or "").strip()
    is_a_stand_in = not href or href.startswith("#") or href.lower().startswith("javascript:")
    if is_a_stand_in:
        for name in _LAZY_LINKS:
            if _looks_like_one(link.get(name)) and (address := web_address(link[name], base)):
                return address
    return web_address(href, base)


def told_address(href: str | None) -> str:
    """Return an address of another scheme as text to read, without `mailto:` and `tel:`."""
    if not href or len(href) > _MOST_CHARACTERS or not (scheme := _SCHEME.match(href)):
        return ""
    name = scheme[1].lower()
    if name in _NEVER_SHOWN:
        return ""
    shown = clean_line(href)
    if name in ("mailto", "tel", "sms"):
        return shown[len(name) + 1 :].partition("?")[0].strip()
    return shown


def image_address(image: Attributes, base: str) -> str:
    """Return the address of the picture a browser would show; empty for a beacon."""
    stand_in = ""
    for name, source in _sources(image):
        address = web_address(source, base)
        if not address:
            continue
        if not _PLACEHOLDER.search(address):
            is_late = name != "src" and has_stand_in(image)
            return "" if _is_beacon(image, address, is_late=is_late) else address
        stand_in = stand_in or address
    is_none = not stand_in or _NO_PICTURE.search(stand_in) or _is_beacon(image, stand_in)
    return "" if is_none else stand_in


def set_address(source: Attributes, base: str) -> str:
    """Return the address of a `source` within a `picture`."""
    for name in ("srcset", *_LAZY_SETS, "src", *_LAZY):
        value = source.get(name) or ""
        picked = _picked(value) if name.endswith("set") else value
        address = web_address(picked, base)
        if address and not _PLACEHOLDER.search(address):
            return address
    return ""


def media_address(media: Attributes, base: str, *names: str) -> str:
    """Return the address of a video, audio or frame; empty for a beacon."""
    for name in (*names, *_LAZY_MEDIA):
        address = web_address(media.get(name), base)
        if address:
            return "" if _is_beacon(media, address, embeds=True) else address
    return ""


def picture_key(address: str) -> str:
    """Return a key that is the same for one picture in several sizes."""
    return _SIZE_IN_NAME.sub("", address.partition("?")[0])


def has_stand_in(image: Attributes) -> bool:
    """Return whether `src` is a placeholder: a declared size may be that of the placeholder."""
    src = (image.get("src") or "").strip()
    return src.startswith("data:") or _PLACEHOLDER.search(src) is not None


def is_tiny(element: Attributes) -> bool:
    """Return whether an element is declared to be of one pixel."""
    return any(_TINY.fullmatch(element.get(name) or "") for name in ("width", "height"))


def is_hidden(element: Attributes) -> bool:
    """Return whether a browser would show none of it, or one pixel."""
    return is_tiny(element) or _HIDDEN.search(element.get("style") or "") is not None


def _sources(image: Attributes) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a picture, best first, each with the attribute that has it."""
    for name in _LAZY:
        value = image.get(name)
        if value and _looks_like_one(value):
            yield name, value
    src = image.get("src") or ""
    lazy_sets = [(name, _picked(image.get(name) or "")) for name in _LAZY_SETS]
    if any(address for _, address in lazy_sets) and not src:
        yield from lazy_sets
    yield "src", src
    yield from lazy_sets
    yield "srcset", _picked(image.get("srcset") or "")


def _looks_like_one(value: str | None) -> bool:
    return bool(value) and "{" not in str(value) and any(sign in str(value) for sign in "/.")


def _picked(srcset: str) -> str:
    """Return the widest candidate up to `_WIDEST`, else the narrowest."""
    candidates = [
        (width, address)
        for address, width in _candidates(srcset[: 16 * _MOST_CHARACTERS])
        if not address.startswith("data:")
    ]
    if not candidates:
        return ""
    moderate = [each for each in candidates if each[0] <= _WIDEST]
    return max(moderate, key=_width)[1] if moderate else min(candidates, key=_width)[1]


def _width(candidate: tuple[float, str]) -> float:
    return candidate[0]


def _candidates(srcset: str) -> Iterator[tuple[str, float]]:
    """Yield address and width of each candidate; an address may contain commas."""
    address = ""
    for word in srcset.split():
        if not address:
            address = word.strip(",")
            if address and word.endswith(","):
                yield address, 0
                address = ""
            continue
        yield address, _described(word.partition(",")[0])
        address = word.partition(",")[2]
    if address:
        yield address, 0


def _described(descriptor: str) -> float:
    """Return the width in pixels; `2x` is estimated."""
    try:
        number = float(descriptor[:-1])
    except ValueError:
        return 0
    return number * 800 if descriptor.endswith("x") else number


def _is_beacon(
    element: Attributes, address: str, *, embeds: bool = False, is_late: bool = False
) -> bool:
    """Return whether the address is that of a tracking pixel.

    embeds: it is a page within the page. is_late: size and style are those of a placeholder.
    """
    if not is_late and is_hidden(element):
        return True
    parts = urlsplit(address)
    host = parts.hostname or ""
    if embeds and _EMBEDS.search(host) and "/plugins/" in parts.path:
        return False
    return bool(_BEACONS.search(host) or _BEACON_PATHS.search(parts.path))
