"""The kinds of suites: how each is read, and how its inputs go through the program.

Law: no crash, no hang, no entry that is neither there nor named with a reason.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TypeVar
from xml.sax.saxutils import escape

import yaml

from reader.formats.opml import write_opml
from reader.subscriptions import Kind, Subscription
from reader.text import clean, clean_line, is_visible
from tests.news_server import NewsServer
from tests.suites.program import Program, Tally
from tests.sweep.checks import faults

T = TypeVar("T")

Said = Callable[[Tally], object]
Cases = list[tuple[str, bytes]]

LAST = "These are the last words of"
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EXAMPLE = re.compile(r"^`{32} example[^\n]*\n(.*?)^\.\n.*?^`{32}$", re.MULTILINE | re.DOTALL)
FEEDS_AT_ONCE = 20


# Reading suites.


def naughty_strings(file: Path) -> list[str]:
    """The strings of a JSON array, or the lines of a text without its comments."""
    if file.suffix == ".json":
        return [str(each) for each in json.loads(file.read_text("utf-8"))]
    lines = file.read_bytes().decode("utf-8", "replace").split("\n")
    return [line for line in lines if line and not line.startswith("#")]


def documents(folder: Path, *endings: str) -> Cases:
    """Files of those endings below the folder, by their path in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        (path.relative_to(folder).as_posix(), path.read_bytes())
        for path in paths
        if path.name.endswith(endings)
    ]


def yaml_cases(folder: Path) -> Cases:
    """Documents of YAML: files that hold one, and those of the suite that hold a list of cases."""
    cases: Cases = []
    for name, data in documents(folder, ".yaml", ".yml", ".data", ".loader-error", ".canonical"):
        with suppress(yaml.YAMLError, UnicodeDecodeError, RecursionError):
            tree = yaml.load(data, yaml.CBaseLoader)  # noqa: S506 - it makes texts alone
            if isinstance(tree, list) and tree and all(isinstance(each, dict) for each in tree):
                texts = [each["yaml"] for each in tree if isinstance(each.get("yaml"), str)]
                if texts:
                    cases += [(f"{name}-{n}", _signs(text)) for n, text in enumerate(texts)]
                    continue
        cases.append((name, data))
    return cases


def _signs(text: str) -> bytes:
    """What the suite writes for signs that cannot be seen."""
    text = re.sub("—*»", "\t", text.replace("␣", " ").replace("←", "\r").replace("⇔", "\ufeff"))
    return text.replace("↵", "").removesuffix("∎\n").encode()


def markdown_cases(file: Path) -> Cases:
    """The examples of CommonMark, from `spec.json` or `spec.txt`."""
    text = file.read_text("utf-8")
    if file.suffix == ".json":
        examples = [each["markdown"] for each in json.loads(text)]
    else:
        examples = [each.replace("→", "\t") for each in _EXAMPLE.findall(text)]
    return [(f"example-{n}", example.encode()) for n, example in enumerate(examples, 1)]


