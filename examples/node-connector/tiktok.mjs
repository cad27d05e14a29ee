// TikTok Shop's Open API for one shop: signing, tokens, pages, and which answers are final. Nothing but Node.
import { createHmac } from 'node:crypto';

const { TIKTOK, TIKTOK_AUTH, APP_KEY, APP_SECRET } = process.env;
const LOCKED = 25001028; // "try again later"; every other refusal that comes with HTTP 200 is final

export class Refused extends Error {} // a clear no, which no second attempt changes

export function sign(secret, path, query, body) {
  const pairs = Object.keys(query).sort().map((name) => name + query[name]).join('');
  return createHmac('sha256', secret).update(secret + path + pairs + body + secret).digest('hex');
}

async function ask(url, options) {
  const response = await fetch(url, { ...options, redirect: 'error', signal: AbortSignal.timeout(20_000) });
  const { code, message, data } = await response.json();
  if (code === 0) return data;
  throw new (response.ok && code !== LOCKED ? Refused : Error)(`${message} (${code})`);
}

// Tokens: `get` takes an authorization code, `refresh` a refresh token. They are asked for unsigned.
export async function grant(verb, given) {
  const query = new URLSearchParams({ app_key: APP_KEY, app_secret: APP_SECRET, ...given });
  const answer = await ask(`${TIKTOK_AUTH}/api/v2/token/${verb}?${query}`);
  return { token: answer.access_token, refresh: answer.refresh_token, until: answer.access_token_expire_in };
}

export async function call({ token, cipher }, method, path, more, given) {
  if (!cipher && !path.startsWith('/authorization')) throw new Error('The shop has not let us in yet.'); // but may soon
  const body = given && JSON.stringify(given); // signed as it is sent, byte for byte
  const query = { ...more, app_key: APP_KEY, timestamp: String(Math.floor(Date.now() / 1000)) };
  if (cipher) query.shop_cipher = cipher;
  const signed = new URLSearchParams({ ...query, sign: sign(APP_SECRET, path, query, body ?? '') });
  const headers = { 'x-tts-access-token': token, 'content-type': 'application/json' };
  return ask(`${TIKTOK}${path}?${signed}`, { method, headers, body });
}

// Everything that a search finds, from all its pages.
export async function search(shop, path, list, filter) {
  const query = { page_size: '50', sort_field: 'update_time', sort_order: 'ASC' };
  const found = [];
  do {
    const page = await call(shop, 'POST', `${path}/search`, query, filter);
    found.push(...(page[list] ?? []));
    query.page_token = page.next_page_token;
  } while (query.page_token);
  return found;
}
