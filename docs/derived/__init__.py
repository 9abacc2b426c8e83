"""What is derived of each page of `docs/`: a module a page."""
