"""Bytes of files, folders and archives on this machine."""
