"""The query language (`language`), and the plain form of search words (`folding`)."""
