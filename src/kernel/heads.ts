import type { ChainHead } from './chain.js';

/** Where a community's chain ended when a day did (Shanghai), vouched for by a key that the database does not hold. */
export interface SignedHead extends ChainHead {
  readonly communityId: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly signedAt: Date;
  /** Ed25519, SPKI in DER, base64. */
  readonly publicKey: string;
  /** Ed25519 (RFC 8032) over the canonical text of the rest, base64. */
  readonly signature: string;
}

/** What a journal holds of a community, the oldest day first. */
export interface JournalPage {
  readonly heads: readonly SignedHead[];
  /** A line is none that one of our keys signed. */
  readonly altered: boolean;
}

/** Keeps the heads of the chains outside the database, in files that are only added to. */
export interface HeadJournal {
  /** Signs new heads; whoever checks them must know it from elsewhere than the files. */
  readonly publicKey: string;
  read(communityId: string): Promise<JournalPage>;
  /** Signs and adds one day's head; on the disk when it answers. One writer at a time. */
  append(head: Omit<SignedHead, 'publicKey' | 'signature'>): Promise<SignedHead>;
}
