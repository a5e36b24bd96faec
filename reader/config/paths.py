"""Paths of cryptoread's files: data, settings, and files installed with the program."""

import os
import sys
from pathlib import Path

import reader
from reader.errors import CryptoreadError
from reader.i18n import _

APP = "cryptoread"


class ConfigError(CryptoreadError):
    """The settings cannot be used."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


def not_readable(error: OSError) -> str:
    """Return that a file cannot be read, as a problem of it."""
    from reader.reasons import reason_of

    return _("cannot be read ({reason})").format(reason=reason_of(error))


def not_writable(error: OSError) -> str:
    """Return that a file cannot be written, as a problem of it."""
    from reader.reasons import reason_of

    return _("cannot be written ({reason})").format(reason=reason_of(error))


def not_toml(error: Exception) -> str:
    """Return that a file is not TOML, as a problem of it."""
    return _("is not valid TOML ({reason})").format(reason=error)


def data_folder(option: Path | str | None = None) -> Path:
    """Return the folder of cache and marks, which may not exist yet.

    It is `option`, else CRYPTOREAD_DATA unless that is an address, else the platform's data folder.
    """
    if chosen := option or _from_environment("CRYPTOREAD_DATA"):
        return Path(chosen).expanduser()
    if usual := _usual("XDG_DATA_HOME", ".local/share"):
        return usual
    import platformdirs

    return platformdirs.user_data_path(APP, appauthor=False)


def address_given(option: Path | str | None = None) -> str:
    """Return the address of the shared archive that `option`, else CRYPTOREAD_DATA names.

    Empty if that is a folder.
    """
    given = option or os.environ.get("CRYPTOREAD_DATA", "")
    return given if isinstance(given, str) and is_address(given) else ""


def is_address(text: str) -> bool:
    """Return whether a text names a shared archive rather than a folder."""
    return text.startswith(("postgresql://", "postgres://"))


def config_file(option: Path | None = None) -> Path:
    """Return the file of settings, which may not exist.

    It is `option`, else CRYPTOREAD_CONFIG, else `config.toml` in the platform's config folder.
    Raises ConfigError if `option` does not exist.
    """
    if option and not option.expanduser().exists():
        raise ConfigError(option, _("there is no such file"))
    if chosen := option or _from_environment("CRYPTOREAD_CONFIG"):
        return Path(chosen).expanduser()
    if usual := _usual("XDG_CONFIG_HOME", ".config"):
        return usual / "config.toml"
    import platformdirs

    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


def _usual(variable: str, below_home: str) -> Path | None:
    """Return what platformdirs says on Linux without its variables, None elsewhere.

    Importing it and what it imports takes 6 ms and 600 kB.
    """
    home, environ = os.environ.get("HOME", ""), os.environ
    if sys.platform != "linux" or not home.startswith("/"):
        return None
    if environ.get(variable) or environ.get("ANDROID_DATA"):
        return None
    return Path(home, below_home, APP)


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name, "")
    return Path(value) if value and not is_address(value) else None


def resource(name: str) -> Path:
    """Return a folder of the program's own: `styles` or `sample_articles`.

    A wheel has it inside the package, a source checkout beside it. Raises CryptoreadError if it is
    missing.
    """
    package = Path(reader.__file__).parent
    for folder in (package / name, package.parent / name):
        if folder.is_dir():
            return folder
    text = _("{package} is incomplete: no folder {name!r}; install {program} again")
    raise CryptoreadError(text.format(package=package, name=name, program=APP))
