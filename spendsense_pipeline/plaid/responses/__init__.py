"""Parts of Plaid's responses, one shape each: exports and the local Plaid put them together. Money
is a number, a date is text, and every value of an enumeration is one Plaid documents.
"""
