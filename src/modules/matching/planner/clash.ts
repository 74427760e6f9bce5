import type { Span } from './facts.js';

/** A time at which somebody is taken up, and where; without a place there is no way to it that counts. */
export interface Engagement {
  readonly time: Span;
  readonly place: { readonly eastM: number; readonly northM: number } | null;
}

/** One meter a second, as old people walk, along the paths of the estate, which run north and east. */
const METERS_PER_MINUTE = 60;
const MINUTE = 60_000;

/** How long it takes from one place to the other, in milliseconds. */
export const travelTime = (a: Engagement['place'], b: Engagement['place']): number =>
  a && b ? ((Math.abs(a.eastM - b.eastM) + Math.abs(a.northM - b.northM)) / METERS_PER_MINUTE) * MINUTE : 0;

/** Nobody can keep both: they overlap, or leave too little time for the way between them. */
export function clash(a: Engagement, b: Engagement): boolean {
  const travel = travelTime(a.place, b.place);
  return a.time.startsAt < b.time.endsAt + travel && b.time.startsAt < a.time.endsAt + travel;
}

/** Two sessions of one organization that take up the same helper, room or device at overlapping times. */
export const shareResource = (
  a: { readonly organizationId: string; readonly time: Span | null; readonly resourceKeys: readonly string[] },
  b: typeof a,
): boolean =>
  a.organizationId === b.organizationId &&
  a.time !== null &&
  b.time !== null &&
  a.time.startsAt < b.time.endsAt &&
  b.time.startsAt < a.time.endsAt &&
  a.resourceKeys.some(key => b.resourceKeys.includes(key));
