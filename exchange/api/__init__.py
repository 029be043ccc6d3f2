"""The API by which other programs of the town read requests and act on them, under /api/v1/."""
