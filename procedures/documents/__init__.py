"""PDF documents and their verification; WeasyPrint is imported here only, inside functions."""
