"""States of live sources on a server, as JSON, and which machine has claimed one."""

import json
from collections.abc import Collection
from dataclasses import asdict

from reader.cache.engines.postgres.connections import Connection
from reader.cache.engines.postgres.texts import plain
from reader.cache.source_states import SourceState


def state_text(state: SourceState) -> str:
    """Return the state of a source as JSON."""
    return json.dumps(asdict(state) | {"digest": state.digest.hex()})


def state_of(url: str, text: str) -> SourceState:
    """Return a state; one that is damaged is as if new."""
    try:
        values = json.loads(text)
        values |= {name: plain(each) for name, each in values.items() if isinstance(each, str)}
        values |= {"digest": bytes.fromhex(values["digest"]), "pending": tuple(values["pending"])}
        return SourceState(**values)
    except (ValueError, TypeError, KeyError, AttributeError):
        return SourceState(url=url)


def holders(db: Connection, sources: Collection[str]) -> dict[str, tuple[str, int]]:
    """Return which machine has claimed each of the sources, and until when in Unix seconds."""
    if not sources:
        return {}
    find = "SELECT url, holder, until FROM cryptoread.leases WHERE url = ANY(%s::text[])"
    found = db.execute(find, (sorted(sources),))
    return {url: (plain(holder), until) for url, holder, until in found}
