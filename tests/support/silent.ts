import { afterAll, expect } from 'vitest';

/** Written without an event, and why that is right. */
const QUIET: Readonly<Record<string, string>> = {
  event_unsealed: 'the queue of the log itself',
  event_seal: 'the log itself',
  idempotency_key: 'remembers an answer',
  register: 'gives out a number to what is logged',
  'identity.password_reset': 'a wrong try is counted; that a code was issued, was used, or shut a door is logged',
  'identity.refresh_token': 'a session goes on; that it began and ended is logged',
  match_plan: 'a run that was given up meanwhile finds nothing to update',
};

interface Transaction {
  isScoped: boolean;
  readonly written: Set<string>;
}

/** What a statement writes to, by table. Locks (`for update`) and upserts (`do update set`) name no table there. */
const writtenBy = (text: string): readonly string[] =>
  [...text.matchAll(/(?:insert into|update|delete from) ((?:"\w+"\.)?"\w+")/gi)].map(([, name = '']) => name.replaceAll('"', ''));

/**
 * Listens to what a pool sends and, when the tests of the file are over, expects every transaction of a scope that wrote something
 * and committed to have appended an event. `quiet`: tables that the tests themselves write to by parts of a use case.
 */
export function expectNoSilentWrites(quiet: readonly string[] = []): (text: string, connection: number) => void {
  const open = new Map<number, Transaction>();
  const silent = new Set<string>();
  afterAll(() => expect([...silent], 'written without an event').toEqual([]));
  return (text, connection) => {
    if (/^begin/i.test(text)) open.set(connection, { isScoped: false, written: new Set() });
    const transaction = open.get(connection);
    if (!transaction) return;
    if (text.startsWith('set local app.')) transaction.isScoped = true;
    for (const name of writtenBy(text)) transaction.written.add(name);
    if (/^commit/i.test(text) && transaction.isScoped && !transaction.written.has('event')) {
      const loud = [...transaction.written].filter(name => !(name in QUIET) && !quiet.includes(name));
      if (loud.length) silent.add(loud.sort().join());
    }
    if (/^(commit|rollback)/i.test(text)) open.delete(connection);
  };
}
