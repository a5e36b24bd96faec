"""Videos, posts and audio of other sites that a page names only by their id or address.

AMP and the "lite" elements have an element per site: `<amp-youtube data-videoid="…">`.
"""

import re

from reader.formats.html.addresses import Attributes, media_address, web_address

_ID = re.compile(r"[\w.~-]{1,100}", re.ASCII)

_YOUTUBE = "https://www.youtube.com/watch?v={}"
_VIMEO = "https://vimeo.com/{}"
_BY_ID = {
    "amp-youtube": (("data-videoid", _YOUTUBE),),
    "lite-youtube": (
        ("videoid", _YOUTUBE),
        ("video-id", _YOUTUBE),
        ("playlistid", "https://www.youtube.com/playlist?list={}"),
    ),
    "lite-youtube-embed": (("videoid", _YOUTUBE),),
    "youtube-video": (("video-id", _YOUTUBE),),
    "amp-vimeo": (("data-videoid", _VIMEO),),
    "lite-vimeo": (("videoid", _VIMEO),),
    "vimeo-video": (("video-id", _VIMEO),),
    "amp-dailymotion": (("data-videoid", "https://www.dailymotion.com/video/{}"),),
    "amp-twitter": (("data-tweetid", "https://x.com/i/status/{}"),),
    "amp-instagram": (("data-shortcode", "https://www.instagram.com/p/{}/"),),
    "amp-soundcloud": (
        (
            "data-trackid",
            "https://w.soundcloud.com/player/?url=https://api.soundcloud.com/tracks/{}",
        ),
        (
            "data-playlistid",
            "https://w.soundcloud.com/player/?url=https://api.soundcloud.com/playlists/{}",
        ),
    ),
    "amp-gist": (("data-gistid", "https://gist.github.com/{}"),),
    "amp-imgur": (("data-imgur-id", "https://imgur.com/{}"),),
    "amp-tiktok": (("data-src", "https://www.tiktok.com/embed/v2/{}"),),
    "amp-vine": (("data-vineid", "https://vine.co/v/{}"),),
    "amp-wistia-player": (("data-media-hashed-id", "https://fast.wistia.net/embed/iframe/{}"),),
    "amp-jwplayer": (("data-media-id", "https://cdn.jwplayer.com/previews/{}"),),
    "amp-brid-player": (("data-video", "https://services.brid.tv/player/iframe?video={}"),),
}
"""Attributes that have an id, and the address that it makes."""

_ADDRESSES = ("src", "data-src", "data-href", "data-url", "data-embed-url", "data-permalink")
_FAMILIES = re.compile(r"(?:amp|lite)-|.*-(?:video|audio|player|embed|iframe)$")
_NEVER = re.compile(
    r"amp-(?:ad|auto-ads|sticky-ad|pixel|analytics|call-tracking|consent|geo|list|state|script"
    r"|install-serviceworker|access|form|img|anim|next-page|recaptcha-input|subscriptions)\b"
)
"""Elements of forms, trackers and ads, and those that are read elsewhere."""


def embedded_address(tag: str, attributes: Attributes, base: str) -> str:
    """Return the address of what an element embeds; empty for any other element."""
    if "-" not in tag or not _FAMILIES.match(tag) or _NEVER.match(tag):
        return ""
    for name, pattern in _BY_ID.get(tag, ()):
        value = (attributes.get(name) or "").strip()
        if _ID.fullmatch(value):
            return web_address(pattern.format(value))
    account, video = (attributes.get(f"data-{name}") or "" for name in ("account", "video-id"))
    if tag == "amp-brightcove" and _ID.fullmatch(account) and _ID.fullmatch(video):
        player = f"https://players.brightcove.net/{account}/default_default/index.html"
        return f"{player}?videoId={video}"
    return media_address(attributes, base, *_ADDRESSES)


def title_of(attributes: Attributes) -> str:
    """Return the page's title of an embedded thing; empty if it has none."""
    names = ("title", "aria-label", "videotitle", "data-title", "data-video-title")
    return next(filter(None, map(attributes.get, names)), "") or ""
