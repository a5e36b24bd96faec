"""The secrets that this process has read: collected here at no cost, used by `redaction`."""

KEYS: dict[str, None] = {}
"""Keys and passwords, in the order in which they were read."""

ADDRESSES: dict[str, None] = {}
"""Addresses of subscriptions, which may hold secrets."""


def know(*keys: str | None) -> None:
    """Make keys and passwords known, of whatever kind; from now on no text shows them."""
    KEYS.update(dict.fromkeys(key for key in keys if key))


def know_address(*urls: str) -> None:
    """Make the secrets of addresses of subscriptions known."""
    ADDRESSES.update(dict.fromkeys(urls))


def forget() -> None:
    """Know nothing any more, as a process that has just begun."""
    KEYS.clear()
    ADDRESSES.clear()
