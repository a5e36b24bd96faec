"""Pictures, videos and embedded pages, in their places."""

import re
from functools import partial

from selectolax.lexbor import LexborNode

from reader.formats.html.addresses import (
    Attributes,
    has_stand_in,
    image_address,
    is_hidden,
    is_tiny,
    media_address,
    picture_key,
    set_address,
    web_address,
)
from reader.formats.html.elements import Leave, element_before, skip
from reader.formats.html.embeds import embedded_address, title_of
from reader.formats.html.reading import Reading
from reader.formats.markdown.styles import Kind, Style
from reader.text import clean_line

_MOST_DRAWN = 20
"""Maximum pictures shown from one drawing."""


def image(reading: Reading, node: LexborNode) -> Leave:
    """Show a picture; an emoji as text."""
    attributes = node.attributes
    alt = attributes.get("alt") or ""
    if _is_emoji(attributes) and 0 < len(alt) <= 16:
        reading.paragraph.add(alt, reading.style)
    else:
        _show(reading, image_address(attributes, reading.base), alt)
    return skip


def _show(reading: Reading, address: str, alt: str) -> None:
    key = picture_key(address)
    if reading.within_noscript and key in reading.pictures:
        return
    if address := reading.afford(address):
        reading.pictures.add(key)
        reading.image = reading.image or address
        reading.paragraph.add_raw(f"![{_label(alt)}]({address})", reading.style)


def picture(reading: Reading, node: LexborNode) -> Leave:
    """Show the picture of a `picture`."""
    image = node.css_first("img")
    attributes: Attributes = image.attributes if image is not None else {}
    address = image_address(attributes, reading.base)
    if not address and (not is_tiny(attributes) or has_stand_in(attributes)):
        found = (set_address(each.attributes, reading.base) for each in node.css("source"))
        address = next(filter(None, found), "")
    _show(reading, address, attributes.get("alt") or "")
    return skip


def source(reading: Reading, node: LexborNode) -> Leave:
    """Read a `source` outside of `video` and `picture`."""
    attributes = node.attributes
    if any(name.endswith("srcset") for name in attributes):
        _show(reading, set_address(attributes, reading.base), "")
    else:
        _put_media(reading, media_address(attributes, reading.base, "src"), attributes)
    return skip


def frame(reading: Reading, node: LexborNode) -> Leave:
    """Link to an embedded page, or read the page that is written in an attribute."""
    attributes = node.attributes
    address = media_address(attributes, reading.base, "src")
    written = "" if address else (attributes.get("srcdoc") or "")
    if not written.strip():
        _put_media(reading, address, attributes)
    elif not is_hidden(attributes):
        reading.end_block()
        reading.read_within(written)
    return skip


def embedded(reading: Reading, node: LexborNode, tag: str) -> Leave | None:
    """Link to the media of another site's player; None if the element names none."""
    attributes = node.attributes
    address = embedded_address(tag, attributes, reading.base)
    if not address:
        return None
    _put_media(reading, address, attributes)
    return skip


def drawing(reading: Reading, node: LexborNode) -> None:
    """Show the pictures within an `svg`; its own drawing has no text of the article."""
    for image in node.css("image")[:_MOST_DRAWN]:
        attributes = image.attributes
        address = attributes.get("href") or attributes.get("xlink:href") or ""
        sized = {name: attributes.get(name) for name in ("width", "height", "style")}
        _show(reading, image_address({**sized, "src": address}, reading.base), "")


def film(reading: Reading, node: LexborNode) -> Leave:
    """Link to the first source; the others have the same video in other formats."""
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


def thing(reading: Reading, node: LexborNode) -> Leave:
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


def _put_media(reading: Reading, address: str, attributes: Attributes) -> None:
    """Write a link in place of the media."""
    key = picture_key(address)
    if reading.within_noscript and key in reading.pictures:
        return
    if not (address := reading.afford(address)):
        reading.keep_apart()
        return
    reading.pictures.add(key)
    reading.end_block()
    reading.paragraph.add(clean_line(title_of(attributes))[:300] or address, Style(href=address))
    reading.end_block()


def noscript(reading: Reading, node: LexborNode) -> Leave:
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


def _end_noscript(reading: Reading) -> None:
    reading.within_noscript -= 1
    reading.keep_apart()


def _label(alt: str) -> str:
    """Return the text of an image without what would end its brackets or begin code."""
    label = re.sub(r"[\[\]\\]", "", clean_line(alt))[:300].replace("`", "'")
    return re.sub(r"<(?=[a-zA-Z/!?])", "< ", label)


def _is_emoji(image: Attributes) -> bool:
    marks = f"{image.get('class') or ''} {image.get('src') or ''}".lower()
    return "emoji" in marks or "smiley" in marks
