"""The verbs: every write that touches requests, one module each."""
