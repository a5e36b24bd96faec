"""Live news from the shell: subscribing, syncing, killing it, and running it as a service."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from tests.e2e.conftest import COMMAND, Command, Reader, leave
from tests.news_server import NewsServer, Request, api_page, feed, with_etag
from tests.terminal import Terminal

STORIES = 40
FEEDS = 4
LOG = 1_300_000
"""Bytes to which a sync of them makes the log of the cache grow."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / ".config" / "cryptoread" / "config.toml"


def listed(command: Command) -> list[str]:
    done = command("list", "--format", "json")
    return [each["title"] for each in json.loads(done.stdout)]


def test_subscribe_sync_and_read(command: Command, server: NewsServer, config: Path) -> None:
    server.routes["/feed"] = with_etag(feed("Fees fall", "Blocks fill"))
    done = command("subscribe", server.url("/feed"), "--name", "Ledger")
    assert done.returncode == 0
    assert "subscribed to Ledger (feed)" in done.stderr
    assert "Ledger = " in config.read_text()

    done = command("sync", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["new"], result["sources"][0]["status"]) == (2, "ok")
    assert "1 source: 2 new, 0 updated, 0 unchanged, 0 refused; 0 failed" in done.stderr
    assert listed(command) == ["Fees fall", "Blocks fill"]

    done = command("sync", "ledger", "--json")
    assert json.loads(done.stdout)["sources"][0]["status"] == "unchanged"

    known = json.loads(command("subscriptions", "--format", "json").stdout)
    assert [(each["name"], each["failures"]) for each in known] == [("Ledger", 0)]
    assert known[0]["last_ok"].endswith("Z")

    assert command("unsubscribe", "LEDGER").returncode == 0
    assert command("subscriptions").stdout == ""
    assert listed(command) == ["Fees fall", "Blocks fill"]


def test_a_missing_network_is_one_line(command: Command) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        ports = [each.getsockname()[1] for each in (one, two)]
    for port in ports:
        added = command("subscribe", f"http://127.0.0.1:{port}/", "--kind", "feed")
        assert added.returncode == 0, added.stderr
    done = command("sync")
    assert done.returncode != 0
    told, counts = done.stderr.splitlines()
    assert told == "no network: none of the 2 sources can be reached"
    assert counts.endswith("; 2 failed")


def test_one_source_that_fails_is_named_and_says_what_to_do(
    command: Command, server: NewsServer
) -> None:
    command("subscribe", server.serve("/feed", feed("One")), "--name", "Good")
    command("subscribe", server.url("/403"), "--name", "Bad")
    done = command("sync")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Bad: the server answered 403; the site refuses programs" in done.stderr
    assert listed(command) == ["One"]
    good, bad, reason, advice = command("subscriptions").stdout.splitlines()
    assert good.startswith("Good feed      well, answered 20")
    assert bad.startswith("Bad  feed      failing  ")
    assert bad.endswith("/403")
    assert reason.startswith("    20")
    assert reason.endswith(": the server answered 403")
    assert advice.startswith("    the site refuses programs")
    _, told = json.loads(command("subscriptions", "--format", "json").stdout)
    assert (told["state"], told["status"], told["failures"]) == ("failing", "forbidden", 1)
    assert told["last_failed"].endswith("Z")
    assert told["advice"].startswith("the site refuses programs")


def test_the_sync_fails_if_every_source_fails(command: Command, server: NewsServer) -> None:
    command("subscribe", server.url("/500"))
    assert command("sync").returncode == 3


def test_a_first_sync_writes_the_usual_sources_and_says_so(command: Command, config: Path) -> None:
    dead = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = command("sync", "NewsBTC", env=dead)
    assert done.returncode == 3
    assert f"10 sources of news were written into {config}" in done.stderr
    assert "NewsBTC: its server cannot be reached" in done.stderr
    written = config.read_text()
    assert '"The Block" = "https://www.theblock.co/rss.xml"' in written
    assert "were written" not in command("sync", "FT", env=dead).stderr


def test_a_name_that_is_not_followed_is_an_error(command: Command, server: NewsServer) -> None:
    command("subscribe", server.url("/feed"), "--name", "Ledger")
    done = command("sync", "Leger")
    assert (done.returncode, done.stdout) == (3, "")
    assert "no subscription 'Leger'; subscriptions: Ledger" in done.stderr
    assert command("unsubscribe", "Leger").returncode == 3
    assert command("subscribe", "javascript://x/").returncode == 3
    assert command("subscribe", "no/such/folder").returncode == 3


