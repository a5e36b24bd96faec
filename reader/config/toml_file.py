"""Read and replace the config file without losing comments, order or anything else in it."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from reader.config.paths import ConfigError, not_readable, not_toml, not_writable
from reader.safety.own_files import PRIVATE_FILE, NotRegular, make_folder, read_own

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def read_document(path: Path) -> "TOMLDocument":
    """Return the parsed file, an empty document without one. Raises ConfigError."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(read_own(path).decode())
    except FileNotFoundError:
        return tomlkit.document()
    except NotRegular as error:
        raise ConfigError(path, error.reason) from error
    except (TOMLKitError, ValueError) as error:
        raise ConfigError(path, not_toml(error)) from error
    except OSError as error:
        raise ConfigError(path, not_readable(error)) from error


def write_document(path: Path, document: "TOMLDocument") -> None:
    """Replace the file, or the target of a link, and keep its mode. Raises ConfigError."""
    path = Path(os.path.realpath(path))
    text = document.as_string()
    text += "" if text.endswith("\n") else "\n"  # so that a line can be appended
    try:
        make_folder(path.parent)
        mode = path.stat().st_mode & 0o777 if path.exists() else PRIVATE_FILE
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                os.fchmod(file.fileno(), mode)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(path, not_writable(error)) from error
