// The connector with bugs that are often written: BUGS=pays-twice,misses-the-last-minute,first-page-only node broken.mjs
import { readFileSync } from 'node:fs';

const BUGS = {
  'pays-twice': { 'connector.mjs': [['idempotency_key: entry.key', 'idempotency_key: randomUUID()']] },
  'misses-the-last-minute': { 'connector.mjs': [['await deliver(state.outbox.at(-1));', '']] },
  'first-page-only': { 'tiktok.mjs': [['while (query.page_token)', 'while (false)']] },
};
const chosen = (process.env.BUGS ?? '').split(',').filter(Boolean);
const unknown = chosen.find((bug) => !BUGS[bug]);
if (unknown) throw new Error(`BUGS has ${unknown}; there are ${Object.keys(BUGS).join(', ')}`);

function broken(file) {
  let source = readFileSync(new URL(file, import.meta.url), 'utf8');
  for (const [right, wrong] of chosen.flatMap((bug) => BUGS[bug][file] ?? [])) {
    if (source.split(right).length !== 2) throw new Error(`${file} is to have once: ${right}`);
    source = source.replace(right, wrong);
  }
  return source;
}

const asUrl = (source) => `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`;
await import(asUrl(broken('connector.mjs').replace('./tiktok.mjs', asUrl(broken('tiktok.mjs')))));
