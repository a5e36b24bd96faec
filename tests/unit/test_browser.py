"""URLs from outside: which are opened, how they are shown, questions, and the command that runs."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.browser import (
    MAX_URL,
    BrowserFailed,
    Plan,
    UrlRefused,
    check,
    deceives,
    host,
    launch,
    open_url,
    plan,
)
from tests.examples import examples

URL = "https://news.example/a?b=1&c=$(id);`id`#d"
SAFE_URL = "https://news.example/a?b=1&c=$(id);%60id%60#d"


def program(folder: Path, name: str, body: str = "") -> Path:
    """An executable that writes its arguments, one a line, into `<name>.args` beside itself."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    record = f"{path}.args"
    path.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"open({record!r} + '.new', 'w').write('\\n'.join(sys.argv[1:]))\n"
        f"os.rename({record!r} + '.new', {record!r})\n{body}\n"
    )
    path.chmod(0o755)
    return path


def arguments(path: Path) -> list[str]:
    """What the program was given, once it has run."""
    record = Path(f"{path}.args")
    deadline = time.monotonic() + 10
    while not record.exists():
        assert time.monotonic() < deadline, "the browser never ran"
        time.sleep(0.01)
    return record.read_text().split("\n")


# Which URLs may be opened.


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://news.example", "https://news.example"),
        ("HTTPS://News.Example/Path", "https://news.example/Path"),
        ("http://news.example:8080/?q=a&b=c#d", "http://news.example:8080/?q=a&b=c#d"),
        ("http://news.example:/x", "http://news.example/x"),
        ("http://127.0.0.1:80/", "http://127.0.0.1:80/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]:80/"),
        ("https://my_host.news.example./", "https://my_host.news.example./"),
        (
            "https://новини.example/біткоїн",
            "https://xn--b1amarcd.example/%D0%B1%D1%96%D1%82%D0%BA%D0%BE%D1%97%D0%BD",
        ),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://ｎｅｗｓ.example/", "https://news.example/"),
        ("https://news.example/50%25?x=a|b", "https://news.example/50%25?x=a%7Cb"),
        ('https://news.example/"quoted"', "https://news.example/%22quoted%22"),
        ("https://news.example//twice//slashed", "https://news.example//twice//slashed"),
    ],
)
def test_a_web_address_is_opened_in_plain_ascii(url: str, opened: str) -> None:
    assert check(url) == opened
    assert check(opened) == opened


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "only http"),
        ("news.example", "only http"),
        ("//news.example", "only http"),
        ("javascript:alert(1)", "only http"),
        ("file:///etc/passwd", "only http"),
        ("data:text/html,x", "only http"),
        ("ssh://-oProxyCommand=x", "only http"),
        ("ms-msdt:/id", "only http"),
        ("--remote-debugging-port=1", "only http"),
        ("-https://news.example", "only http"),
        ("https://", "no host"),
        ("https:news.example", "no host"),
        ("https:///news.example", "no host"),
        ("https://:80/", "not a valid"),
        ("https://bank.example@evil.example/", "user name"),
        ("https://user:secret@evil.example/", "user name"),
        ("https://news.example/\n--flag", "control"),
        ("https://news.example/\x1b]52;c;x\x07", "control"),
        ("https://news.example/a b", "space"),
        (" https://news.example/", "space"),
        ("https://news.example/\u00a0x", "space"),
        ("https://news.example/\u202egpj.exe", "control"),
        ("https://news.example/\ud800", "control"),
        ("https://news.example/%0a%1b", "encoded control"),
        ("https://news.example/?q=%7F", "encoded control"),
        ("https://news%00.example/", "encoded control"),
        ("https://news%2eexample/", "not a valid host"),
        ("https://-flag.example/", "not a valid host"),
        ("https://evil.example\\.bank.example/", "not a valid host"),
        ("https://a..example/", "not a valid host"),
        ("https://" + "a" * 64 + ".example/", "not a valid host"),
        ("https://" + "a.\ufe0f" * 90 + "example/", "not a valid host"),
        ("https://" + "ї" * 64 + ".example/", "not a valid host"),
        ("https://" + "a." * 130 + "example/", "not a valid host"),
        ("https://$(id).example/", "not a valid host"),
        ("https://news.example:99999/", "99999 is not a valid port"),
        ("https://news.example:x/", "not a valid address"),
        ("https://news.example:80:90/", "not a valid address"),
        ("https://[::1/", "not a valid address"),
        ("https://[::1]evil.example/", "not a valid"),
        ("https://[1.2.3.4]/", "not a valid"),
        ("https://news.example／evil.example/", "not a valid address"),
        ("https://news.example/" + "a" * MAX_URL, "longer than"),
    ],
)
def test_anything_else_is_refused_by_name(url: str, reason: str) -> None:
    with pytest.raises(UrlRefused, match=reason) as refused:
        check(url)
    sentence = str(refused.value)
    assert sentence.isprintable()
    assert len(sentence) < 200
    assert sentence.startswith(url[:20] if url.isprintable() and url else "")


