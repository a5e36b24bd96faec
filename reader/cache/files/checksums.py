"""Checksums of the rows of facets: they detect damage, not tampering."""

from binascii import crc32


def bitmap_sum(id: int, blob: bytes) -> int:
    """Return the checksum of a bitmap in the row of that id; in another row it differs."""
    return crc32(blob, (id ^ id >> 32) & 0xFFFFFFFF)


def row_sum(key: int, field: str, value: str, label: str, size: int, newer: str) -> int:
    """Return the checksum of a row of `facets`."""
    return text_sum(f"{key}\0{field}\0{value}\0{label}\0{size}\0{newer}")


def text_sum(text: str) -> int:
    """Return the checksum of a text."""
    return crc32(text.encode(errors="surrogatepass"))
