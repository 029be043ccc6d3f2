"""Who works for the town: the verbs by which an administrator invites, gives roles, and sees people off."""
