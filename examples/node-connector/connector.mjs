// A small connector between TikTok Shop and a seller's staff. Each round it looks for what buyers ask for; it shows that
// to the staff, and sends what they decide. One shop, one file of state, one job at a time.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { CANCELS, RETURNS, Refused, call, grant, now, search, tell } from './tiktok.mjs';

const { AUTH_CODE, PORT, POLL_SECONDS, DATA = '.' } = process.env;
const FILE = `${DATA}/connector.json`;
const OVERLAP = 15 * 60; // seconds that every round reads again: some changes are shown late
const DAY = 24 * 60 * 60;
const REASON = 'ecom_order_delivered_refund_reason_not_match_description_seller'; // of refunds of the seller's own
const GRADES = { WRONG_ITEM: 1, AS_SOLD: 2, USED: 2, MISSING_PARTS: 3, DAMAGED: 5 }; // as reasons to refuse a parcel

const state = existsSync(FILE) ? JSON.parse(readFileSync(FILE)) : { shop: {}, since: {}, claims: {}, outbox: [] };
function save() {
  writeFileSync(`${FILE}.new`, JSON.stringify(state));
  renameSync(`${FILE}.new`, FILE); // whole or not at all, wherever the process dies
}

// --- a round: keep the token, collect, deliver ---

async function round() {
  const attempt = (step) => step.catch((error) => console.error(error.message)); // the next round tries again
  await attempt(enter(state.shop));
  for (const kind of [RETURNS, CANCELS]) await attempt(collect(kind));
  for (const entry of state.outbox.filter((one) => !one.done)) await deliver(entry);
}

async function enter(shop) {
  const renewed = (granted) => save(Object.assign(shop, granted));
  if (!shop.token) renewed(await grant('get', { auth_code: AUTH_CODE, grant_type: 'authorized_code' }));
  if (!shop.cipher) shop.cipher = (await call(shop, 'GET', '/authorization/202309/shops')).shops[0].cipher;
  if (shop.until < now() + DAY) renewed(await grant('refresh', { refresh_token: shop.refresh, grant_type: 'refresh_token' }));
}

async function collect(kind) {
  const [began, since] = [now(), state.since[kind.id]];
  await look(kind, since ? { update_time_ge: since - OVERLAP } : {});
  state.since[kind.id] = began; // only now: who fails on the way reads all of it again
  save();
}

async function look(kind, filter) {
  const found = await search(state.shop, kind, filter);
  for (const claim of found) state.claims[claim[kind.id]] = claim;
  return found;
}

async function deliver(entry) {
  if (entry.notBefore > now()) return;
  try {
    if (await isDue(entry)) {
      entry.tried = true;
      save();
      entry.made = (await call(state.shop, 'POST', entry.path, { idempotency_key: entry.key }, entry.body)).return_id;
      entry.done = true;
    }
  } catch (error) {
    console.error(`${entry.path}: ${error.message}`);
    if (error instanceof Refused) Object.assign(entry, { done: true, error: error.message });
    else entry.notBefore = error.notBefore; // no answer may be a yes that got lost: the next attempt looks first
  }
  save();
}

// Look before anything is sent: an earlier attempt may have arrived, or somebody else was faster.
async function isDue(entry) {
  if (entry.order) {
    const claims = await look(RETURNS, { order_ids: [entry.order] });
    entry.known ??= claims.map((claim) => claim.return_id);
    const others = [...entry.known, ...state.outbox.map((one) => one.made)];
    const mine = claims.find((claim) => claim.role === 'SELLER' && !others.includes(claim.return_id));
    if (entry.tried && mine) Object.assign(entry, { done: true, made: mine.return_id });
    return !entry.done && !claims.some(question); // what the buyer asks for goes first
  }
  const kind = state.claims[entry.claim].cancel_id ? CANCELS : RETURNS;
  const [claim] = await look(kind, { [kind.ids]: [entry.claim] });
  Object.assign(entry, { seen: claim.update_time, done: question(claim) !== entry.question });
  if (entry.done && !entry.tried) entry.error = 'Somebody else has answered before.';
  return !entry.done;
}

// --- the seller's staff ---

const status = (claim) => claim.return_status ?? claim.cancel_status;
const question = (claim) => (status(claim).endsWith('_PENDING') ? 'request' : status(claim) === 'BUYER_SHIPPED_ITEM' && 'goods');

function shown(id) {
  const { order_id, return_id, cancel_id, update_time, refund_amount: money, seller_next_action_response: due } = state.claims[id];
  const answers = state.outbox.filter((entry) => entry.claim === id);
  const answered = answers.some((one) => !one.done || (!one.error && one.seen === update_time));
  const can = (!answered && { request: ['approve', 'reject'], goods: ['inspect'] }[question(state.claims[id])]) || [];
  const deadline = can.length && due ? new Date(due[0].deadline * 1000).toISOString() : null;
  const error = answers.at(-1)?.error;
  return { id, order_id, return_id, cancel_id, can, deadline, amount: money?.refund_total, currency: money?.currency, error };
}

