"""Call the programs of `[commands]` with the article under the cursor."""

import asyncio
import os
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from reader import browser
from reader.alerts.command import filled
from reader.article import Article
from reader.config.commands import OwnCommand
from reader.i18n import _
from reader.reasons import reason_of
from reader.safety.own_files import PRIVATE_FILE, create
from reader.safety.temporary import TemporaryFolder
from reader.ui.screen.host import Host
from reader.ui.textual_compat.failures import in_background


def call(host: Host, commands: Sequence[OwnCommand], name: str, article: Article) -> None:
    """Call the command of that name beside the screen, which says what came of it."""
    own = next(each for each in commands if each.name == name)
    in_background(host, partial(_call, host, own, article), group="own-command")


async def _call(host: Host, own: OwnCommand, article: Article) -> None:
    url = ""
    if "{url}" in own.command:
        try:
            url = browser.check(article.url)
        except browser.UrlRefused as error:
            said = _("{command} needs the article's address; {reason}")
            host.say(said.format(command=own.name, reason=error), error=True)
            return
    values = {"url": url, "title": article.title}
    if "{markdown_file}" in own.command:
        values["markdown_file"] = str(await asyncio.to_thread(_written, article))
    arguments = tuple(filled(own.command, values))
    try:
        if own.terminal:
            with host.app.suspend():
                code = browser.run_in_foreground(arguments)
        else:
            code = await asyncio.to_thread(browser.run_detached, arguments)
    except OSError as error:
        said = _("{command} cannot be started ({program}: {reason})")
        said = said.format(command=own.name, program=arguments[0], reason=reason_of(error))
        host.say(said, error=True)
        return
    if code:
        said = _("{command} ended with exit code {code}")
        host.say(said.format(command=own.name, code=code), error=True)
    else:
        said = _("{command} was called with {title}")
        host.say(said.format(command=own.name, title=article.title))


@cache
def _folder() -> TemporaryFolder:
    """Return the folder of the files; it is deleted when the program ends."""
    return TemporaryFolder()


def _written(article: Article) -> Path:
    """Return a new file with title and text of the article. Raises OSError."""
    folder = Path(_folder().name)
    path = folder / f"article-{len(list(folder.iterdir()))}.md"
    with os.fdopen(create(path, PRIVATE_FILE), "w", encoding="utf-8") as file:
        file.write(f"# {article.title}\n\n{article.body}\n")
    return path
