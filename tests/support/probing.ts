import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { parseGlobalId, toGlobalId } from '../../src/graphql/global-id.js';
import type { TestApp } from './app.js';
import type { Asking } from './asking.js';
import { CANARY, type Somebody } from './besieged.js';
import type { Reply } from './caller.js';
import type { Reading } from './reading.js';
import { NODE_TYPES } from './standing.js';

/** Names of ids that do not end with the type they are of. */
const MEANT: Readonly<Record<string, string>> = {
  into: 'Need',
  togetherWith: 'Need',
  plan: 'MatchPlan',
  hold: 'LegalHold',
  request: 'PersonalInfoRequest',
  actor: 'Account',
  client: 'ApiClient',
  subject: 'Need',
  beneficiary: 'Resident',
};
/** Of which type the ids of a field or argument are; a name that tells none is to be added above. */
export function idTypeOf(name: string): string {
  const bare = name.replace(/Ids?$/, '');
  const type = MEANT[bare] ?? NODE_TYPES.find(one => bare === `${one[0]?.toLowerCase()}${one.slice(1)}` || bare.endsWith(one));
  if (!type) throw new Error(`of which type is ${name}?`);
  return type;
}
const strangers = new Map<string, string>();
/** An id of the same form that belongs to nothing; always the same one. */
function strangerTo(id: string): string {
  const parsed = parseGlobalId(id);
  const stranger = strangers.get(id) ?? (parsed ? toGlobalId(parsed.type, parsed.communityId, randomUUID()) : id);
  strangers.set(id, stranger);
  return stranger;
}
/** Ids of a type that somebody sees, or does not: so many of each kind. */
export const some = ({ kinds }: Somebody, type: string, seen: boolean, each = 1): string[] =>
  (kinds.get(type)?.[seen ? 'seen' : 'unseen'] ?? []).flatMap(kind => kind.slice(0, each));
/** An id for a field of this name, theirs where they have one; null for what holds none. */
export const idFor = (by: Somebody, theirs: boolean) => (name: string) =>
  /Ids?$/.test(name) ? (some(by, idTypeOf(name), theirs)[0] ?? some(by, idTypeOf(name), !theirs)[0] ?? null) : null;

/** A field asked for what is not theirs and for what is not there; or, without `miss`, only for the first. */
export interface Probe {
  readonly name: string;
  readonly hit: string;
  readonly miss?: string;
  /** What either may repeat of the question. */
  readonly echo?: readonly string[];
  readonly check?: (data: Reply['data'], errors: Reply['errors']) => void;
}
const AT_ONCE = 8;

/** Asks for one object, and for one that is not there. */
export const against = (name: string, id: string, ask: (id: string) => string): Probe => {
  const missing = strangerTo(id);
  return { name, hit: ask(id), miss: ask(missing), echo: [id, missing] };
};

/** The same document with ids and keys as variables, so that it is parsed once for all that is tried with it. */
function parted(text: string): { readonly source: string; readonly variables: Readonly<Record<string, string>> } {
  const variables: Record<string, string> = {};
  const declared: string[] = [];
  const source = text.replaceAll(
    /"(?:([\w-]{44,120})|(\p{AHex}{8}-[\p{AHex}-]{27}))"/gu,
    (_all, id: string | undefined, key: string) => {
      const name = `v${declared.length}`;
      declared.push(`$${name}: ${id ? 'ID' : 'UUID'}!`);
      variables[name] = id ?? key;
      return `$${name}`;
    },
  );
  const [, root = 'query', rest = source] = /^(query|mutation)? ?(\{.*)$/s.exec(source) ?? [];
  return { source: declared.length ? `${root}(${declared.join(', ')}) ${rest}` : source, variables };
}

/** Asks as somebody and holds what comes back against what they may have. Counts how often. */
export class Probing {
  requests = 0;
  /** How often what is hidden and what is missing could not be told apart. */
  pairs = 0;

  constructor(
    readonly app: TestApp,
    readonly asking: Asking,
    readonly reading: Reading,
  ) {}

  async ask(by: Somebody, source: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Reply> {
    this.asking.note(source);
    this.requests++;
    const reply = await by.caller.ask(source, variables);
    expect([source, reply.status < 500 || reply.text]).toEqual([source, true]);
    const told = by.knowsCanary ? [] : Object.values(CANARY).filter(word => reply.text.includes(word) && !source.includes(word));
    expect([source, told]).toEqual([source, []]);
    return reply;
  }

  /** What somebody may not have of an answer. */
  leaksIn(by: Somebody, data: unknown, type: string): string[] {
    return [...new Set(this.reading.leaks(data, type, by.whole, by.standings))];
  }

  /** Asks probes in bundles. What is answered and how many statements are sent for it must not tell the two questions apart. */
  async probe(by: Somebody, wrap: (inner: string) => string, probes: readonly Probe[]): Promise<void> {
    for (let start = 0; start < probes.length; start += AT_ONCE)
      await this.#bundle(by, wrap, probes.slice(start, start + AT_ONCE));
  }
  async #bundle(by: Somebody, wrap: (inner: string) => string, probes: readonly Probe[], tries = 6): Promise<void> {
    const send = async (which: 'hit' | 'miss') => {
      this.app.statements();
      const { source, variables } = parted(wrap(probes.map((one, i) => `p${i}: ${one[which] ?? one.hit}`).join(' ')));
      const reply = await this.ask(by, source, variables);
      const echoes = probes.flatMap(({ echo = [] }) => echo);
      // What is left of a budget and when it is full again is the clock's.
      const text = reply.text.replace(/"remaining":\d+,"resetAt":"[^"]+"/, '…');
      return { reply, body: echoes.reduce((left, word) => left.replaceAll(word, '…'), text), sent: this.app.statements() };
    };
    const hit = await send('hit');
    const compared = probes.filter(({ miss }) => miss !== undefined);
    const miss = compared.length ? await send('miss') : hit;
    const names = probes.map(({ name }) => name).join();
    // An error of one leaves the others without an answer.
    if (probes.length > 1 && hit.reply.errors.length) {
      for (const one of probes) await this.#bundle(by, wrap, [one]);
      return;
    }
    const isTold = hit.sent.length !== miss.sent.length;
    // Once in a while a token is looked up anew.
    if (isTold && tries > 1) return this.#bundle(by, wrap, probes, tries - 1);
    // What one has read the next need not ask for.
    if (isTold && probes.length > 1) {
      for (const one of probes) await this.#bundle(by, wrap, [one]);
      return;
    }
    this.pairs += compared.length;
    expect([by.login, names, hit.body, isTold && hit.sent]).toEqual([by.login, names, miss.body, isTold && miss.sent]);
    const inner = Object.values(hit.reply.data ?? {});
    const data = inner.length === 1 && !('p0' in (hit.reply.data ?? {})) ? inner[0] : hit.reply.data;
    for (const [i, { check }] of probes.entries()) check?.(data?.[`p${i}`] ?? null, hit.reply.errors);
  }
}
