// Asks every endpoint of the local Plaid by Plaid's client for Node, and says as JSON what it found:
// by the client's method the answer's fields, and by code how errors arrive.
import { Configuration, PlaidApi } from 'plaid';

const { host, day, start } = JSON.parse(process.argv[2]);
const headers = { 'PLAID-CLIENT-ID': 'any', 'PLAID-SECRET': 'any', 'Plaid-Version': '2020-09-14' };
const client = new PlaidApi(new Configuration({ basePath: host, baseOptions: { headers } }));
const found = {};

async function ask(method, request) {
  const { data, status } = await client[method](request);
  found[method] = { path: paths.at(-1), status, fields: Object.keys(data).sort() };
  return data;
}
const paths = [];
client.axios.interceptors.request.use((config) => {
  paths.push(new URL(config.url).pathname);
  return config;
});

const us = { country_codes: ['US'] };
const { institutions } = await ask('institutionsGet', { count: 50, offset: 0, ...us });
await ask('institutionsGetById', { institution_id: institutions[0].institution_id, ...us });
await ask('institutionsSearch', { query: 'spendsense', products: ['transactions'], ...us });
const app = { client_name: 'an app', language: 'en', user: { client_user_id: '1' }, ...us };
const { link_token } = await ask('linkTokenCreate', { ...app, products: ['transactions'] });
await ask('linkTokenGet', { link_token });
const { public_token } = await ask('sandboxPublicTokenCreate', {
  institution_id: institutions[0].institution_id,
  initial_products: ['transactions', 'liabilities', 'identity'],
  options: { webhook: 'http://127.0.0.1:9/webhooks', override_username: 'persona:high_utilization' },
});
const { access_token } = await ask('itemPublicTokenExchange', { public_token });
await ask('itemGet', { access_token });
const { accounts } = await ask('accountsGet', { access_token });
await ask('accountsBalanceGet', { access_token });
await ask('identityGet', { access_token });
await ask('liabilitiesGet', { access_token });
await ask('categoriesGet', {});
const span = { start_date: start, end_date: day };
const { total_transactions } = await ask('transactionsGet', { access_token, ...span });
await ask('transactionsRefresh', { access_token });
await ask('transactionsRecurringGet', { access_token });
let [cursor, added, hasMore] = ['', [], true];
while (hasMore) {
  const page = await ask('transactionsSync', { access_token, cursor, count: 100 });
  [cursor, hasMore] = [page.next_cursor, page.has_more];
  added.push(...page.added);
}
const row = { date_transacted: day, date_posted: day, amount: 1.5, description: 'ONE' };
await ask('sandboxTransactionsCreate', { access_token, transactions: [row] });
await ask('sandboxItemFireWebhook', { access_token, webhook_code: 'DEFAULT_UPDATE' });
await ask('webhookVerificationKeyGet', { key_id: JSON.parse(process.argv[2]).key_id });
await ask('itemWebhookUpdate', { access_token, webhook: null });
await ask('sandboxItemResetLogin', { access_token });
const refused = await client.accountsGet({ access_token }).catch((error) => error.response);
await ask('itemRemove', { access_token });
const counted = { total_transactions, added: added.length, accounts: accounts.length };
const error = { status: refused.status, ...refused.data };
console.log(JSON.stringify({ found, counted, error }));
