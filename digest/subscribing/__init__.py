"""Who is subscribed, decided: states and what leads from one to the other, lists read and written.

    list ─▶ tables (rows) ─▶ lists (who, what they want, what is wrong) ─▶ states (may they?)

Pure: no store, no files, no clock. `pipeline/subscribing` and `pipeline/importing` act on it.
"""
