"""What a procedure is: a typed document, pure Python, without database or request."""
