import { BEGINNING, type ChainFlaw, type ChainHead, ChainWalk, linkText } from '../../kernel/chain.js';
import type { SignedHead } from '../../kernel/heads.js';
import { type Look, looksDigest, vouchedBy } from '../../kernel/looks.js';
import { type Failure, fail, ok, type Result } from '../../kernel/result.js';
import type { Scope } from '../../scope/scope.js';
import { isPastKeeping } from '../privacy/access.service.js';
import type { AuditReport, Break } from './audit.domain.js';
import * as repo from './audit.repo.js';

/** Links read in one transaction. */
const BATCH = 1000;

export interface VerifyOptions {
  /** Go on behind this position, which an earlier verification reached. */
  readonly after?: number | null | undefined;
  /** From the first event on; else from the newest head that was signed: it was verified before it was. */
  readonly full?: boolean | undefined;
  /** No batch begins after so long, but the first; null: goes on to the end. */
  readonly budgetMs?: number | null;
}

/**
 * Recomputes the community's chain, holds it against the heads in the journal and against the access log, and tells the first flaw.
 * Reads in batches, each in a transaction of its own. A full verification that reaches the end also looks for events, and for
 * entries of the access log, that no link stands for.
 */
export async function verifyChain(
  scope: Scope,
  { after = null, full = false, budgetMs = null }: VerifyOptions = {},
): Promise<AuditReport> {
  // Row-level security shows the access log to this purpose alone.
  const sys = scope.asSystem('sealing');
  const begun = performance.now();
  const kept = (await scope.parts.journal?.read(scope.communityId)) ?? { heads: [], altered: false };
  const newest = kept.heads.at(-1) ?? null;
  const isThorough = full || newest === null;

  const start = kept.altered
    ? fail({ code: 'HEADS_ALTERED' })
    : await sys.reading(tx => startOf(tx, after, full ? null : newest));
  const walk = new ChainWalk(start.ok ? start.value : BEGINNING, kept.heads);
  const from = walk.head.position;
  const report = (broken: Break | null, complete = true): AuditReport => ({
    broken,
    after: from,
    head: walk.head,
    complete,
    comparedWith: newest,
  });
  if (!start.ok) return report(breakOf(start.failure.code));

  for (let length = BATCH; length === BATCH; ) {
    const isLate = budgetMs !== null && performance.now() - begun > budgetMs;
    if (isLate && walk.head.position > from) return report(null, false);
    const batch = await sys.reading(tx => walkBatch(tx, walk));
    if (batch.broken) return report(batch.broken);
    length = batch.length;
  }
  const cut = walk.end();
  if (cut) return report(breakOf(cut, walk.head.position));
  return report(isThorough ? await sys.reading(strays) : null);
}

const breakOf = (flaw: ChainFlaw, position: number | null = null, eventId: string | null = null): Break => ({
  flaw,
  position,
  eventId,
});

/** Where to begin: at the seal behind which to go on, or at the newest head, if the chain still has it. */
async function startOf(
  tx: Scope,
  after: number | null,
  newest: SignedHead | null,
): Promise<Result<ChainHead, Failure<ChainFlaw>>> {
  const position = after ?? newest?.position ?? BEGINNING.position;
  if (position === BEGINNING.position) return ok(BEGINNING);
  const seal = await repo.sealAt(tx, position);
  if (!seal) return fail({ code: 'CUT' });
  const isOther = newest?.position === position && newest.hash !== seal.hash;
  return isOther ? fail({ code: 'REWRITTEN' }) : ok(seal);
}

async function walkBatch(tx: Scope, walk: ChainWalk): Promise<{ readonly length: number; readonly broken: Break | null }> {
  const links = await repo.linksAfter(tx, walk.head.position, BATCH);
  const { length } = links;
  const ids = links.flatMap(({ event }) => (event && vouchedBy(event)?.accessIds) ?? []);
  const looks = ids.length ? await repo.looksById(tx, ids) : new Map<string, Look>();
  for (const link of links) {
    const flaw = flawOf(tx.communityId, walk, link) ?? (link.event && accessFlaw(link.event, looks, tx.now()));
    if (flaw) return { length, broken: breakOf(flaw, link.seal.position, link.seal.eventId) };
  }
  return { length, broken: null };
}

function flawOf(communityId: string, walk: ChainWalk, { seal, event }: repo.StoredLink): ChainFlaw | null {
  const { position, sealedAt } = seal;
  if (!event) return position === walk.head.position + 1 ? 'EVENT_GONE' : 'GAP';
  const text = linkText(communityId, { position, previous: walk.head.hash, sealedAt }, event);
  const flaw = walk.step({ position, hash: seal.hash.toString('hex') }, text);
  return flaw ?? (isFiledRight(seal, event) ? null : 'MISFILED');
}

const isFiledRight = (seal: repo.StoredLink['seal'], event: NonNullable<repo.StoredLink['event']>): boolean =>
  (['kind', 'subjectId', 'branchId', 'actorId', 'clientId'] as const).every(name => seal[name] === event[name]);

function accessFlaw(event: NonNullable<repo.StoredLink['event']>, looks: ReadonlyMap<string, Look>, now: Date): ChainFlaw | null {
  const vouched = vouchedBy(event);
  if (!vouched) return null;
  const found = vouched.accessIds.flatMap(id => looks.get(id) ?? []);
  if (found.length < vouched.accessIds.length && isPastKeeping(event.at, now)) return null;
  return looksDigest(found) === vouched.accessHash ? null : 'ACCESS_ALTERED';
}

async function strays(tx: Scope): Promise<Break | null> {
  const event = await repo.neverSealed(tx);
  if (event !== null) return breakOf('NEVER_SEALED', null, event);
  return (await repo.unknownAccess(tx)) === null ? null : breakOf('ACCESS_UNKNOWN');
}
