"""What households do, one behaviour per module: each turns profiles into postings."""
