"""A key that a server repeats is not in any message, screen or file."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from reader.safety.spellings import REDACTED
from tests.e2e.conftest import Command
from tests.news_server import Handler, NewsServer, Request, api_item, feed, redirect

KEY = "Sk-Live_4f7Q9zX2.Bv"
TOKEN = "Zx81-Spectrum-48K"  # noqa: S105 - made up
FORMS = (
    KEY,
    KEY.lower(),
    KEY.upper(),
    KEY.replace("_", "\\_"),
    quote(KEY, safe=""),
    "".join(f"%{byte:02x}" for byte in KEY.encode()),
    base64.b64encode(KEY.encode()).decode(),
    KEY.encode().hex(),
)


def told(items: object, error: object = None) -> bytes:
    return json.dumps({"Data": items, "Err": error or {}}).encode()


def in_entries(request: Request) -> None:
    items = [
        api_item(number)
        | {
            "TITLE": f"Story {number} of {form}",
            "SUBTITLE": f"By {form}",
            "BODY": f"The text of {form}. " * 9,
            "URL": f"https://news.example/{number}?key={quote(form)}",
            "GUID": f"{number}-{form}",
            "KEYWORDS": f"BTC|{form}",
            "AUTHORS": form,
            "IMAGE_URL": f"https://img.example/{form}.png",
            "SOURCE_DATA": {"SOURCE_KEY": form, "NAME": form, "SOURCE_TYPE": "API"},
            "CATEGORY_DATA": [{"NAME": form, "CATEGORY": form}],
        }
        for number, form in enumerate(FORMS)
    ]
    broken = {"ID": KEY, "TITLE": KEY, "PUBLISHED_ON": KEY}
    headers = {"ETag": f'"{KEY}"', "Set_Cookie": f"key={KEY}", "X_Key": KEY}
    request.answer(200, told([*items, broken]), **headers)


def in_an_error(request: Request) -> None:
    said = {"type": 99, "message": f"the key {KEY} ({quote(KEY)}) is not valid: {KEY[:14]}"}
    request.answer(200, told([], said))


def in_the_reason(request: Request) -> None:
    request.send_response(401, f"not {KEY}")
    request.send_header("Retry-After", KEY)
    request.send_header("Content-Length", str(len(KEY)))
    request.end_headers()
    request.wfile.write(KEY.encode())


ECHOES: dict[str, Handler] = {
    "entries": in_entries,
    "an error": in_an_error,
    "a reason": in_the_reason,
    "a redirect": redirect(f"/moved/{KEY}", 301),
    "a redirect to nowhere": redirect(f"ftp://{KEY}@x.example/", 301),
    "bytes": lambda request: request.answer(200, f"{{{KEY}".encode()),
    "a page": lambda request: request.answer(200, f"<html><title>{KEY}".encode()),
}


def stored(folder: Path) -> bytes:
    return b"\0".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())


@pytest.mark.parametrize("echo", ECHOES)
def test_a_key_that_the_server_repeats_is_shown_nowhere(
    command: Command, server: NewsServer, tmp_path: Path, echo: str
) -> None:
    server.routes["/api"] = ECHOES[echo]
    server.routes[f"/moved/{KEY}"] = in_entries
    config = tmp_path / "config.toml"
    source = f'{{ url = "{server.url("/api")}", kind = "coindesk" }}'
    config.write_text(f'coindesk_key = "{KEY}"\n[subscriptions]\nAPI = {source}\n')
    env = {"CRYPTOREAD_CONFIG": str(config)}
    commands = (
        ("sync", "--json"),
        ("sync", "API"),
        ("subscriptions",),
        ("subscriptions", "--format", "json"),
        ("subscriptions", "--export", "-"),
        ("doctor",),
        ("list", "--format", "json"),
        ("stats",),
        ("export", "--to", "out"),
    )
    said = []
    for words in commands:
        ran = command(*words, env=env)
        assert "Traceback" not in ran.stderr
        said.append(ran.stdout + ran.stderr)
    assert server.seen[0][1]["x-api-key"] == KEY
    everything = "\n".join(said).encode() + stored(tmp_path / "data") + stored(tmp_path / "out")
    for form in FORMS:
        assert form.encode() not in everything, (echo, form)
    if echo == "entries":
        assert REDACTED.encode() in everything


def test_a_token_in_an_address_is_shown_only_where_it_is_asked_for(
    command: Command, server: NewsServer, tmp_path: Path
) -> None:
    url = server.url(f"/feed?token={TOKEN}&mode=short")
    wrong = server.url(f"/wrong?key={TOKEN}-2")
    server.serve("/feed", feed("Story 1").replace(b"a story", f"{TOKEN}, a story".encode()))
    config = tmp_path / "config.toml"
    env = {"CRYPTOREAD_CONFIG": str(config)}
    for each in ("subscribe", url, "--name", "Mine"), ("subscribe", wrong, "--name", "Wrong"):
        assert TOKEN not in (ran := command(*each, env=env)).stderr, ran.stderr
    assert url in config.read_text()
    for words in (
        ("subscribe", url),
        ("sync", "--json"),
        ("subscriptions",),
        ("subscriptions", "--format", "json"),
        ("subscriptions", "--export", "-"),
        ("doctor",),
        ("export", "--to", "out.jsonl"),
        ("unsubscribe", f"{url}0"),
    ):
        ran = command(*words, env=env)
        assert TOKEN not in ran.stdout + ran.stderr, words
    text = (tmp_path / "out.jsonl").read_text()
    assert f"{REDACTED}, a story" in text
    assert TOKEN not in text
    formats: tuple[tuple[str, ...], ...] = (("--format", "json"), ("--export", "-"), ())
    for options in formats:
        assert TOKEN in command("subscriptions", "--secrets", *options, env=env).stdout


def test_redacted_addresses_of_an_export_are_not_followed(command: Command, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    address = f"https://news.example/feed?token={TOKEN}"
    config.write_text(f'[subscriptions]\nMine = "{address}"\n')
    env = {"CRYPTOREAD_CONFIG": str(config)}
    ran = command("subscriptions", "--export", "mine.opml", env=env)
    assert "--secrets" in ran.stderr
    assert (tmp_path / "mine.opml").read_text().count(REDACTED) == 1
    env = {"CRYPTOREAD_CONFIG": str(tmp_path / "other.toml")}
    ran = command("subscriptions", "--import", "mine.opml", env=env)
    assert (ran.returncode, "--secrets" in ran.stderr) == (1, True)
    config.write_text(f'[subscriptions]\nMine = "{address}"\n')
    env = {"CRYPTOREAD_CONFIG": str(config)}
    command("subscriptions", "--export", "whole.opml", "--secrets", env=env)
    assert address.replace("&", "&amp;") in (tmp_path / "whole.opml").read_text()


EVIL = "Da\x1b]52;c;aGk=\x07i\u009bly\u202e"


def test_no_control_comes_back_from_settings_names_and_arguments(
    command: Command, server: NewsServer, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[subscriptions]\n{json.dumps(EVIL)} = "{server.url("/404")}"\n'
        f'"Folder" = {json.dumps(str(tmp_path / EVIL))}\n'
    )
    (tmp_path / EVIL).mkdir()
    (tmp_path / EVIL / f"{EVIL}.md").write_text("---\ntitle: [broken\n")
    (tmp_path / "evil.opml").write_text(
        f'<opml><body><outline text="{EVIL}" xmlUrl="nowhere"/></body></opml>'
    )
    env = {"CRYPTOREAD_CONFIG": str(config)}
    for words in (
        ("sync", "--json"),
        ("sync", EVIL),
        ("subscriptions", "--format", "json"),
        ("subscriptions",),
        ("subscriptions", "--import", "evil.opml"),
        ("subscribe", f"https://{EVIL}.example/", "--kind", "feed"),
        ("subscribe", server.url("/other"), "--name", EVIL, "--kind", "feed"),
        ("unsubscribe", EVIL),
        ("doctor",),
        ("import", EVIL),
        ("list", "--format", EVIL),
        ("list", f"--{EVIL}"),
        ("export", "--to", f"{EVIL}/x/y.zip"),
        ("show", EVIL),
        ("--config", EVIL, "sync"),
        ("--data", f"{EVIL}/{EVIL}.md", "list"),
    ):
        ran = command(*words, env=env)
        said = ran.stdout + ran.stderr
        assert said
        assert "Traceback" not in said
        assert not [char for char in "\x1b\x07\x9b\u202e" if char in said], (words, said)
