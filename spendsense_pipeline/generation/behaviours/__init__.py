"""What households do, one behaviour per module: each turns circumstances into postings."""
