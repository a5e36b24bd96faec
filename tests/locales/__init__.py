"""Catalogues of the interface's languages: collected from the code, compiled, checked."""
