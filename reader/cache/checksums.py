"""Checksums of the rows that keep facets: they tell damage, not intent."""

from binascii import crc32


def bitmap_sum(id: int, blob: bytes) -> int:
    """Return the checksum of a bitmap in the row of that id, which no other row has for it."""
    return crc32(blob, (id ^ id >> 32) & 0xFFFFFFFF)


def row_sum(*values: object) -> int:
    """Return the checksum of a row of numbers and texts."""
    return crc32("\0".join(map(str, values)).encode(errors="surrogatepass"))
