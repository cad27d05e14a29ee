// A small connector between TikTok Shop and a seller's staff. Each round it looks for what buyers ask for; it shows that
// to the staff, and sends what they decide. One shop, one file of state, one job at a time.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Refused, call, grant, search } from './tiktok.mjs';

const { AUTH_CODE, PORT, POLL_SECONDS, DATA = '.' } = process.env;
const OVERLAP = 15 * 60; // seconds that every round reads again: some changes are shown late
const DAY = 24 * 60 * 60;
const RETURNS = '/return_refund/202309/returns';
const CANCELS = '/return_refund/202309/cancellations';
const REASON = 'ecom_order_delivered_refund_reason_not_match_description_seller'; // of refunds of the seller's own
const GRADES = { WRONG_ITEM: 1, AS_SOLD: 2, USED: 2, MISSING_PARTS: 3, DAMAGED: 5 }; // as reasons to refuse a parcel

const FILE = `${DATA}/connector.json`;
const state = existsSync(FILE) ? JSON.parse(readFileSync(FILE)) : { shop: {}, claims: {}, outbox: [] };
function save() {
  writeFileSync(`${FILE}.new`, JSON.stringify(state));
  renameSync(`${FILE}.new`, FILE); // whole or not at all, wherever the process dies
}

// A round: keep the token, collect, deliver. What fails is tried again by the next one.
async function round(now) {
  await attempt(enter(state.shop, now));
  await attempt(collect(now));
  for (const entry of state.outbox.filter((one) => !one.done)) {
    if (!entry.id || asked(state.claims[entry.id]).action) await deliver(entry);
    else save((entry.done = true)); // nobody asks any more: it has arrived, or its hour is over
  }
}
const attempt = (step) => step.catch((error) => console.error(error.message));

async function enter(shop, now) {
  const renewed = (granted) => save(Object.assign(shop, granted));
  if (!shop.token) renewed(await grant('get', { auth_code: AUTH_CODE, grant_type: 'authorized_code' }));
  if (!shop.cipher) shop.cipher = (await call(shop, 'GET', '/authorization/202309/shops')).shops[0].cipher;
  if (shop.until < now + DAY) renewed(await grant('refresh', { refresh_token: shop.refresh, grant_type: 'refresh_token' }));
}

async function collect(now) {
  const filter = state.since ? { update_time_ge: state.since - OVERLAP } : {};
  for (const claim of await search(state.shop, RETURNS, 'return_orders', filter)) state.claims[claim.return_id] = claim;
  for (const claim of await search(state.shop, CANCELS, 'cancellations', filter)) state.claims[claim.cancel_id] = claim;
  state.since = now; // only now: who fails on the way reads all of it again
  save();
}

async function deliver(entry) {
  try {
    entry.made = (await call(state.shop, 'POST', entry.path, { idempotency_key: entry.key }, entry.body)).return_id;
    entry.done = true;
    delete state.claims[entry.id]?.seller_next_action_response; // until a round has seen what has become of it
  } catch (error) {
    console.error(`${entry.path}: ${error.message}`);
    if (error instanceof Refused) Object.assign(entry, { done: true, error: error.message });
    // All else may be a yes that got lost: the next round asks again, and by the key the marketplace knows it again.
  }
  save();
}

async function send(entry) {
  state.outbox.push({ ...entry, key: randomUUID() });
  save(); // what the staff are told is taken outlives this process
  await deliver(state.outbox.at(-1)); // at once: the next round may be too late
  return state.outbox.at(-1);
}

const asked = (claim) => claim?.seller_next_action_response?.[0] ?? {}; // what the marketplace asks for, and until when

function shown(id) {
  const { order_id, return_id, cancel_id, refund_amount: money } = state.claims[id];
  const last = state.outbox.findLast((entry) => entry.id === id);
  const { action, deadline } = last && !last.done ? {} : asked(state.claims[id]);
  const can = !action ? [] : action.endsWith('PACKAGE') ? ['inspect'] : ['approve', 'reject'];
  const seen = { amount: money?.refund_total, currency: money?.currency, error: last?.error };
  return { id, order_id, return_id, cancel_id, can, deadline: action ? new Date(deadline * 1000) : null, ...seen };
}

