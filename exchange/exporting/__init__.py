"""Making the file of an export: what its columns are, the reading in chunks, and one module for each format."""
