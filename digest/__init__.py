"""digest: dumps of paper listings in, a published newsletter out."""

__version__ = "0.1.0"
