"""The secrets that this process has read: only collected here, used by `redaction`."""

KEYS: dict[str, None] = {}
"""Keys and passwords, in the order in which they were read."""

ADDRESSES: dict[str, None] = {}
"""Addresses of subscriptions, which may have secrets."""


def know(*keys: str | None) -> None:
    """Register keys and passwords of any kind; from now on no text shows them."""
    KEYS.update(dict.fromkeys(key for key in keys if key))


def know_address(*urls: str) -> None:
    """Register addresses of subscriptions, whose secrets no text shows from now on."""
    ADDRESSES.update(dict.fromkeys(urls))


def forget() -> None:
    """Forget all secrets, as in a process that has just started."""
    KEYS.clear()
    ADDRESSES.clear()
