"""The citizen’s side: wizard, uploads, recap, follow-up."""
