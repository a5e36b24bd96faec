"""Show the first screen as it will be, before the program that paints it is loaded.

On leaving, a picture of the next first screen is kept. The next start shows it if nothing has
changed since. What runs until then imports nothing that takes long: no `typing`, no `pathlib`.
"""
