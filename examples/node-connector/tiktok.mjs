// TikTok Shop's Open API for one shop: signing, tokens, pages, and which answers are final. Nothing but Node.
import { createHmac } from 'node:crypto';

const { TIKTOK, TIKTOK_AUTH, APP_KEY, APP_SECRET, POLL_SECONDS } = process.env;
const LOCKED = 25001028; // "try again later"; every other refusal that comes with HTTP 200 is final

export const RETURNS = { path: '/return_refund/202309/returns', list: 'return_orders', id: 'return_id', ids: 'return_ids' };
export const CANCELS = { path: '/return_refund/202309/cancellations', list: 'cancellations', id: 'cancel_id', ids: 'cancel_ids' };

export class Refused extends Error {} // a clear no, which no second attempt changes

// What time it is: a stage that drives the rounds says so with every answer; with POLL_SECONDS it is the machine's time.
let told;
export const now = () => Math.floor((told ?? Date.now()) / 1000);
export function tell(moment) {
  if (moment && !POLL_SECONDS) told = Date.parse(moment);
}

export function sign(secret, path, query, body) {
  const pairs = Object.keys(query).sort().map((name) => name + query[name]).join('');
  return createHmac('sha256', secret).update(secret + path + pairs + body + secret).digest('hex');
}

async function ask(url, options) {
  const response = await fetch(url, { ...options, redirect: 'error', signal: AbortSignal.timeout(20_000) });
  tell(response.headers.get('rehearsal-now'));
  const { code, message, data } = await response.json();
  if (code === 0) return data;
  const error = new (response.ok && code !== LOCKED ? Refused : Error)(`${message} (${code})`);
  error.notBefore = now() + Number(response.headers.get('retry-after') ?? 0);
  throw error;
}

// Ask for tokens: `get` with an authorization code, `refresh` with a refresh token. They are asked for unsigned.
export async function grant(verb, given) {
  const query = new URLSearchParams({ app_key: APP_KEY, app_secret: APP_SECRET, ...given });
  const answer = await ask(`${TIKTOK_AUTH}/api/v2/token/${verb}?${query}`);
  return { token: answer.access_token, refresh: answer.refresh_token, until: answer.access_token_expire_in };
}

export async function call({ token, cipher }, method, path, more = {}, given = undefined) {
  const body = given ? JSON.stringify(given) : ''; // signed as it is sent, byte for byte
  const query = { ...more, app_key: APP_KEY, timestamp: String(Math.floor(Date.now() / 1000)) };
  if (cipher) query.shop_cipher = cipher;
  const signed = new URLSearchParams({ ...query, sign: sign(APP_SECRET, path, query, body) });
  const headers = { 'x-tts-access-token': token, 'content-type': 'application/json' };
  return ask(`${TIKTOK}${path}?${signed}`, { method, headers, body: body || undefined });
}

// Every return or cancellation that fits, from all pages.
export async function search(shop, kind, filter) {
  const query = { page_size: '50', sort_field: 'update_time', sort_order: 'ASC' };
  const found = [];
  do {
    const page = await call(shop, 'POST', `${kind.path}/search`, query, filter);
    found.push(...(page[kind.list] ?? []));
    query.page_token = page.next_page_token;
  } while (query.page_token);
  return found;
}
