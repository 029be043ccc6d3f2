"""Telling other programs what happens to requests: signed, tried again, never to a private network."""
