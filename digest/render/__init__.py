"""Renders an Edition in every output format; pure: text and templates in, bytes out."""