GOOD, BAD = "A great win for happy holders", "Terrible losses and fear"


def test_an_estimate_is_shown_as_one_and_found_as_one(command: Command, server: NewsServer) -> None:
    command("subscribe", server.serve("/feed", feed(GOOD, BAD)))
    labelled = server.serve("/news.json", json.dumps([labelled_item()]).encode())
    command("subscribe", labelled, "--kind", "news-json", "--name", "Labelled")
    assert command("sync").returncode == 0
    shown = command("list").stdout
    assert [line.split(" en ")[1].split()[0] for line in shown.splitlines()] == ["▲", "~▲", "~▼"]
    assert len(command("list", "is:estimated", "--format", "jsonl").stdout.splitlines()) == 2
    said, *guessed = json.loads(command("list", "--format", "json").stdout)
    assert (said["sentiment"], said.get("sentiment_estimated")) == ("POSITIVE", None)
    assert {each["sentiment_estimated"] for each in guessed} == {True}
    assert "negative (an estimate)" in command("show", str(guessed[1]["id"])).stdout
    counted = json.loads(command("stats", "-is:estimated", "--format", "json").stdout)
    assert counted["articles"] == 1


def labelled_item() -> dict[str, object]:
    from tests.builders import NOW

    return {
        "id": 1,
        "published": int(NOW.timestamp() * 1000),
        "title": "Terrible losses, says the title, and the publisher knows better",
        "sentiment": "POSITIVE",
        "lang": "en",
    }


def test_estimates_are_off_by_a_setting_and_categories_have_words_of_the_readers(
    command: Command, server: NewsServer, config: Path
) -> None:
    url = server.serve("/feed", feed(GOOD, "Penguins march"))
    config.parent.mkdir(parents=True)
    config.write_text(
        "estimate_sentiment = false\n[categories]\nBIRDS = ['penguin*']\n"
        f"[subscriptions]\nLedger = '{url}'\n"
    )
    assert command("sync").returncode == 0
    found = json.loads(command("list", "--format", "json").stdout)
    assert {each["sentiment"] for each in found} == {None}
    assert [each["category"] for each in found] == ["OTHER", "BIRDS"]


@pytest.mark.parametrize("kind", ["feed", "coindesk", "news-json", "folder"])
def test_every_kind_can_be_chosen(command: Command, tmp_path: Path, kind: str) -> None:
    where = tmp_path if kind == "folder" else "https://news.example/some"
    done = command("subscribe", where, "--name", "Mine", "--kind", kind)
    assert (done.returncode, f"subscribed to Mine ({kind})" in done.stderr) == (0, True)
    (told,) = json.loads(command("subscriptions", "--format", "json").stdout)
    assert (told["kind"], told["url"]) == (kind, str(where))


def test_opml_is_exported_and_imported(
    command: Command, server: NewsServer, tmp_path: Path
) -> None:
    command("subscribe", server.url("/feed"), "--name", "A & B")
    out = tmp_path / "feeds.opml"
    assert command("subscriptions", "--export", out).returncode == 0
    assert command("subscriptions", "--export", out).returncode == 3
    assert command("subscriptions", "--export", "-").stdout == out.read_text()
    command("unsubscribe", "A & B")
    done = command("subscriptions", "--import", out)
    assert (done.returncode, done.stderr) == (0, "1 read: 1 new, 0 known\n")
    done = command("subscriptions", "--import", out)
    assert done.stderr == "1 read: 0 new, 1 known\n"
    assert "A & B" in command("subscriptions").stdout
    assert command("subscriptions", "--import", out, "--export", "-").returncode == 2
    some = '<outline xmlUrl="https://a.example/"/><outline text="b" xmlUrl="ftp://b.example"/>'
    done = command("subscriptions", "--import", "-", typed=f"<opml>{some}</opml>")
    assert done.returncode == 1
    assert done.stderr.endswith("2 read: 1 new, 0 known, 1 refused\n")
    assert "b: 'ftp://b.example' is not an address" in done.stderr
    out.write_text('<!DOCTYPE x [<!ENTITY y "z">]><opml/>')
    done = command("subscriptions", "--import", out)
    assert done.returncode == 3
    assert "document type" in done.stderr