@given(st.text() | st.builds("http://{}".format, st.text()))
@examples(300)
def test_an_opened_address_is_one_argument_of_visible_ascii(url: str) -> None:
    try:
        opened = check(url)
    except UrlRefused:
        return
    assert opened.startswith(("http://", "https://"))
    assert opened.isascii()
    assert opened.isprintable()
    assert not set(opened) & set(' "<>\\`')
    assert check(opened) == opened


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://News.Example:8080/x", "news.example"),
        ("https://аpple.example/", "xn--pple-43d.example"),
        ("http://[::1]/", "::1"),
    ],
)
def test_the_host_shown_is_the_one_that_is_asked_for(url: str, shown: str) -> None:
    assert host(url) == shown


# When to ask first.


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("https://bank.example/login", "https://evil.example/"),
        ("bank.example", "https://evil.example/"),
        ("BANK.example/login?x", "https://evil.example/"),
        ("(bank.example)", "https://evil.example/bank.example"),
        ("www.bank.example", "https://bank.example.evil.example/"),
        ("Log in at https://bank.example now", "https://evil.example/"),
        ("bank.com", "https://www.com/"),
        ("notbank.example", "https://bank.example/"),
        ("bank.example", "https://notbank.example/"),
        ("apple.example", "https://аpple.example/"),
        ("bank․example", "https://evil.example/"),
        ("https://bank.example@evil.example/", "https://evil.example/"),
        ("desk@bank.example", "https://evil.example/"),
        ("bank.example/login and more", "https://evil.example/"),
        ("bank.example:443", "https://evil.example/"),
        ("банк.example", "https://evil.example/"),
    ],
)
def test_a_label_that_names_another_host_asks_first(label: str, url: str) -> None:
    question = deceives(label, url)
    assert question is not None
    assert host(url) in question
    assert question.isprintable()


@pytest.mark.parametrize(
    ("label", "url"),
    [
        ("the report", "https://news.example/"),
        ("", "https://news.example/"),
        ("news.example", "https://news.example/story"),
        ("https://www.news.example/", "https://news.example/story"),
        ("news.example", "https://www.news.example/story"),
        ("news.example", "https://uk.news.example/story"),
        ("uk.news.example", "https://news.example/story"),
        ("новини.example", "https://xn--b1amarcd.example/"),
        ("whitepaper.pdf", "https://news.example/whitepaper.pdf"),
        ("Node.js", "https://news.example/"),
        ("v2.0", "https://news.example/"),
        ("U.S.", "https://news.example/"),
        ("e.g. this", "https://news.example/"),
        ("[/foo]", "https://news.example/"),
        ("bank.example", "javascript:alert(1)"),
    ],
)
def test_an_honest_label_does_not_ask(label: str, url: str) -> None:
    assert deceives(label, url) is None


