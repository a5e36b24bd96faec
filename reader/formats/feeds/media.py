"""Media of an entry besides its text (audio, video, files, pictures), as links."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from reader.formats.html.addresses import web_address
from reader.text import clean_line

MAX_MEDIA = 20
"""Maximum links of one entry."""

_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|svg)$", re.IGNORECASE)
_SOUND_NAME = re.compile(r"\.(?:mp3|m4a|aac|og[ga]|opus|flac|wav)$", re.IGNORECASE)
_VIDEO_NAME = re.compile(r"\.(?:mp4|m4v|mov|webm|mkv|avi|ogv|m3u8)$", re.IGNORECASE)
_KINDS = {
    "link": "Link",
    "image": "Picture",
    "audio": "Audio",
    "video": "Video",
    "application/x-bittorrent": "Torrent",
    "application/pdf": "PDF",
    "application/x-shockwave-flash": "Video",
}
_AVATARS = re.compile(r"(?:^|\.)gravatar\.com$")
_SIGNS = re.compile(r"[\\\[\]`*_<>|]")


class Medium(NamedTuple):
    """kind: a MIME type, or the first half of one. An address may be relative."""

    address: str
    kind: str = ""
    title: str = ""


def is_image(medium: Medium) -> bool:
    """Return whether it is a picture."""
    return _kind(medium) == "Picture"


def media_links(media: Iterable[Medium], base: str, known: Sequence[str], text: str) -> str:
    """Return a Markdown list of links, without known addresses and those in the text."""
    links: dict[str, str] = {}
    for medium in islice(media, 10 * MAX_MEDIA):
        address = medium.address.strip()
        magnet = address.startswith("magnet:?")
        address = _magnet(address) if magnet else web_address(address, base)
        if not address or address in links or address in known or f"({address})" in text:
            continue
        if len(links) == MAX_MEDIA:
            break
        if _AVATARS.search(urlsplit(address).hostname or ""):
            continue
        links[address] = f"- [{_label(medium)}]({address})"
    return "\n".join(links.values())


def _magnet(address: str) -> str:
    return (
        address
        if re.fullmatch(r"magnet:\?[!-~]{1,2000}", address) and not re.search(r'[<>()"\\]', address)
        else ""
    )


def _label(medium: Medium) -> str:
    name = clean_line(medium.title) or _file_name(medium.address)
    name = _SIGNS.sub(lambda sign: f"\\{sign[0]}", name[:100])
    kind = _kind(medium) or "File"
    return f"{kind}: {name}" if name else kind


def _file_name(address: str) -> str:
    if address.startswith("magnet:"):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return clean_line(unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc)


def _kind(medium: Medium) -> str:
    kind = medium.kind.lower().strip()
    found = _KINDS.get(kind) or _KINDS.get(kind.partition("/")[0], "")
    if found:
        return found
    if medium.address.startswith("magnet:"):
        return "Torrent"
    path = medium.address.partition("?")[0].partition("#")[0]
    for pattern, name in ((_IMAGE_NAME, "Picture"), (_SOUND_NAME, "Audio"), (_VIDEO_NAME, "Video")):
        if pattern.search(path[-20:]):
            return "" if kind and name == "Picture" else name
    return (
        "PDF" if path.lower().endswith(".pdf") else "Torrent" if path.endswith(".torrent") else ""
    )
