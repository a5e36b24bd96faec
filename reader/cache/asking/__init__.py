"""Queries to sets of ids: filters, words, days, groups."""
