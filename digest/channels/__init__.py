"""Posting to channels: one https request, to an address that was checked, within a time.

What is posted, when, and what an answer means is not decided here.
"""

from digest.channels.post import Poster, Resolver

__all__ = ["Poster", "Resolver"]
