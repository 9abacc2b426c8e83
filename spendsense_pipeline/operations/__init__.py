"""What operators do besides reviewing: consent decisions, rollbacks, runs; each done in one place
for the command and the pages, with the same sentences, and recorded in a log that only grows.
"""
