import { createHash } from 'node:crypto';

/** What the log says of one change or one look. Ids and codes only. */
export interface LoggedEvent {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly branchId: string | null;
  readonly actorId: string | null;
  readonly actorRole: string;
  readonly clientId: string | null;
  readonly requestId: string | null;
  readonly fromState: string | null;
  readonly toState: string | null;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The end of a chain, or any place in it. The hash is SHA-256 in lower-case hexadecimal. */
export interface ChainHead {
  readonly position: number;
  readonly hash: string;
}

/** An event at its place. */
export interface ChainLink extends ChainHead {
  readonly sealedAt: Date;
  readonly event: LoggedEvent;
}

/** Before the first link. */
export const BEGINNING: ChainHead = { position: 0, hash: '0'.repeat(64) };

/** Names the encoding of links; a change of it takes a new number. Documented for others in docs/security.md. */
export const LINK_FORMAT = 'red-alliance-audit/1';

/** JSON as RFC 8785 writes it, for what JSON can hold: no spaces, names in order of their UTF-16 code units. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null || value instanceof Date) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`;
}

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a link's hash is taken of: its place, the hash before it, and every column of its event. */
export const linkText = (
  communityId: string,
  { position, previous, sealedAt }: Pick<ChainLink, 'position' | 'sealedAt'> & { readonly previous: string },
  event: LoggedEvent,
): string =>
  canonical([
    LINK_FORMAT,
    communityId,
    position,
    previous,
    sealedAt,
    event.id,
    event.at,
    event.kind,
    event.subjectType,
    event.subjectId,
    event.branchId,
    event.actorId,
    event.actorRole,
    event.clientId,
    event.requestId,
    event.fromState,
    event.toState,
    event.reason,
    event.data,
  ]);

/**
 * - `GAP`: positions were taken out or do not begin where they should.
 * - `EVENT_GONE`: a seal without its event.
 * - `WRONG_HASH`: the event, its place, or an earlier one was changed.
 * - `MISFILED`: what lists are filtered by says other than the event does.
 * - `ACCESS_ALTERED`: the entry of the access log that the event vouches for was changed or taken out.
 * - `ACCESS_UNKNOWN`: an entry of the access log that no event vouches for.
 * - `NEVER_SEALED`: an event that is neither sealed nor waiting: it was put in, or its seal taken out.
 * - `CUT`: the chain ends before a head that was kept elsewhere.
 * - `REWRITTEN`: the chain passes a head that was kept elsewhere with another hash.
 * - `HEADS_ALTERED`: the file of kept heads holds a line that nobody signed.
 */
export const CHAIN_FLAWS = [
  'GAP',
  'EVENT_GONE',
  'WRONG_HASH',
  'MISFILED',
  'ACCESS_ALTERED',
  'ACCESS_UNKNOWN',
  'NEVER_SEALED',
  'CUT',
  'REWRITTEN',
  'HEADS_ALTERED',
] as const;
export type ChainFlaw = (typeof CHAIN_FLAWS)[number];

/** Goes along a chain link by link and tells where it breaks. `kept`: heads that were kept elsewhere. */
export class ChainWalk {
  readonly #kept: ReadonlyMap<number, string>;
  readonly #furthest: number;

  constructor(
    private at: ChainHead = BEGINNING,
    kept: readonly ChainHead[] = [],
  ) {
    this.#kept = new Map(kept.map(({ position, hash }) => [position, hash]));
    this.#furthest = kept.reduce((furthest, { position }) => Math.max(furthest, position), 0);
  }

  /** The last link that followed. */
  get head(): ChainHead {
    return this.at;
  }

  /** Steps onto the next link, unless it does not follow. `text` is what its hash must be of, made with the hash before. */
  step({ position, hash }: ChainHead, text: string): ChainFlaw | null {
    if (position !== this.at.position + 1) return 'GAP';
    if (digest(text) !== hash) return 'WRONG_HASH';
    this.at = { position, hash };
    return this.#kept.has(position) && this.#kept.get(position) !== hash ? 'REWRITTEN' : null;
  }

  /** What is wrong with ending here. */
  end(): ChainFlaw | null {
    return this.at.position < this.#furthest ? 'CUT' : null;
  }
}
