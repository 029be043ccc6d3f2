"""The agent’s side: inbox, case page, actions."""
