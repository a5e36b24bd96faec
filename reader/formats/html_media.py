"""Pictures, films and pages within a page, where they stood."""

import re
from functools import partial
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborNode

from reader.formats.html_addresses import (
    Attributes,
    image_address,
    media_address,
    picture_key,
    set_address,
    web_address,
)
from reader.formats.html_elements import Leave, element_before, skip
from reader.formats.markdown_inline import Kind, Style
from reader.text import clean_line

if TYPE_CHECKING:
    from reader.formats.html_reading import Reading


def image(reading: "Reading", node: LexborNode) -> Leave:
    attributes = node.attributes
    alt = attributes.get("alt") or ""
    if _is_emoji(attributes) and 0 < len(alt) <= 16:
        reading.paragraph.add(alt, reading.style)
    else:
        _show(reading, image_address(attributes, reading.base), alt)
    return skip


def _show(reading: "Reading", address: str, alt: str) -> None:
    key = picture_key(address)
    if reading.within_noscript and key in reading.pictures:
        return
    if address := reading.afford(address):
        reading.pictures.add(key)
        reading.image = reading.image or address
        reading.paragraph.add_raw(f"![{_label(alt)}]({address})", reading.style)


def picture(reading: "Reading", node: LexborNode) -> Leave:
    image = node.css_first("img")
    attributes: Attributes = image.attributes if image is not None else {}
    address = image_address(attributes, reading.base)
    if not address and not any(name in attributes for name in ("width", "height")):
        found = (set_address(each.attributes, reading.base) for each in node.css("source"))
        address = next(filter(None, found), "")
    _show(reading, address, attributes.get("alt") or "")
    return skip


def source(reading: "Reading", node: LexborNode) -> Leave:
    """Read a `source` outside of `video` and `picture`."""
    attributes = node.attributes
    if any(name.endswith("srcset") for name in attributes):
        _show(reading, set_address(attributes, reading.base), "")
    else:
        _put_media(reading, media_address(attributes, reading.base, "src"), attributes)
    return skip


def frame(reading: "Reading", node: LexborNode) -> Leave:
    attributes = node.attributes
    _put_media(reading, media_address(attributes, reading.base, "src"), attributes)
    return skip


def film(reading: "Reading", node: LexborNode) -> Leave:
    """Link to the first source; the others are the same in other formats."""
    attributes = node.attributes
    own = media_address(attributes, reading.base, "src")
    found = (media_address(each.attributes, reading.base, "src") for each in node.css("source"))
    address = own or next(filter(None, found), "")
    reading.end_block()
    if poster := web_address(attributes.get("poster"), reading.base):
        _show(reading, poster, "")
        reading.end_block()
    _put_media(reading, address, attributes)
    return skip if address else reading.end_block


def thing(reading: "Reading", node: LexborNode) -> Leave:
    """Read an `object`; its fallback content only if it has no address."""
    attributes = node.attributes
    address = media_address(attributes, reading.base, "data")
    if (attributes.get("type") or "").startswith("image/"):
        _show(reading, address, attributes.get("title") or "")
    else:
        _put_media(reading, address, attributes)
    if address:
        return skip
    reading.end_block()
    return reading.end_block


def _put_media(reading: "Reading", address: str, attributes: Attributes) -> None:
    """Write a link in place of the media."""
    key = picture_key(address)
    if reading.within_noscript and key in reading.pictures:
        return
    if not (address := reading.afford(address)):
        reading.keep_apart()
        return
    reading.pictures.add(key)
    title = attributes.get("title") or attributes.get("aria-label") or ""
    reading.end_block()
    reading.paragraph.add(clean_line(title)[:300] or address, Style(href=address))
    reading.end_block()


def noscript(reading: "Reading", node: LexborNode) -> Leave:
    """Read what replaces a lazy picture, not a request to enable JavaScript."""
    if "javascript" in (node.text() or "").lower():
        return skip
    before = element_before(node)
    is_lazy = before is not None and before.tag in ("img", "picture")
    if is_lazy and reading.paragraph.runs and reading.paragraph.runs[-1].kind is Kind.RAW:
        image = node.css_first("img")
        if image is not None:
            reading.pictures.add(picture_key(image_address(image.attributes, reading.base)))
    reading.within_noscript += 1
    reading.keep_apart()
    return partial(_end_noscript, reading)


def _end_noscript(reading: "Reading") -> None:
    reading.within_noscript -= 1
    reading.keep_apart()


def _label(alt: str) -> str:
    """Return the text of an image without what would end its brackets or begin code."""
    label = re.sub(r"[\[\]\\]", "", clean_line(alt))[:300].replace("`", "'")
    return re.sub(r"<(?=[a-zA-Z/!?])", "< ", label)


def _is_emoji(image: Attributes) -> bool:
    marks = f"{image.get('class') or ''} {image.get('src') or ''}".lower()
    return "emoji" in marks or "smiley" in marks
