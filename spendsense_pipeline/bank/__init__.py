"""The edge that serves the local Plaid over HTTP: requests in, Plaid's responses and errors out,
webhooks sent. What they say is decided in `local_plaid/`.
"""
