"""A URL to the browser from within the screen, which steps aside for a browser of the terminal."""

import asyncio

from textual.app import App

from reader.browser import Plan, host, launch, plan


async def open_in_browser(app: App[None], url: str) -> str:
    """Open it and say where it went. Raises UrlRefused, and BrowserFailed where nothing took it."""
    way = plan(url)
    if way.needs_terminal:
        _launch_in_terminal(app, way)
    else:
        await asyncio.to_thread(launch, way)
    return f"opened {host(way.url)} in the browser"


def _launch_in_terminal(app: App[None], way: Plan) -> None:
    with app.suspend():
        launch(way)
