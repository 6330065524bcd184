"""Pictures as geometry and in words: what is drawn where. The markup stands in `templates/`."""