def batched(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """So many at a time."""
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some


# Running them.


def run_naughty(program: Program, server: NewsServer, strings: list[str], said: Said) -> None:
    """Each string in all fields of an article, in a feed, in a list of sources, as a query."""
    archive = program.work / "archive"
    archive.mkdir()
    for number, text in enumerate(strings):
        quoted = json.dumps(text.encode("utf-8", "replace").decode())
        fields = f"title: {quoted}\ndescription: {quoted}\ncategory: {quoted}\ntags: [{quoted}]\n"
        fields += f"source:\n  name: {quoted}\n  key: {quoted}\nexternalId: n{number}\nlang: en\n"
        _write(archive / f"n{number}.en.md", f"---\n{fields}---\n{text}\n\n{LAST} n{number}.\n")
        bare = f"title: {text}\ntags:\n  - {text}\nexternalId: b{number}\n"
        _write(archive / f"b{number}.en.md", f"---\n{bare}---\n{LAST} b{number}.\n")
    said(_imported(program, archive, "naughty strings in fields", [*_names("n", strings)]))
    said(_kept_bodies(program, archive, "naughty strings in broken fields", _names("b", strings)))
    said(_titles(program, strings))
    said(_in_a_feed(program, server, strings))
    said(_as_names(program, strings))
    said(_as_queries(program, strings))
    said(_changed(program, archive, "naughty strings in fields that change"))
    said(_walked(program, "naughty strings on a screen"))


def _names(letter: str, strings: list[str]) -> Iterator[str]:
    return (f"{letter}{number}" for number in range(len(strings)))


def _imported(program: Program, archive: Path, kind: str, names: Iterable[str]) -> Tally:
    """Import a folder of files `NAME.en.md`; each is there with its last words, or is named."""
    tally = Tally(kind)
    ended = program.run("import", str(archive), seconds=120)
    tally.note("import", program.troubles(ended))
    _bodies(program, tally, ended.err, names)
    return tally


def _kept_bodies(program: Program, archive: Path, kind: str, names: Iterable[str]) -> Tally:
    tally = Tally(kind)
    _bodies(program, tally, program.run("import", str(archive), seconds=120).err, names)
    return tally


def _bodies(program: Program, tally: Tally, err: str, names: Iterable[str]) -> None:
    bodies = "\0".join(each["body"] for each in program.exported())
    for name in names:
        there = f"{LAST} {name}." in bodies
        named = f"{name}.en.md" in err
        tally.note(name, [] if there or named else ["neither there nor named"])


def _titles(program: Program, strings: list[str]) -> Tally:
    tally = Tally("naughty strings as titles")
    found = {each["external_id"]: each["title"] for each in program.listed()}
    for number, text in enumerate(strings):
        wanted = clean_line(text.encode("utf-8", "replace").decode())
        title = found.get(f"n{number}")
        is_right = title is not None and (
            clean_line(title) == wanted if is_visible(wanted) else is_visible(title)
        )
        tally.note(repr(text)[:60], [] if is_right else [f"shown as {title!r}"])
    return tally


def _in_a_feed(program: Program, server: NewsServer, strings: list[str]) -> Tally:
    tally = Tally("naughty strings in a feed")
    items = []
    for number, text in enumerate(strings):
        shown = escape(_NOT_XML.sub("", text))
        items.append(
            f"<item><guid>{number}</guid><title>{shown}</title><description>{LAST} item {number}. "
            f"{shown}</description><category>{shown}</category></item>"
        )
    for part, some in enumerate(batched(items, 100)):
        body = f'<rss version="2.0"><channel><title>N</title>{"".join(some)}</channel></rss>'
        _follow(program, {f"Naughty {part}": server.serve(f"/naughty-{part}", body.encode())})
        ended = program.run("sync", "--json", seconds=60)
        tally.note(f"part {part}", program.troubles(ended))
    bodies = "\0".join(each["body"] for each in program.exported())
    for number in range(len(strings)):
        is_there = f"{LAST} item {number}." in bodies
        tally.note(f"item {number}", [] if is_there else ["is not there"])
    return tally


def _as_names(program: Program, strings: list[str]) -> Tally:
    tally = Tally("naughty strings as names of sources")
    named = [
        Subscription(text, f"https://e.example/{number}", Kind.FEED)
        for number, text in enumerate(strings)
    ]
    for part, some in enumerate(batched(named, 50)):
        other = program.work / f"names-{part}.toml"
        program.config, before = other, program.config
        file = program.work / f"names-{part}.opml"
        _write(file, write_opml(some))
        ended = program.run("subscriptions", "--import", str(file))
        troubles = program.troubles(ended)
        listed = program.run("subscriptions", "--format", "json")
        troubles += program.troubles(listed)
        found = {each["url"] for each in json.loads(listed.out or "[]")}
        program.config = before
        tally.note(f"list {part}", troubles)
        for each in some:
            is_there = each.url in found or each.url in ended.err
            tally.note(repr(each.name)[:60], [] if is_there else ["neither there nor named"])
    return tally


def _as_queries(program: Program, strings: list[str]) -> Tally:
    tally = Tally("naughty strings as queries")
    for text in strings:
        if "\0" in text or text.startswith("--"):
            continue  # no shell can pass the one, and the other is an option
        for words in ([text], [f"tag:{text}"], [f'title:"{text}']):
            ended = program.run("list", "--limit", "2", "--format", "json", *words)
            troubles = program.troubles(ended)
            if ended.code:
                troubles.append(f"ended with {ended.code}: {ended.err[-200:]}")
            tally.note(repr(words[0])[:60], troubles)
    return tally


def run_feeds(program: Program, server: NewsServer, cases: Cases, said: Said) -> None:
    """Each document at an address; every entry that feedparser finds is stored or refused."""
    tally = Tally("feed documents")
    for part in batched(enumerate(cases), FEEDS_AT_ONCE):
        addresses = {
            f"F{number}": server.serve(f"/suite/{number}", data) for number, (_, data) in part
        }
        _follow(program, addresses)
        ended = program.run("sync", "--json", seconds=HANG_ALL_S)
        results = _results(ended.out)
        for number, (name, data) in part:
            if ended.code == -14 or f"F{number}" not in results:
                tally.note(name, program.troubles(ended) or ["no result"])
            else:
                tally.note(name, list(_lost_entries(results[f"F{number}"], data)))
        if ended.code != -14 and (troubles := program.troubles(ended)):
            tally.note(f"{part[0][1][0]} and those after it", troubles)
    said(tally)
    said(_walked(program, "feed documents on a screen"))


HANG_ALL_S = 60


def _follow(program: Program, addresses: dict[str, str]) -> None:
    lines = [f"{json.dumps(name)} = {json.dumps(url)}" for name, url in addresses.items()]
    _write(program.config, "[subscriptions]\n" + "\n".join(lines) + "\n")


def _results(out: str) -> dict[str, dict[str, object]]:
    with suppress(ValueError):
        return {each["name"]: each for each in json.loads(out)["sources"]}
    return {}


def _lost_entries(result: dict[str, object], data: bytes) -> Iterator[str]:
    import feedparser

    if result["status"] not in ("ok", "unchanged"):
        if not result.get("error"):
            yield f"{result['status']} without a reason"
        return
    entries = feedparser.parse(data)["entries"]
    said = [
        (entry.get("id"), entry.get("link"), entry.get("title"), entry.get("summary"))
        for entry in entries
        if any(entry.get(key) for key in ("title", "summary", "content", "link", "id"))
    ]
    counts = [result[name] for name in ("new", "updated", "unchanged", "refused")]
    counted = sum(n if isinstance(n, int) else 0 for n in counts)
    if counted < len(set(said)):
        yield f"{len(set(said))} entries, {counted} are told of"


def run_yaml(program: Program, _: NewsServer, cases: Cases, said: Said) -> None:
    """Each document as front matter, and as a file of its own."""
    files = {}
    for number, (name, data) in enumerate(cases):
        files[f"y{number}"] = (name, b"---\n" + data + b"\n---\n\n" + _last(f"y{number}"))
        files[f"r{number}"] = (name, data + b"\n\n" + _last(f"r{number}"))
    said(_one_by_one(program, "YAML documents as front matter", files))
    archive = program.work / f"one-by-one-{len(files)}"
    said(_changed(program, archive, "YAML documents that change"))
    said(_walked(program, "YAML documents on a screen"))


def run_json(program: Program, server: NewsServer, cases: Cases, said: Said) -> None:
    """Each document as a file of articles, as lines of them, as a feed, as front matter."""
    tally = Tally("JSON documents")
    folder = program.work / "documents"
    folder.mkdir()
    for number, (name, data) in enumerate(cases):
        for ending in ("json", "jsonl"):
            path = folder / f"j{number}.{ending}"
            path.write_bytes(data)
            ended = program.run("import", str(path))
            troubles = program.troubles(ended)
            if ended.code == 1 and path.name not in ended.err:
                troubles.append("refused without being named")
            tally.note(f"{name} as .{ending}", troubles)
    said(tally)
    files = {
        f"j{number}": (name, data + b"\n\n" + _last(f"j{number}"))
        for number, (name, data) in enumerate(cases)
    }
    said(_one_by_one(program, "JSON documents as front matter", files))
    run_feeds(program, server, [(f"{name} as a feed", data) for name, data in cases], said)


def run_markdown(program: Program, _: NewsServer, cases: Cases, said: Said) -> None:
    """Each example as the body of an article, shown and opened."""
    archive = program.work / "archive"
    archive.mkdir()
    for number, (name, data) in enumerate(cases):
        head = f"---\ntitle: {name}\nexternalId: m{number}\nlang: en\n---\nFirst words.\n\n"
        last = b"" if b"```" in data or b"~~~" in data else b"\n\n" + _last(f"m{number}")
        (archive / f"m{number}.en.md").write_bytes(head.encode() + data + last)
    tally = Tally("Markdown examples")
    ended = program.run("import", str(archive), seconds=120)
    tally.note("import", program.troubles(ended))
    bodies = {each["externalId"]: each["body"] for each in program.exported()}
    for number, (name, data) in enumerate(cases):
        body, troubles = bodies.get(f"m{number}", ""), []
        if clean(data.decode()).strip() not in body:
            troubles.append("its text is not in the article")
        for form in ("text", "markdown", "json"):
            shown = program.run("show", f"m{number}", "--format", form)
            troubles += program.troubles(shown)
            if shown.code or "First words." not in shown.out:
                troubles.append(f"show --format {form} ended with {shown.code}")
        tally.note(name, troubles)
    said(tally)
    said(_walked(program, "Markdown examples on a screen"))


def _one_by_one(program: Program, kind: str, files: dict[str, tuple[str, bytes]]) -> Tally:
    """Import one file after the other; each is there with its last words, or is named."""
    tally, found = Tally(kind), {}
    archive = program.work / f"one-by-one-{len(files)}"
    archive.mkdir()
    for number, (_, data) in files.items():
        path = archive / f"{number}.en.md"
        path.write_bytes(data)
        found[number] = program.run("import", str(path))
    bodies = "\0".join(each["body"] for each in program.exported())
    for number, (name, _) in files.items():
        ended = found[number]
        troubles = program.troubles(ended)
        is_there, is_named = f"{LAST} {number}." in bodies, f"{number}.en.md" in ended.err
        if not troubles and not is_there and not is_named:
            troubles.append("neither there nor named")
        tally.note(f"{name} ({number})", troubles)
    return tally


def _changed(program: Program, archive: Path, kind: str) -> Tally:
    """Import the files of a folder again, each with more text: counts and words still agree."""
    tally = Tally(kind)
    for path in archive.glob("*.md"):
        with path.open("ab") as file:
            file.write(b"\nMore text.\n")
    ended = program.run("import", str(archive), seconds=120)
    tally.note("import", [*program.troubles(ended), *faults(program.folder)])
    return tally


def _walked(program: Program, kind: str) -> Tally:
    tally = Tally(kind)
    troubles = list(program.walk())
    tally.tried += program.walked
    if troubles:
        tally.note("all", troubles)
    return tally


def _last(name: str) -> bytes:
    return f"{LAST} {name}.\n".encode()


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", errors="replace")
