"""Connecting to a shared archive: certificates, passwords, and what is said when it fails."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from reader.cache.engines.postgres.address import parse
from reader.cache.engines.postgres.connections import SERVICE, connect
from reader.cache.engines.postgres.setup import check, init
from reader.errors import CacheError, CacheGone
from tests.counting_proxy import proxy
from tests.postgres import Server, running, server
from tests.unit.sources.test_http import needs_openssl

ROOT = Path(__file__).parents[3]
HOST = "archive.example"


class Safe(NamedTuple):
    """A server that encrypts. `authority`, `stranger`: files of authorities, only one its own."""

    server: Server
    authority: Path
    stranger: Path
    folder: Path

    def address(self, host: str = HOST, authority: Path | None = None, more: str = "") -> str:
        at = f"postgresql://postgres@{host}:{self.server.port}/news?{more}"
        return f"{at}&sslrootcert={authority}" if authority else at.rstrip("?")

    def show(self, name: str) -> None:
        """Use a certificate from now on."""
        for suffix in ("crt", "key"):
            to = self.server.folder / f"server.{suffix}"
            to.unlink(missing_ok=True)
            shutil.copy(self.folder / f"{name}.{suffix}", to)
            to.chmod(0o600)
            if self.server.user:
                shutil.chown(to, self.server.user)


def _openssl(folder: Path, *words: str) -> None:
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


_EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _authority(folder: Path, name: str) -> Path:
    _openssl(folder, "req", "-x509", *_EC, "-days", "2", "-subj", f"/CN={name}",
             "-keyout", f"{name}.key", "-out", f"{name}.crt")  # fmt: skip
    return folder / f"{name}.crt"


def _certificate(folder: Path, name: str, host: str, days: int) -> None:
    """Sign a certificate for a host; it has expired if the days are negative."""
    (folder / "names").write_text(f"subjectAltName=DNS:{host}\n")
    _openssl(folder, "req", *_EC, "-subj", f"/CN={host}", "-keyout", f"{name}.key",
             "-out", f"{name}.csr")  # fmt: skip
    _openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "authority.crt", "-CAkey",
             "authority.key", "-CAcreateserial", "-days", str(days), "-extfile", "names",
             "-out", f"{name}.crt")  # fmt: skip


@pytest.fixture(scope="module")
def encrypting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Safe]:
    """A server that encrypts."""
    server()  # skips where there can be none
    folder = tmp_path_factory.mktemp("certificates")
    authority, stranger = _authority(folder, "authority"), _authority(folder, "stranger")
    _certificate(folder, "right", HOST, 2)
    _certificate(folder, "expired", HOST, -1)
    with running() as started:
        made = Safe(started, authority, stranger, folder)
        made.show("right")
        for name in ("crt", "key"):
            option = {"crt": "ssl_cert_file", "key": "ssl_key_file"}[name]
            started.execute(f"ALTER SYSTEM SET {option} = '{started.folder}/server.{name}'")
        started.execute("ALTER SYSTEM SET ssl = on")
        started.execute("SELECT pg_reload_conf()")
        started.execute("CREATE DATABASE news")
        started.execute("CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'hush-hush'")
        (started.folder / "data" / "pg_hba.conf").write_text(
            "host all guarded 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n"
        )
        started.execute("SELECT pg_reload_conf()")
        init(parse(started.address("news")))
        yield made


@pytest.fixture
def safe(encrypting: Safe, monkeypatch: pytest.MonkeyPatch) -> Safe:
    """The same, under the name of another host: libpq is told its number."""
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    return encrypting


# Certificates.


@needs_openssl
def test_another_host_is_believed_by_its_certificate_alone(safe: Safe) -> None:
    assert check(parse(safe.address(authority=safe.authority)))
    with connect(parse(safe.address(authority=safe.authority))) as db:
        assert db.pgconn.ssl_in_use


WRONG: dict[str, tuple[Callable[[Safe], str], str]] = {
    "another name": (
        lambda safe: safe.address("other.example", safe.authority),
        "has a certificate for another host; correct the address",
    ),
    "another authority": (
        lambda safe: safe.address(authority=safe.stranger),
        r"of an authority that is not trusted; check \?sslrootcert=FILE",
    ),
    "no authority": (
        lambda safe: safe.address(),
        r"cannot be checked; name the file of its authority with \?sslrootcert=FILE",
    ),
}


@needs_openssl
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_certificate_is_refused_with_what_to_do(
    safe: Safe, case: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    make, said = WRONG[case]
    with pytest.raises(CacheGone, match=said):
        check(parse(make(safe)))


@needs_openssl
def test_an_expired_certificate_is_refused_with_what_to_do(safe: Safe) -> None:
    safe.show("expired")
    safe.server.execute("SELECT pg_reload_conf()")
    try:
        with pytest.raises(CacheGone, match="has a certificate that has expired"):
            check(parse(safe.address(authority=safe.authority)))
    finally:
        safe.show("right")
        safe.server.execute("SELECT pg_reload_conf()")


@needs_openssl
def test_a_server_that_does_not_encrypt_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    address = server().address().replace("127.0.0.1", HOST)
    with pytest.raises(CacheGone, match="does not encrypt connections"):
        check(parse(address))


# Passwords.

BACKEND = '''
from keyring.backend import KeyringBackend

class Kept(KeyringBackend):
    """A keyring in a file of one line."""

    priority = 1

    def get_password(self, service, user):
        kept = open(__file__.replace("kept.py", "kept")).read().split("|")
        return kept[2] if kept[:2] == [service, user] else None

    def set_password(self, service, user, password):
        open(__file__.replace("kept.py", "kept"), "w").write("|".join([service, user, password]))

    def delete_password(self, service, user):
        pass
'''


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Runs a command line for a user who needs a password; gives its code and all it printed."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith("CRYPTO")}
    own = {"HOME": tmp_path, "XDG_DATA_HOME": tmp_path, "XDG_CONFIG_HOME": tmp_path}
    logs = {"CRYPTOREAD_LOGS": str(tmp_path / "logs"), "CRYPTOREAD_DEBUG": "1"}
    environ = usual | {name: str(path) for name, path in own.items()} | logs

    def called(*words: str, **more: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, *words], env=environ | more | {"PYTHONPATH": f"{ROOT}:{tmp_path}"},
            capture_output=True, text=True, cwd=tmp_path, timeout=120,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return called


PROGRAM = ("-c", "from reader.main import main; main()")


@needs_openssl
def test_a_password_is_read_from_the_keyring(
    safe: Safe, run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "kept.py").write_text(BACKEND)
    address = safe.address(authority=safe.authority).replace("postgres@", "guarded@")
    backend = {"PYTHON_KEYRING_BACKEND": "kept.Kept"}
    code, said = run(*PROGRAM, "--data", address, "stats", **backend)
    assert (code, "does not accept the user or the password" in said) == (3, True)
    keep = "import keyring, sys; keyring.set_password(*sys.argv[1:])"
    assert run("-c", keep, SERVICE, address, "hush-hush", **backend) == (0, "")
    code, said = run(*PROGRAM, "--data", address, "doctor", **backend)
    assert "can be reached" in said
    assert "hush-hush" not in said


@needs_openssl
def test_a_password_is_read_from_the_password_file(
    safe: Safe, run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    address = safe.address(authority=safe.authority).replace("postgres@", "guarded@")
    file = tmp_path / ".pgpass"
    file.write_text(f"{HOST}:{safe.server.port}:news:guarded:hush-hush\n")
    file.chmod(0o600)
    code, said = run(*PROGRAM, "--data", address, "stats")
    assert (code, said.count("hush")) == (0, 0)


SECRETS = ("hush-hush", "guarded", "verify-full", "sslrootcert=/")
"""What must be neither printed nor logged: passwords, and parts of whole connection strings."""


def _cut(safe: Safe, address: str) -> str:
    return address.replace(str(safe.server.port), "1")


TROUBLES: dict[str, Callable[[Safe, str], str]] = {
    "well": lambda _safe, address: address,
    "no server": _cut,
    "no database": lambda _safe, address: address.replace("/news", "/olds"),
    "no archive": lambda _safe, address: address.replace("/news", "/postgres"),
    "wrong certificate": lambda safe, address: address.replace(
        str(safe.authority), str(safe.stranger)
    ),
    "wrong name": lambda _safe, address: address.replace(HOST, "other.example"),
    "wrong user": lambda _safe, address: address.replace("guarded@", "guarded2@"),
    "wrong parameter": lambda _safe, address: address + "&sslmode=nonsense",
    "a password": lambda _safe, address: address.replace("guarded@", "guarded:hush-hush@"),
}


@needs_openssl
@pytest.mark.parametrize("trouble", TROUBLES)
def test_neither_a_password_nor_an_address_is_printed_or_logged(
    safe: Safe, run: Callable[..., tuple[int, str]], tmp_path: Path, trouble: str
) -> None:
    right = safe.address(authority=safe.authority).replace("postgres@", "guarded@")
    address = TROUBLES[trouble](safe, right)
    command = ("--debug", "--data", address, "doctor")
    _code, said = run(*PROGRAM, *command, PGPASSWORD="hush-hush")
    assert ("can be reached" in said) == (trouble == "well")
    logged = "".join(path.read_text() for path in (tmp_path / "logs").glob("*"))
    for secret in SECRETS:
        assert secret not in said + logged


def test_a_report_of_a_crash_has_neither(
    safe: Safe, run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    address = safe.address(authority=safe.authority).replace("postgres@", "guarded@")
    crash = (
        "import sys; from reader.cache.engines.postgres import setup\n"
        "def broken(db, address): raise RuntimeError(f'{address.text}')\n"
        "setup.check_on = broken\n"
        "from reader.main import main; main()"
    )
    code, said = run("-c", crash, "--debug", "--data", address, "stats", PGPASSWORD="hush-hush")
    logged = "".join(path.read_text() for path in (tmp_path / "logs").glob("*"))
    assert code == 3
    assert "RuntimeError" in said + logged
    for secret in SECRETS:
        assert secret not in said + logged


# What is said.


def _at(**parts: Any) -> str:
    values = {"user": "postgres", "host": "127.0.0.1", "port": server().port, "base": "postgres"}
    return "postgresql://{user}@{host}:{port}/{base}".format(**(values | parts))


UNREACHABLE: dict[str, tuple[Callable[[], str], str]] = {
    "no host": (
        lambda: _at(host="archive.invalid") + "?sslmode=disable",
        "cannot be reached: there is no such host",
    ),
    "no server": (lambda: _at(port=1), "cannot be reached: no server answers there"),
    "no database": (
        lambda: _at(base="olds"),
        "the server has no database of that name; correct the address",
    ),
    "no user": (lambda: _at(user="stranger"), "does not know the user; name another one"),
    "not let in": (
        lambda: _at(user="outsider", base="closed"),
        "does not let this user or machine in; ask the owner",
    ),
}


@pytest.mark.parametrize("case", UNREACHABLE)
def test_what_is_wrong_is_said_with_what_to_do(case: str) -> None:
    make, said = UNREACHABLE[case]
    if case == "not let in":
        for statement in (
            "CREATE ROLE outsider LOGIN",
            "CREATE DATABASE closed",
            "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
        ):
            server().execute(statement)
    with pytest.raises(CacheGone, match=said) as raised:
        check(parse(make()))
    assert "FATAL" not in str(raised.value)


def test_a_server_that_takes_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader.cache.engines.postgres.connections.CONNECT_S", 2)
    with proxy(server().port) as silent:
        silent.is_silent = True
        with pytest.raises(CacheGone, match="the server did not answer in time"):
            check(parse(_at(port=silent.port)))


def test_a_user_who_may_not_read_is_told_so() -> None:
    address = server().new_archive()
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("DROP ROLE IF EXISTS nosy")
        db.execute("CREATE ROLE nosy LOGIN")
    with pytest.raises(CacheError, match=r"does not allow that \(permission denied\); ask the"):
        check(parse(address.replace("postgres@", "nosy@")))
