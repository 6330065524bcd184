"""Text itself: what is safe to keep of it. What a text means is not decided here."""
