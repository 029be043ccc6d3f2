"""The personal space: what waits for a person, and all that is hers – profile, papers, choices, data."""