// A refund of the seller's own keeps the number that it had before the marketplace knew of it.
const own = ({ key, order_id, made, error }) => ({ id: key, order_id, return_id: made, can: [], error });

function cases() {
  const refunds = state.outbox.filter((entry) => entry.order_id);
  const isOwn = ({ return_id, order_id, role }) =>
    refunds.some((one) => (one.done ? one.made === return_id : role === 'SELLER' && one.order_id === order_id));
  const claims = Object.keys(state.claims).filter((id) => !isOwn(state.claims[id]));
  return { cases: [...claims.map(shown), ...refunds.map(own)] };
}

// What has been paid back, counted in whole cents: no sum of money is a floating-point number.
function book() {
  const sums = {};
  for (const { order_id, refund_amount, return_status, cancel_status } of Object.values(state.claims)) {
    if (!(return_status ?? cancel_status).endsWith('_COMPLETE') || !refund_amount) continue;
    sums[order_id] = (sums[order_id] ?? 0) + Math.round(refund_amount.refund_total * 100);
  }
  return { orders: Object.entries(sums).map(([order_id, cents]) => ({ order_id, refunded: (cents / 100).toFixed(2) })) };
}

async function decide(id, verb, { amount, currency, reason, comment, grade }) {
  if (!asked(state.claims[id]).action) await attempt(collect(state.since)); // there may be news
  if (!state.claims[id] || !shown(id).can.length) throw new Refused(`${id} waits for no answer.`);
  const about = asked(state.claims[id]).action.replace('SELLER_RESPOND_', '').replace('RECEIVE_', 'RECEIVED_');
  let body = about === 'CANCEL' ? {} : { decision: `${verb.toUpperCase()}_${about}` };
  if (amount) body = { decision: 'OFFER_PARTIAL_REFUND', partial_refund: { amount, currency } };
  if (verb === 'reject') {
    const { reasons } = await call(state.shop, 'GET', '/return_refund/202309/reject_reasons', { return_or_cancel_id: id });
    const fits = ({ name }) => name === reason || name.includes(`parcel_reason_${GRADES[grade]}`);
    body = { ...body, comment, reject_reason: (reasons.find(fits) ?? reasons[0]).name };
  }
  await send({ id, path: `${about === 'CANCEL' ? CANCELS : RETURNS}/${id}/${verb}`, body });
  return shown(id);
}

async function refund({ order_id, line_item_ids: order_line_item_ids, amount: refund_total, currency, part, record_only }) {
  if (part || record_only) throw new Refused('What is paid back here is whole lines, or a sum.');
  const body = { order_id, order_line_item_ids, refund_total, currency, return_type: 'REFUND', return_reason: REASON };
  return own(await send({ order_id, path: RETURNS, body }));
}

// The way in for the staff's program, and for the stage.
const ROUTES = {
  'GET /health': () => ({}),
  'POST /round': (said) => round(Date.parse(said.now) / 1000),
  'GET /staff/cases': cases,
  'GET /staff/book': book,
  'POST /staff/cases/(\\w+)/(approve|reject)': (said, id, verb) => decide(id, verb, said),
  'POST /staff/inspections/(\\w+)': (said, id) => decide(id, said.accept ? 'approve' : 'reject', said),
  'POST /staff/refunds': refund,
};
let queue = Promise.resolve();
const inTurn = (job) => (queue = queue.then(job, job)); // no decision in the midst of a round, no two rounds at once

createServer(async (request, response) => {
  let [status, answer] = [200, {}];
  try {
    const [said, what] = [JSON.parse((await text(request)) || '{}'), `${request.method} ${request.url}`];
    const route = Object.keys(ROUTES).find((one) => what.match(`^${one}$`));
    if (!route) throw new Refused(`There is no ${what} here.`);
    answer = await inTurn(() => ROUTES[route](said, ...what.match(route).slice(1)));
  } catch (error) {
    console.error(`${request.url}: ${error.message}`);
    [status, answer] = [error instanceof Refused ? 409 : 500, { title: error.message }];
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
}).listen(Number(PORT), '127.0.0.1');

const poll = () => inTurn(() => round(Math.floor(Date.now() / 1000))).then(() => setTimeout(poll, POLL_SECONDS * 1000));
if (POLL_SECONDS) poll(); // by the machine's clock; else the stage says when a round is due
