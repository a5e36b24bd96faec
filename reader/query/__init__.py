"""The query language, and the plain form of the words that are searched for."""
