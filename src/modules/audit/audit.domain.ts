import type { ChainFlaw, ChainHead, ChainLink } from '../../kernel/chain.js';
import type { SignedHead } from '../../kernel/heads.js';

/** An event at its place in the chain, as auditors read it. */
export interface AuditEvent extends ChainLink {
  readonly id: string;
  /** Of the link before. */
  readonly previous: string;
}

/** What may narrow a list of events. Times are those of sealing, within a second of the commit. */
export interface AuditFilter {
  readonly kind?: string | null | undefined;
  readonly subjectId?: string | null | undefined;
  readonly branchId?: string | null | undefined;
  readonly actorId?: string | null | undefined;
  readonly clientId?: string | null | undefined;
  readonly from?: Date | null | undefined;
  readonly until?: Date | null | undefined;
}

/** Where the chain breaks. */
export interface Break {
  readonly flaw: ChainFlaw;
  readonly position: number | null;
  readonly eventId: string | null;
}

/** What a verification found. */
export interface AuditReport {
  /** The first flaw; null when what was read is sound. */
  readonly broken: Break | null;
  /** Read behind this position. */
  readonly after: number;
  /** The last sound link. */
  readonly head: ChainHead;
  /** False when its time was up before the end: go on behind `head`. */
  readonly complete: boolean;
  /** The newest head from outside the database that the chain was held against; null when there is none. */
  readonly comparedWith: SignedHead | null;
}
