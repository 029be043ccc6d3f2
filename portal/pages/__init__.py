"""The pages a town owes from the first day, generated from its settings."""
