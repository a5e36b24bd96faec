"""The glyph of a sentiment, the same wherever it is shown, so that colour never speaks alone."""

from reader.article import Sentiment

GLYPHS = {
    Sentiment.POSITIVE: "▲",
    Sentiment.NEGATIVE: "▼",
    Sentiment.NEUTRAL: "■",
    Sentiment.UNRATED: "·",
}