@given(st.text(alphabet=st.sampled_from("a.://@:w[] \n\u202e/?#…") | st.characters()))
@examples(200)
def test_any_label_can_be_checked(label: str) -> None:
    question = deceives(label, "https://news.example/")
    assert question is None or question.isprintable()


# Which command runs.


def bins(tmp_path: Path, *names: str) -> str:
    for name in names:
        program(tmp_path / "bin", name)
    return str(tmp_path / "bin")


@pytest.mark.parametrize(
    ("browser", "argv"),
    [
        ("firefox", ["firefox", SAFE_URL]),
        ("firefox --new-tab %s", ["firefox", "--new-tab", SAFE_URL]),
        ("firefox --app=%s -x", ["firefox", f"--app={SAFE_URL}", "-x"]),
        ("firefox '-P my profile'", ["firefox", "-P my profile", SAFE_URL]),
        ("firefox %s &", ["firefox", SAFE_URL]),
        ("missing:firefox", ["firefox", SAFE_URL]),
        ("missing %s:'unclosed:firefox", ["firefox", SAFE_URL]),
        (":firefox:w3m", ["firefox", SAFE_URL]),
        ("sh -c 'firefox %s':firefox", ["firefox", SAFE_URL]),
    ],
)
def test_browser_names_the_command_and_the_url_is_one_argument(
    browser: str, argv: list[str], tmp_path: Path
) -> None:
    path = bins(tmp_path, "firefox", "w3m", "sh", "xdg-open")
    found = plan(URL, {"BROWSER": browser, "PATH": path, "DISPLAY": ":0"}, "linux")
    assert [Path(found.argv[0]).name, *found.argv[1:]] == argv
    assert found.url == SAFE_URL
    assert not found.needs_terminal


@pytest.mark.parametrize("browser", ["missing", "%s", "'", "sh -c 'firefox %s'"])
def test_an_unusable_browser_variable_is_named_and_no_other_browser_is_opened(
    browser: str, tmp_path: Path
) -> None:
    path = bins(tmp_path, "firefox", "sh", "xdg-open")
    with pytest.raises(BrowserFailed, match="BROWSER is set to") as failed:
        plan(URL, {"BROWSER": browser, "PATH": path, "DISPLAY": ":0"}, "linux")
    assert failed.value.url == SAFE_URL
    assert SAFE_URL in str(failed.value)


