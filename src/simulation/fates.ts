import { digest } from '../seeds/random.js';

/**
 * How often things go otherwise than planned, in parts of one. No public figures were found for such an estate: all are
 * assumptions of ours but `byOthers` and `rejected`, which are domain.md §5.5's outcome mix.
 */
export const ODDS = {
  /** An officer does not verify the need. */
  rejected: 0.02,
  /** Of what is verified, what the office's own staff (27 %) and stairwell helpers (15 %) do without the alliance. */
  byOthers: 0.42,
  /** Somebody who waits no longer wants it within the first `WITHDRAWS_WITHIN_DAYS`. */
  withdraws: 0.03,
  /** An organisation says no to a need for one of its offers, whenever it is asked: not this person, not this kind of help. */
  declines: 0.06,
  /** It says no to a need for one of its sessions, whenever it is asked: not that day. */
  declinesSession: 0.06,
  /** An organisation lets a proposal lapse; drawn anew each time. */
  silent: 0.08,
  /** A dated session is called off. */
  cancelled: 0.03,
  /** Nobody opens the door, or the helper does not come: the place is lost and the need open again. */
  noShow: 0.04,
  /** On a working day the liaison of an organisation looks at the noticeboard. */
  looks: 0.5,
} as const;

export const WITHDRAWS_WITHIN_DAYS = 20;

/** Draws that depend on their names alone: whatever a method does, the same pair meets the same answer. */
export interface Fates {
  /** From 0 to 1, 1 not included. */
  draw(...names: readonly (string | number)[]): number;
  happens(what: keyof typeof ODDS, ...names: readonly (string | number)[]): boolean;
  /** Whether an organisation, once asked, says no to a need: for the whole offer, for this session only, or (null) not at all. */
  refuses(needId: string, session: { readonly id: string; readonly offerId: string }): 'OFFER' | 'SESSION' | null;
}

/**
 * Spreads the difference of names that are nearly the same over all bits (the finalizer of MurmurHash3, Appleby 2011). Once
 * leaves places of one session and needs of one month a little alike; twice does not.
 */
function stirred(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function createFates(seed: number): Fates {
  const draw: Fates['draw'] = (...names) => stirred(stirred(digest(`year ${seed}|${names.join('|')}`)) + 1) / 2 ** 32;
  const happens: Fates['happens'] = (what, ...names) => draw(what, ...names) < ODDS[what];
  return {
    draw,
    happens,
    refuses(needId, { id, offerId }) {
      if (happens('declines', needId, offerId)) return 'OFFER';
      return happens('declinesSession', needId, id) ? 'SESSION' : null;
    },
  };
}
