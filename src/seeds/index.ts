import { DAY } from '../kernel/clock.js';
import { newId } from '../kernel/ids.js';
import { isUnsettled } from '../modules/territory/territory.service.js';
import { readSeedData } from './data.js';
import { linkKin, liveStories } from './live.js';
import { planEstate } from './plan/estate.js';
import type { EstatePlan } from './plan/plan.js';
import { type SeedParts, scopesOf } from './scopes.js';
import { writeEstate } from './write.js';

/** Of every demo account: published, so production refuses to start while one is active. */
export const DEMO_PASSWORD = 'moon-over-the-canal';

export interface SeedOptions {
  /** The same number and time give the same estate, but for ids and sealed values. */
  readonly seed?: number;
  /** Today; the parts' own clock when left out. */
  readonly now?: Date;
  /** Months of history, this one included. */
  readonly months?: number;
  /** Residents, offers and needs, as multiples of the estate's own. */
  readonly scale?: number;
  /** Rows written, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

const FIRST_MONTH_DAYS = 120;
const MONTH_DAYS = 31;

/**
 * Fills an empty database with the estate of the founding article, its accounts included: all of it in one transaction, but
 * for the latest steps of a few referrals. Does nothing when there is a community already, also when two processes start at
 * once. Answers with the id of the community that it made.
 */
export async function seedDemo(
  parts: SeedParts & { readonly now: () => Date },
  { seed = 1, now = parts.now(), months = 1, scale = 1, onProgress = () => undefined }: SeedOptions = {},
): Promise<string | null> {
  const plan = planEstate(readSeedData(), { seed, now, months, scale });
  const communityId = newId();
  const total = rowsOf(plan);
  let done = 0;
  const onRows = (count: number): void => {
    done += count;
    onProgress(done, total);
  };
  const written = await parts.slowDb.transaction(async handle => {
    const scopes = scopesOf({ ...parts, db: handle, slowDb: handle }, communityId, now);
    if (!(await isUnsettled(scopes.asSeed(now)))) return null;
    const foundedAt = new Date(now.getTime() - (FIRST_MONTH_DAYS + months * MONTH_DAYS) * DAY);
    const made = await writeEstate(plan, scopes, { communityId, password: DEMO_PASSWORD, now, foundedAt, onRows });
    await linkKin(plan, scopes, made);
    return made;
  });
  if (!written) return null;
  await liveStories(plan, scopesOf(parts, communityId, now), written, onRows);
  return communityId;
}

const rowsOf = (plan: EstatePlan): number =>
  [
    plan.buildings,
    plan.categories,
    plan.organizations,
    plan.accounts,
    plan.memberships,
    plan.residents,
    plan.offers,
    plan.offers.flatMap(({ sessions }) => sessions),
    plan.needs,
    plan.services,
    plan.stories,
  ].reduce((sum, { length }) => sum + length, 0);
