"""The administrators’ side: the team, later the procedures."""
