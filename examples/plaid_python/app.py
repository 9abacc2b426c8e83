"""Link somebody, follow their transactions by webhooks, print what they have, and end.

Needs `pip install plaid-python "pyjwt[crypto]"` and a `spendsense plaid --as-of 2026-06-01`.
"""

import json
import os
import queue
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import time

import jwt
from plaid import ApiClient, ApiException, Configuration, models
from plaid.api.plaid_api import PlaidApi

HOST = os.environ.get("PLAID_HOST", "http://127.0.0.1:8484")  # Or Plaid's Sandbox, which has
WHO = "persona:subscription_heavy"  # neither personas nor the clock below.
client = PlaidApi(ApiClient(Configuration(HOST, {"clientId": "any", "secret": "any"})))
webhooks = queue.Queue()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_plaids = is_signed(body, self.headers.get("Plaid-Verification", ""))
        self.send_response(200 if is_plaids else 401)
        self.end_headers()
        webhooks.put(json.loads(body)["webhook_code"] if is_plaids else "FORGED")


def is_signed(body, token):
    """Whether Plaid signed exactly this body, at most five minutes ago."""
    try:
        asked = models.WebhookVerificationKeyGetRequest(jwt.get_unverified_header(token)["kid"])
        key = client.webhook_verification_key_get(asked).key.to_dict()
        said = jwt.decode(token, jwt.PyJWK(key, "ES256"), algorithms=["ES256"])
    except (jwt.PyJWTError, KeyError, ApiException):
        return False
    return said["request_body_sha256"] == sha256(body).hexdigest() and time() - said["iat"] < 300


def pages_since(cursor, token):
    """All pages of what has changed since a cursor."""
    pages = []
    while not pages or pages[-1].has_more:
        at = pages[-1].next_cursor if pages else cursor
        try:
            pages.append(client.transactions_sync(models.TransactionsSyncRequest(token, cursor=at)))
        except ApiException as error:
            if "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION" not in error.body:
                raise
            pages = []  # Something changed between two pages: all of them anew.
    return pages


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
options = models.SandboxPublicTokenCreateRequestOptions(override_username=WHO)
options.webhook = f"http://127.0.0.1:{server.server_port}"
products = [models.Products("transactions")]
link = models.SandboxPublicTokenCreateRequest("ins_spendsense", products, options=options)
made = models.ItemPublicTokenExchangeRequest(client.sandbox_public_token_create(link).public_token)
token = client.item_public_token_exchange(made).access_token
pages = pages_since("", token)
known = {each.transaction_id: each for page in pages for each in page.added}
print(f"{len(known)} transactions so far")
post = client.api_client.rest_client.POST  # Plaid's client has no method for what is not Plaid's.
post(f"{HOST}/sandbox/clock/advance", {"Content-Type": "application/json"}, body={"days": 7})
while webhooks.get(timeout=30) != "SYNC_UPDATES_AVAILABLE":
    pass  # Others say what else there is.
for page in pages_since(pages[-1].next_cursor, token):
    known |= {each.transaction_id: each for each in page.added + page.modified}
    for sign, changed in (("+", page.added), ("~", page.modified), ("-", page.removed)):
        for each in (known[row.transaction_id] for row in changed):
            print(f"{sign} {each.date} {each.amount:10,.2f}  {each.name}")
for account in client.accounts_balance_get(models.AccountsBalanceGetRequest(token)).accounts:
    print(f"{account.name} {account.mask}: {account.balances.current:,.2f}")
