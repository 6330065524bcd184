"""Renders an Edition in every output format; pure: text and templates in, bytes out."""

KEPT = 2048
"""Of how many papers what was made of them is kept, to be used again.

A paper stands in the editions of its day, its week and its month, on pages and in feeds. Editions
are rendered in order of time, so it is enough that a month's papers are kept: what is made of one
takes some ten kilobytes in all.
"""
