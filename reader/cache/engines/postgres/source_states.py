"""States of live sources on a server, as JSON."""

import json
from dataclasses import asdict

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