// A refund of the seller's own keeps the number that it had before the marketplace knew of it.
const own = ({ key, order, made, error }) => ({ id: key, order_id: order, return_id: made ?? null, can: [], error });

function cases() {
  const refunds = state.outbox.filter((one) => one.order);
  const claims = Object.keys(state.claims).filter((id) => !refunds.some((one) => one.made === id));
  return { cases: [...claims.map(shown), ...refunds.map(own)] };
}

// What has been paid back, counted in cents: money is never a floating-point number.
function book() {
  const sums = {};
  for (const { order_id, refund_amount: money, ...claim } of Object.values(state.claims)) {
    if (!money || !status(claim).endsWith('_COMPLETE')) continue;
    const [whole, part = ''] = money.refund_total.split('.');
    sums[order_id] = (sums[order_id] ?? 0n) + BigInt(whole + part.padEnd(2, '0'));
  }
  const written = (cents) => String(cents).padStart(3, '0').replace(/..$/, '.$&');
  return { orders: Object.entries(sums).map(([order_id, cents]) => ({ order_id, refunded: written(cents) })) };
}

async function send(entry) {
  state.outbox.push({ ...entry, key: randomUUID() });
  save(); // what the staff are told is taken outlives this process
  await deliver(state.outbox.at(-1)); // at once: the next round may be too late
  return state.outbox.at(-1);
}

async function decide(id, asked, verb, said) {
  if (!state.claims[id] || question(state.claims[id]) !== asked) await collect(RETURNS); // there may be news
  const claim = state.claims[id];
  if (!claim || !shown(id).can.length || question(claim) !== asked) throw new Refused(`${id} waits for no such answer.`);
  const path = `${(claim.cancel_id ? CANCELS : RETURNS).path}/${id}/${verb}`;
  await send({ claim: id, question: asked, path, body: await worded(claim, verb, said) });
  return shown(id);
}

async function worded(claim, verb, { amount, currency, reason, comment, grade }) {
  const kind = { REFUND: 'REFUND', RETURN_AND_REFUND: 'RETURN', REPLACEMENT: 'REPLACEMENT' }[claim.return_type];
  const about = question(claim) === 'goods' ? 'RECEIVED_PACKAGE' : kind;
  if (verb === 'approve' && amount) return { decision: 'OFFER_PARTIAL_REFUND', partial_refund: { amount, currency } };
  if (verb === 'approve') return claim.cancel_id ? undefined : { decision: `APPROVE_${about}` };
  const which = { return_or_cancel_id: claim.return_id ?? claim.cancel_id };
  const { reasons } = await call(state.shop, 'GET', '/return_refund/202309/reject_reasons', which);
  const fits = ({ name }) => name === reason || name.includes(`parcel_reason_${GRADES[grade]}`);
  const reject_reason = (reasons.find(fits) ?? reasons[0]).name; // one that the marketplace takes for this very claim
  return claim.cancel_id ? { reject_reason, comment } : { decision: `REJECT_${about}`, reject_reason, comment };
}

async function refund({ order_id, line_item_ids, amount, currency, part, record_only }) {
  if (part || record_only) throw new Refused('What is paid back here is whole lines, or a sum.');
  const { orders } = await call(state.shop, 'GET', '/order/202309/orders', { ids: order_id });
  const order_line_item_ids = line_item_ids ?? orders[0].line_items.map((line) => line.id);
  const what = { order_id, order_line_item_ids, refund_total: amount, currency };
  return own(await send({ order: order_id, path: RETURNS.path, body: { ...what, return_type: 'REFUND', return_reason: REASON } }));
}

// --- the way in: the staff's program, and the stage ---

const ROUTES = {
  'GET /health': () => ({}),
  'POST /round': (said) => round(tell(said.now)),
  'GET /staff/cases': cases,
  'GET /staff/book': book,
  'POST /staff/cases/(\\w+)/(approve|reject)': (said, id, verb) => decide(id, 'request', verb, said),
  'POST /staff/inspections/(\\w+)': (said, id) => decide(id, 'goods', said.accept ? 'approve' : 'reject', said),
  'POST /staff/refunds': refund,
};
let last = Promise.resolve();
const inTurn = (job) => (last = last.then(job, job)); // no decision in the midst of a round, no two rounds at once

createServer(async (request, response) => {
  const answer = (code, body = {}) => response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    const said = JSON.parse((await text(request)) || '{}');
    for (const [route, act] of Object.entries(ROUTES)) {
      const found = `${request.method} ${request.url}`.match(`^${route}$`);
      if (found) return answer(200, await inTurn(() => act(said, ...found.slice(1))));
    }
    answer(404, { title: `There is no ${request.url} here.` });
  } catch (error) {
    console.error(`${request.url}: ${error.message}`);
    answer(error instanceof Refused ? 409 : 500, { title: error.message });
  }
}).listen(Number(PORT), '127.0.0.1');

if (POLL_SECONDS) {
  inTurn(round);
  setInterval(() => inTurn(round), POLL_SECONDS * 1000);
}
