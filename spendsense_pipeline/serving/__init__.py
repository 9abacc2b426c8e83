"""What every server of ours shares: who may talk to it, and where it may listen. Knows no page and
no endpoint.
"""
