"""The digest that articles, texts and feeds are compared by."""

try:
    # `hashlib` has the same function, but also loads OpenSSL: 2 MB, which a screen does not use.
    from _blake2 import blake2b as blake2b
except ImportError:
    from hashlib import blake2b as blake2b
