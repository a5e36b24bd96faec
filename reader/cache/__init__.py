"""Store cryptoread's data on disk: articles behind an engine, and marks in a file beside them.

`Store` opens a data folder and its parts. `engine` is the protocol that a storage engine
implements. All SQL is in this package.
"""
