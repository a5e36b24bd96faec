"""The state of a live source since its last request."""

from dataclasses import dataclass, replace

LONGEST_REST_S = 7 * 24 * 3600
"""Maximum pause of a source, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """The state of a live source after its last request. Instants are Unix seconds.

    They are by this machine's clock, which may have been wrong: see `as_of`.
    """

    url: str
    """The subscribed address, which identifies the source."""
    permanent: str = ""
    """The target of a permanent redirect, empty if none."""
    etag: str = ""
    last_modified: str = ""
    digest: bytes = b""
    """Digest of the last answer."""
    pending: tuple[int, ...] = ()
    """Ends of older pages that are still to fetch after an interrupted sync."""
    failures: int = 0
    """Consecutive failures."""
    next_try: int = 0
    last_ok: int = 0
    last_failed: int = 0
    last_status: str = ""
    """The last `Status` as a word; empty if it was never stored."""
    last_error: str = ""
    """The last error, empty if there was none."""

    def as_of(self, now: int) -> "SourceState":
        """Return the state without instants that are impossible at `now`.

        Otherwise a clock once set wrong could pause a source for years.
        """
        if max(self.last_ok, self.last_failed) <= now and self.next_try <= now + LONGEST_REST_S:
            return self
        return replace(
            self,
            next_try=self.next_try if self.next_try <= now + LONGEST_REST_S else 0,
            last_ok=min(self.last_ok, now),
            last_failed=min(self.last_failed, now),
        )
