import { workingHoursBetween } from '../kernel/clock.js';
import { MATCHED_URGENCIES, type Urgency } from '../kernel/vocabulary.js';

/** When somebody asked, and how urgently. */
interface Asked {
  readonly submittedAt: number;
  readonly urgency: Urgency;
}

/**
 * Who came first though they had asked later: of all needs that a plan left out while others held a session that the rules
 * allow it, by how many working hours such a holder had asked later, at most.
 */
export interface Leads {
  note(leftOut: Asked, holder: Asked): void;
  /** 0: nobody who asked later came first. */
  longest(leftOut: Urgency, holder: Urgency): number;
}

export function createLeads(): Leads {
  const most = new Map(MATCHED_URGENCIES.map((urgency): [Urgency, Map<Urgency, number>] => [urgency, new Map()]));
  const longest: Leads['longest'] = (leftOut, holder) => most.get(leftOut)?.get(holder) ?? 0;
  return {
    longest,
    note(leftOut, holder) {
      const lead = workingHoursBetween(new Date(leftOut.submittedAt), new Date(holder.submittedAt));
      if (lead > longest(leftOut.urgency, holder.urgency)) most.get(leftOut.urgency)?.set(holder.urgency, lead);
    },
  };
}