DESKTOP = {"DISPLAY": ":0", "TERM": "xterm"}
REMOTE = {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22", "TERM": "xterm"}


@pytest.mark.parametrize(
    ("environ", "platform", "there", "argv"),
    [
        (DESKTOP, "linux", ["xdg-open", "firefox"], ["xdg-open"]),
        ({**DESKTOP, "BROWSER": ""}, "linux", ["xdg-open"], ["xdg-open"]),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", ["gio", "firefox"], ["gio", "open", "--"]),
        (DESKTOP, "linux", ["lynx", "chromium"], ["chromium"]),
        (DESKTOP, "linux", ["lynx"], ["lynx"]),
        ({**DESKTOP, "WSL_DISTRO_NAME": "x"}, "linux", ["wslview", "xdg-open"], ["wslview"]),
        (REMOTE, "linux", ["xdg-open", "w3m"], ["w3m"]),
        ({**REMOTE, "DISPLAY": "localhost:10"}, "linux", ["xdg-open", "w3m"], ["xdg-open"]),
        ({"TERM": "xterm"}, "darwin", ["open", "lynx"], ["open"]),
        (REMOTE, "darwin", ["open", "lynx"], ["lynx"]),
        ({}, "win32", ["rundll32"], ["rundll32", "url.dll,FileProtocolHandler"]),
    ],
)
def test_without_browser_the_usual_one_of_the_place_is_used(
    environ: dict[str, str], platform: str, there: list[str], argv: list[str], tmp_path: Path
) -> None:
    found = plan(URL, {**environ, "PATH": bins(tmp_path, *there)}, platform)
    assert [Path(found.argv[0]).name, *found.argv[1:]] == [*argv, SAFE_URL]
    assert found.needs_terminal == (argv[0] in ("lynx", "w3m"))


@pytest.mark.parametrize(
    ("environ", "platform", "there"),
    [
        (DESKTOP, "linux", []),
        ({"TERM": "xterm"}, "linux", ["xdg-open", "firefox"]),
        ({"TERM": "dumb"}, "linux", ["lynx"]),
        ({}, "linux", ["lynx"]),
        (REMOTE, "darwin", ["open"]),
    ],
)
def test_without_a_browser_the_address_is_given_instead(
    environ: dict[str, str], platform: str, there: list[str], tmp_path: Path
) -> None:
    with pytest.raises(BrowserFailed, match="no browser was found here; the address is") as failed:
        plan(URL, {**environ, "PATH": bins(tmp_path, *there)}, platform)
    assert SAFE_URL in str(failed.value)


@pytest.mark.parametrize("browser", ["w3m", "lynx -nopause %s", "/usr/bin/missing:links"])
def test_a_text_browser_asks_for_the_terminal(browser: str, tmp_path: Path) -> None:
    path = bins(tmp_path, "w3m", "lynx", "links")
    assert plan(URL, {"BROWSER": browser, "PATH": path}, "linux").needs_terminal


# Running it.


def test_the_browser_gets_the_url_as_one_argument_and_no_shell_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = program(tmp_path / "my programs", "browser")
    monkeypatch.setenv("BROWSER", f"'{browser}' --new-tab %s")
    assert open_url(URL) == SAFE_URL
    assert arguments(browser) == ["--new-tab", SAFE_URL]


def test_a_refused_url_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = program(tmp_path, "browser")
    monkeypatch.setenv("BROWSER", str(browser))
    with pytest.raises(UrlRefused):
        open_url("file:///etc/passwd")
    assert not Path(f"{browser}.args").exists()


def test_a_browser_that_keeps_running_is_not_waited_for_and_gets_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    gate = tmp_path / "gate"
    browser = program(
        tmp_path,
        "browser",
        "import time\nprint('noise'); print('noise', file=sys.stderr)\n"
        "assert sys.stdin.read() == ''\nassert os.getsid(0) == os.getpid()\n"
        f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
        f"os.rename({str(gate)!r}, {str(gate) + '.seen'!r})",
    )
    monkeypatch.setenv("BROWSER", str(browser))
    open_url(URL)
    gate.touch()
    arguments(browser)
    deadline = time.monotonic() + 10
    while gate.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert Path(f"{gate}.seen").exists(), "the browser did not outlive the call"
    assert capfd.readouterr() == ("", "")


def test_a_browser_that_fails_at_once_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader.browser.SETTLED_S", 30)  # "at once" on a machine under load
    browser = program(tmp_path, "browser", "sys.exit(3)")
    with pytest.raises(BrowserFailed, match="browser failed with exit code 3") as failed:
        launch(Plan(url=SAFE_URL, argv=(str(browser), SAFE_URL)))
    assert SAFE_URL in str(failed.value)


@pytest.mark.parametrize("needs_terminal", [False, True])
def test_a_browser_that_cannot_start_is_reported(needs_terminal: bool, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x00no program")
    broken.chmod(0o755)
    way = Plan(url=URL, argv=(str(broken), URL), needs_terminal=needs_terminal)
    with pytest.raises(BrowserFailed, match="broken could not be started"):
        launch(way)


def test_a_text_browser_keeps_the_terminal_until_it_ends(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    browser = program(
        tmp_path,
        "w3m",
        "import signal\nassert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN\n"
        "os.kill(os.getppid(), signal.SIGINT)\nprint('a page')",
    )
    launch(Plan(url=SAFE_URL, argv=(str(browser), SAFE_URL), needs_terminal=True))
    assert arguments(browser) == [SAFE_URL]
    assert capfd.readouterr().out == "a page\n"
