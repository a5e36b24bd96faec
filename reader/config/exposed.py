"""Secrets and reading habits that other users of this machine can read."""

from contextlib import suppress
from pathlib import Path
from shlex import quote

from reader.config.settings import Settings
from reader.errors import CryptoreadError
from reader.i18n import _
from reader.safety.own_files import others_may, read_own
from reader.safety.redaction import holds_secret

READ, ENTER = 4, 1
_DATA = ("cache.db*", "marks.db*", "*.log")


def findings(config: Path, folder: Path, settings: Settings | None) -> list[str]:
    """Return a sentence for each file that others can read, with what to do.

    settings: of the config file; None if it cannot be read.
    """
    found = []
    if others_may(READ, config) and _has_secret(config, settings):
        text = _("{path} holds a key or a token, and others can read it; run `chmod 600 {quoted}`")
        found.append(text.format(path=config, quoted=quote(str(config))))
    files = (each for name in _DATA for each in folder.glob(name))
    if others_may(ENTER, folder) and any(others_may(READ, each) for each in files):
        text = _("others can read what is in {path}; run `chmod -R go-rwx {quoted}`")
        found.append(text.format(path=folder, quoted=quote(str(folder))))
    return found


def _has_secret(config: Path, settings: Settings | None) -> bool:
    if settings is None:
        with suppress(CryptoreadError, OSError):
            return b"coindesk_key" in read_own(config)
        return False
    urls = (each.url for each in settings.subscriptions or ())
    return bool(settings.coindesk_key) or any(map(holds_secret, urls))
