"""Generate pages of `docs/` and the manual page from the program itself.

`python -m tests.docs` writes them, `python -m tests.docs --check` says which differ.
"""
