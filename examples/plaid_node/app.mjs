// Link somebody, follow their transactions by webhooks, print what they have, and end.
// Needs an `npm ci` here and a `spendsense plaid --as-of 2026-06-01`.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { importJWK, jwtVerify } from 'jose';
import { Configuration, PlaidApi, Products } from 'plaid';

const host = process.env.PLAID_HOST ?? 'http://127.0.0.1:8484'; // Or Plaid's Sandbox, which has
const who = 'persona:subscription_heavy'; // neither personas nor the clock below.
const keys = { 'PLAID-CLIENT-ID': 'any', 'PLAID-SECRET': 'any' };
const client = new PlaidApi(new Configuration({ basePath: host, baseOptions: { headers: keys } }));

/** Whether Plaid signed exactly this body, at most five minutes ago. */
async function isSigned(body, token) {
  const keyOf = async ({ kid }) =>
    importJWK((await client.webhookVerificationKeyGet({ key_id: kid })).data.key, 'ES256');
  try {
    const limits = { algorithms: ['ES256'], maxTokenAge: '5 minutes' };
    const { payload } = await jwtVerify(token, keyOf, limits);
    return payload.request_body_sha256 === createHash('sha256').update(body).digest('hex');
  } catch {
    return false;
  }
}

/** All pages of what has changed since a cursor. */
async function pagesSince(cursor, accessToken) {
  let pages = [];
  do {
    const asked = { access_token: accessToken, cursor: pages.at(-1)?.next_cursor ?? cursor };
    try {
      pages.push((await client.transactionsSync(asked)).data);
    } catch (error) {
      const code = error.response?.data.error_code;
      if (code !== 'TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION') throw error;
      pages = []; // Something changed between two pages: all of them anew.
    }
  } while (pages.at(-1)?.has_more ?? true);
  return pages;
}

const server = createServer(async (request, response) => {
  const body = await text(request);
  const isPlaids = await isSigned(body, request.headers['plaid-verification'] ?? '');
  response.writeHead(isPlaids ? 200 : 401).end();
  if (isPlaids) server.emit(JSON.parse(body).webhook_code);
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const link = await client.sandboxPublicTokenCreate({
  institution_id: 'ins_spendsense',
  initial_products: [Products.Transactions],
  options: { override_username: who, webhook: `http://127.0.0.1:${server.address().port}` },
});
const item = await client.itemPublicTokenExchange({ public_token: link.data.public_token });
const token = item.data.access_token;
const first = await pagesSince('', token);
const known = new Map(first.flatMap((page) => page.added).map((each) => [each.transaction_id, each]));
console.log(`${known.size} transactions so far`);

const isTold = once(server, 'SYNC_UPDATES_AVAILABLE', { signal: AbortSignal.timeout(30_000) });
const week = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"days":7}' };
const moved = await fetch(`${host}/sandbox/clock/advance`, week);
if (!moved.ok) throw new Error((await moved.json()).error_message);
await isTold;
for (const page of await pagesSince(first.at(-1).next_cursor, token)) {
  for (const each of [...page.added, ...page.modified]) known.set(each.transaction_id, each);
  for (const [sign, rows] of [['+', page.added], ['~', page.modified], ['-', page.removed]])
    for (const { date, amount, name } of rows.map((row) => known.get(row.transaction_id)))
      console.log(sign, date, amount.toFixed(2).padStart(10), '', name);
}
const { data } = await client.accountsBalanceGet({ access_token: token });
for (const { name, mask, balances } of data.accounts)
  console.log(`${name} ${mask}: ${balances.current.toFixed(2)}`);
server.close();