@pytest.mark.skipif(not shutil.which("bash"), reason="asks a real bash")
def test_bash_completes_the_names_of_subscriptions(config: Path, tmp_path: Path) -> None:
    config.parent.mkdir(parents=True)
    config.write_text(
        '[subscriptions]\nDecrypt = "https://a.example"\n"The Block" = "https://b.example"\n'
        '"e\\u001bvil" = "https://c.example"\n'
    )
    script = (
        'eval "$(_CRYPTOREAD_COMPLETE=bash_source cryptoread)"; COMP_WORDS=(cryptoread "$@"); '
        'COMP_CWORD=$#; _cryptoread_completion cryptoread; printf "%s\n" "${COMPREPLY[@]}"'
    )
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"

    def completed(*words: str) -> list[str]:
        done = subprocess.run(
            ["bash", "-c", script, "bash", *words],
            env={"HOME": str(tmp_path), "PATH": path, "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.split("\n")[:-1]

    assert completed("unsubscribe", "d") == ["Decrypt"]
    assert completed("unsubscribe", "") == ["Decrypt", "'The Block'", "evil"]
    assert completed("sync", "decrypt", "") == ["'The Block'", "evil"]
    config.write_text("[subscriptions\n")
    assert completed("unsubscribe", "D") == [""]


def test_hostile_text_of_a_source_acts_on_no_terminal(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "evil\x1b[2J.json"
    path.write_text('[{"title": 3}, 5]')
    name = "e\x1b]52;c;aGk=\x07vil"
    assert command("subscribe", path, "--kind", "news-json", "--name", name).returncode == 0
    done = command("sync")
    assert "\x1b" not in done.stderr + done.stdout
    assert "\x1b" not in command("subscriptions").stdout


def test_on_a_terminal_every_source_has_a_line(
    command: Command, server: NewsServer, tmp_path: Path
) -> None:
    command("subscribe", server.serve("/feed", feed("One")), "--name", "Ledger")
    environment = {"CRYPTOREAD_DATA": str(tmp_path / "data"), "HOME": str(tmp_path)}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path / ".config")}
    with Terminal([COMMAND, "sync"], size=(100, 10), env=environment) as terminal:
        terminal.wait_for("Ledger: 1 new, 0 updated, 0 unchanged")
        terminal.wait_for("1 source: 1 new")
        assert terminal.wait_exit() == 0


def write_config(path: Path, server: NewsServer) -> None:
    path.parent.mkdir(parents=True)
    lines = ['coindesk_key = "hush"', "[subscriptions]"]
    lines += [f'Feed{n} = "{server.url(f"/feed{n}")}"' for n in range(FEEDS)]
    lines += [f'API = {{ url = "{server.url("/api")}", kind = "coindesk" }}']
    path.write_text("\n".join(lines))


def start(home: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [COMMAND, *words],
        env={"HOME": str(home), "CRYPTOREAD_DATA": str(home / "data"), "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pages(request: Request) -> None:
    """Stories of the API, ten a page; the last of each is the first of the next."""
    from tests.builders import NOW

    now = int(NOW.timestamp())
    end = int(request.asked.get("to_ts", now))
    numbers = [n for n in range(1, STORIES + 1) if now - 60 * n <= end]
    request.answer(200, api_page(*numbers[:10]))


def size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def kill_somewhere(
    syncing: "subprocess.Popen[str]", server: NewsServer, log: Path, chance: random.Random
) -> str:
    """kill -9 at a moment of the sync's own making; what it had said until then.

    After a number of requests, or when the log of the cache has grown to a size: between them
    lies all of starting, asking, parsing, and storing, in the middle of a transaction too.
    """
    by_requests = chance.random() < 0.25
    wanted = len(server.seen) + chance.randint(1, 8) if by_requests else chance.randint(1, LOG)
    while syncing.poll() is None:
        if (len(server.seen) if by_requests else size(log)) >= wanted:
            break
    syncing.kill()
    return syncing.communicate()[1]


@pytest.mark.parametrize("seed", range(8))
def test_whenever_it_is_killed_the_next_sync_has_it_all_once(
    command: Command, server: NewsServer, config: Path, tmp_path: Path, seed: int
) -> None:
    write_config(config, server)
    stories = {f"Feed{n}": [f"Feed {n} story {k}" for k in range(STORIES)] for n in range(FEEDS)}
    for n, titles in enumerate(stories.values()):
        server.routes[f"/feed{n}"] = with_etag(feed(*titles, ids=f"{n}-"))
    server.routes["/api"] = pages
    stories["API"] = [f"Story {n} of the API" for n in range(1, STORIES + 1)]
    chance = random.Random(seed)
    there: set[str] = set()
    for _ in range(3):
        said = kill_somewhere(
            start(tmp_path, "sync"), server, tmp_path / "data/cache.db-wal", chance
        )
        listing = listed(command)
        for name, titles in stories.items():
            if f"{name}: " in said:
                there |= set(titles)
        assert there <= set(listing)  # nothing that was reported, or seen, is lost
        there = set(listing)
        assert len(listing) == len(there)
    assert command("sync").returncode == 0
    assert sorted(listed(command)) == sorted(title for some in stories.values() for title in some)
    counted = json.loads(command("stats", "story", "--format", "json").stdout)
    assert counted["articles"] == len(stories) * STORIES


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_as_a_service_it_goes_on_until_it_is_told_to_end(
    server: NewsServer, config: Path, tmp_path: Path, number: signal.Signals
) -> None:
    rounds = threading.Semaphore(0)

    def served(request: Request) -> None:
        with_etag(feed("One"))(request)
        rounds.release()

    write_config(config, server)
    config.write_text(f'[subscriptions]\nLedger = "{server.url("/feed")}"\n')
    server.routes["/feed"] = served
    service = start(tmp_path, "sync", "--watch", "0.001", "--json")
    for _ in range(3):
        assert rounds.acquire(timeout=20)
    service.send_signal(number)
    out, err = service.communicate(timeout=20)
    assert service.returncode == 0, err
    first, *others = [json.loads(line) for line in out.splitlines()]
    assert first["new"] == 1
    assert {each["new"] for each in others} == {0}


def test_a_service_prints_news_and_new_failures_once(
    server: NewsServer, config: Path, tmp_path: Path
) -> None:
    """Without minutes it waits for a quarter of an hour, here for the signal."""
    write_config(config, server)
    good, bad = server.serve("/feed", feed("One")), server.url("/429")
    config.write_text(f'[subscriptions]\nGood = "{good}"\nBad = "{bad}"\n')
    said = []
    for _ in range(2):
        service = start(tmp_path, "sync", "--watch")
        assert service.stderr is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("2 sources: "):
            lines.append(service.stderr.readline())
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == 0
        service.communicate()
        said.append(sorted(lines[:-1]))
    (wrong, new), again = said
    assert wrong.startswith("Bad: the server answered 429; wait")
    assert new == "Good: 1 new, 0 updated, 0 unchanged\n"
    assert again == []


def test_ctrl_c_ends_a_sync_at_once(server: NewsServer, config: Path, tmp_path: Path) -> None:
    asked = threading.Event()

    def silent(request: Request) -> None:
        asked.set()
        request.server.ended.wait()

    write_config(config, server)
    config.write_text(f'[subscriptions]\nLedger = "{server.url("/feed")}"\n')
    server.routes["/feed"] = silent
    running = start(tmp_path, "sync")
    assert asked.wait(20)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=25)  # the source itself would be given up after thirty
    assert (running.returncode, err) == (130, "interrupted; what was reported is kept\n")


# On the screen.


@pytest.mark.usefixtures("data")
def test_the_screen_syncs_goes_on_and_leaves_at_once(
    reader: Reader, command: Command, server: NewsServer, tmp_path: Path
) -> None:
    command("subscribe", server.serve("/feed", feed("Fees fall", "Blocks fill")), "--name", "Good")
    command("subscribe", server.url("/silent"), "--name", "Silent")
    config = tmp_path / ".config" / "cryptoread" / "config.toml"
    terminal = reader(env={"CRYPTOREAD_CONFIG": str(config)})
    terminal.send("r")
    terminal.wait_for("⟳ 1/2")
    terminal.send("S")
    terminal.wait_for("2 followed")
    terminal.send("S")
    terminal.wait_for(lambda shown: "2 followed" not in shown.text)
    assert "⟳ 1/2 · by category" in terminal.text
    leave(terminal)  # which waits ten seconds; the silent one has thirty to answer
    assert {"Fees fall", "Blocks fill"} <= set(listed(command))


def test_the_first_start_comes_from_the_samples_to_the_news_by_one_key(
    reader: Reader, command: Command, server: NewsServer, config: Path
) -> None:
    command("subscribe", server.serve("/feed", feed("Fees fall", "Blocks fill")), "--name", "Good")
    terminal = reader(env={"CRYPTOREAD_CONFIG": str(config), "LANG": "en_US.UTF-8"})
    terminal.wait_for("Sample articles")
    terminal.send("r")
    terminal.wait_for(lambda shown: "Sample" not in shown.text and "2 articles" in shown.text)
    terminal.wait_for("Fees fall")
    leave(terminal)
    assert listed(command) == ["Fees fall", "Blocks fill"]
