"""What Textual is imported without works when it is used afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

TLS = """
import asyncio, ssl

async def answer(reader, writer):
    writer.write(b"this is not TLS, whatever the client says\\n" * 10)
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        try:
            await asyncio.open_connection("127.0.0.1", port, ssl=ssl.create_default_context())
        except ssl.SSLError as error:
            print("refused:", "SSL" in str(error))

asyncio.run(main())
"""

PROCESS = """
import asyncio, subprocess, sys

async def main():
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print('from a process')",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )
    print((await ran.communicate())[0].decode().strip())
    names = ("PIPE", "STDOUT", "DEVNULL")
    print(all(getattr(asyncio.subprocess, each) == getattr(subprocess, each) for each in names))

asyncio.run(main())
"""

LOG = """
import asyncio, logging, sys
logging.basicConfig(stream=sys.stdout, format="%(name)s: %(message)s", level=logging.DEBUG)

async def main():
    asyncio.get_running_loop().call_exception_handler({"message": "a task failed"})

asyncio.run(main())
"""

RICH = """
import io, pickle
from rich.console import Console
from rich.style import Style
from rich.table import Table
from textual.color import Color, ColorParseError
from textual.design import ColorSystem, show_design
from textual.layout import Canvas
from textual.style import Style as TextualStyle

print(Style(meta={"a": 1}).meta, TextualStyle.from_meta({"b": 2}).meta)
console = Console(file=io.StringIO(), width=80)
system = ColorSystem("#123456")
console.print(show_design(system, system))
print("primary" in console.file.getvalue(), type(Canvas(3, 2)).__module__)
try:
    Color.parse("redd")
except ColorParseError as error:
    print(error.suggested_color)
"""

NUMBERS = """
import pickle
from decimal import Decimal
from fractions import Fraction
from rich.style import Style
print(Fraction(Decimal("0.5")), Fraction(3, 4), Fraction("1/3") + 1)
print(pickle.loads(pickle.dumps(Style(meta={"a": [1]}))).meta, pickle.PicklingError.__name__)
"""

MARKDOWN = """
import sys
from reader.ui.prose.text import Prose, warm_up
warm_up()
print({"html.entities", "linkify_it"} & set(sys.modules))
text = "&copy; &eacute;tude &nonsense; &amp; &#65; www.a.example https://b.example/"
print(*(line.text for line in Prose(text).lines(100)))
import linkify_it
from markdown_it.common.entities import entities
print(entities["copy"], len(entities) > 2000)
"""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (TLS, ["refused: True"]),
        (PROCESS, ["from a process", "True"]),
        (LOG, ["asyncio: Using selector: ", "asyncio: a task failed"]),
        (RICH, ["{'a': 1} {'b': 2}", "True textual.canvas", "red"]),
        (NUMBERS, ["1/2 3/4 4/3", "{'a': [1]} PicklingError"]),
        (
            MARKDOWN,
            [
                "set()",
                "© étude &nonsense; & A www.a.example https://b.example/",
                "© True",
            ],
        ),
    ],
    ids=["tls", "processes", "logging", "rich", "numbers", "markdown"],
)
def test_what_textual_is_imported_without_works_afterwards(script: str, said: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", f"import reader.ui\n{script}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert len(lines) == len(said), ran.stdout
    assert all(line.startswith(start) for line, start in zip(lines, said, strict=True)), lines
