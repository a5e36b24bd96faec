"""The reader screen's keys: what each is bound to, and which of them the key line shows.

Lists and the reading pane have their own keys for moving, in their own files.
"""

from textual.binding import Binding, BindingType

from reader.ui.status_line import KeyHint

_READ = Binding.Group("Articles")
_FILTER = Binding.Group("Filter")
_MARK = Binding.Group("Mark")
_SCREEN = Binding.Group("Screen")


def _key(key: str, action: str, group: Binding.Group, name: str, tooltip: str) -> Binding:
    id = f"reader.{name.lower().replace(' ', '-').replace(',', '')}"
    return Binding(key, action, name, tooltip=tooltip, id=id, group=group)


READER_KEYS: list[BindingType] = [
    _key("J", "neighbour(1)", _READ, "Next article", "Open the next article, from anywhere"),
    _key("K", "neighbour(-1)", _READ, "Previous article", "Open the previous article"),
    _key("n", "neighbour(1, True)", _READ, "Next unread", "Open the next unread article"),
    _key("N", "neighbour(-1, True)", _READ, "Previous unread", "Open the previous unread one"),
    _key("i", "cover", _READ, "Cover image", "Show the cover image in the browser"),
    _key("o", "original", _READ, "Original", "Open the original, or choose one of the links"),
    _key("F", "full_text", _READ, "Full text", "Fetch the whole text of the original"),
    _key("y", "copy_link", _READ, "Copy link", "Copy the article's address"),
    _key("Y", "copy_markdown", _READ, "Copy Markdown", "Copy the article as Markdown"),
    *(
        Binding(
            str(digit),
            f"cycle_digit({digit})",
            f"Tag {digit}",
            tooltip=f"Tag {digit} of the bar: include, exclude, off",
            id=f"reader.tag-{digit}",
            group=_FILTER,
        )
        for digit in range(1, 10)
    ),
    _key("slash", "search", _FILTER, "Search", "Search as you type, in the language of queries"),
    _key("t", "pick_tags", _FILTER, "All tags", "Find any tag and filter by it"),
    _key("plus", "sentiment('positive')", _FILTER, "Positive", "Positive news only"),
    _key("minus", "sentiment('negative')", _FILTER, "Negative", "Negative news only"),
    _key("equals_sign", "sentiment('neutral')", _FILTER, "Neutral", "Neutral news only"),
    _key("0", "sentiment(None)", _FILTER, "Any sentiment", "Any sentiment again"),
    _key("L", "next_language", _FILTER, "Next language", "The next language, then all of them"),
    _key("escape", "back", _FILTER, "Drop last filter", "Drop the filter that was added last"),
    _key("x", "clear", _FILTER, "Clear filters", "Drop every filter"),
    _key("m", "toggle_read", _MARK, "Read, unread", "Mark the article or the group read or not"),
    _key("M", "all_read", _MARK, "All read", "Mark everything in the list as read"),
    _key("f", "toggle_favourite", _MARK, "Favourite", "Mark the article as a favourite or not"),
    _key("u", "undo", _MARK, "Undo", "Take back the last mark"),
    _key("U", "redo", _MARK, "Redo", "Make the mark again that was taken back"),
    _key("h,left", "to_list", _SCREEN, "Back to the list", "From the reading pane to the list"),
    _key("tab", "other_pane", _SCREEN, "Other pane", "Go to the other pane"),
    _key("z", "zoom", _SCREEN, "Reading pane alone", "Hide the list, or show it again"),
    _key("less_than_sign", "resize(-1)", _SCREEN, "Narrower list", "Make the list narrower"),
    _key("greater_than_sign", "resize(1)", _SCREEN, "Wider list", "Make the list wider"),
    _key("r", "sync", _SCREEN, "Sync", "Ask the sources for news, while you read on"),
    _key("S", "sources", _SCREEN, "Sources", "How each source is doing, and what to do"),
    _key("s", "regroup", _SCREEN, "Group by", "Group by category, day, source, or not at all"),
    _key("question_mark,f1", "help", _SCREEN, "Help", "All keys and the query language"),
    _key("q", "app.quit", _SCREEN, "Quit", "Leave cryptoread"),
]

LIST_KEYS = (
    KeyHint("j k", "move"),
    KeyHint("l", "open", "expand"),
    KeyHint("n", "next unread", "neighbour(1, True)"),
    KeyHint("/", "search", "search"),
    KeyHint("1-9", "tags"),
    KeyHint("t", "all tags", "pick_tags"),
    KeyHint("+ - =", "sentiment"),
    KeyHint("x", "clear", "clear"),
    KeyHint("m", "read", "toggle_read"),
    KeyHint("L", "language", "next_language"),
    KeyHint("s", "group", "regroup"),
    KeyHint("q", "quit", "app.quit"),
    KeyHint("?", "help", "help"),
)
READING_KEYS = (
    KeyHint("j k", "scroll"),
    KeyHint("Tab", "list", "other_pane"),
    KeyHint("J K", "next, previous", "neighbour(1)"),
    KeyHint("n", "next unread", "neighbour(1, True)"),
    KeyHint("i", "cover", "cover"),
    KeyHint("o", "original, links", "original"),
    KeyHint("y", "copy link", "copy_link"),
    KeyHint("f", "favourite", "toggle_favourite"),
    KeyHint("z", "alone", "zoom"),
    KeyHint("q", "quit", "app.quit"),
    KeyHint("?", "help", "help"),
)
