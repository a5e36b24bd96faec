"""The key of CoinDesk's API: from the settings, the environment, or the system's keyring."""

from collections.abc import Mapping

from reader.programs import KEY_VARIABLE as VARIABLE
from reader.safety.known_secrets import know

SERVICE, USER = "cryptoread", "coindesk"


def coindesk_key(setting: str | None, environ: Mapping[str, str]) -> str:
    """Return the key, empty if there is none that can be sent in a header. May be slow."""
    key = (environ.get(VARIABLE) or setting or _from_keyring()).strip()
    know(key)
    return key if key.isascii() and key.isprintable() and " " not in key else ""


def _from_keyring() -> str:
    """Return the key that `keyring set cryptoread coindesk` stored. The package is optional."""
    try:
        import keyring

        return keyring.get_password(SERVICE, USER) or ""
    except Exception:  # noqa: BLE001 - each keyring has errors of its own; go on without a key
        return ""
