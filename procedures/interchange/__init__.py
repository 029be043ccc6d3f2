"""Reading and writing definitions in files; what is saved goes through the verbs."""
