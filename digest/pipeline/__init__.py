"""The order of the phases, and nothing else.

    ingest   inbox ─▶ dumps ─▶ differ ─▶ store      one transaction a dump
    publish  store ─▶ edition ─▶ render ─▶ output   only what changed since the last time

Decisions stand in the pure modules, reading and writing in the edges; the clock comes in as `now`.
"""
