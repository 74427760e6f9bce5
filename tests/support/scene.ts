import { newId } from '../../src/kernel/ids.js';
import type { TestDatabase } from './database.js';
import { residentRow } from './profiles.js';
import { NOW, WORLD } from './world.js';

export const at = (hours: number): Date => new Date(NOW.getTime() + hours * 3_600_000);
const c = WORLD.community;
/** A person of 86 who lives alone on the fifth floor, her need for a haircut, and the barber's session the day after tomorrow. */
export async function insertScene({ owner }: TestDatabase, { capacity = 3 } = {}) {
  const [person, need, offer, session, far] = [newId(), newId(), newId(), newId(), newId()];
  await owner.begin(async tx => {
    await tx`insert into personal.resident ${tx(residentRow(person, {}, { storey: 5, careCategories: ['LIVING_ALONE'] }))}`;
    await tx`insert into need (community_id, id, number, branch_id, category_code, beneficiary_kind, requester_kind, channel, state, urgency, quantity, modes, submitted_at, opened_at)
      values (${c}, ${need}, 'N-1', ${WORLD.branch1}, 'HAIRCUT', 'RESIDENT', 'FAMILY', 'PHONE', 'OPEN', 'P2', 1, '{ON_SITE,HOME}', ${at(-50)}, ${at(-49)})`;
    await tx`insert into personal.need_detail (community_id, need_id, branch_id, beneficiary_id, description_sealed) values (${c}, ${need}, ${WORLD.branch1}, ${person}, '')`;
    await tx`insert into offer (community_id, id, organization_id, category_code, title, state, modes, valid_from, valid_until, created_at, published_at)
      values (${c}, ${offer}, ${WORLD.barber}, 'HAIRCUT', '便民理发', 'PUBLISHED', '{ON_SITE}', '2026-11-01', '2027-03-31', ${NOW}, ${NOW})`;
    await tx`insert into session (community_id, id, offer_id, starts_at, ends_at, capacity, building_id, created_at) values
      (${c}, ${session}, ${offer}, ${at(48)}, ${at(51)}, ${capacity}, ${WORLD.building2}, ${NOW}), (${c}, ${far}, ${offer}, ${at(24 * 8)}, ${at(24 * 8 + 3)}, ${capacity}, ${WORLD.building2}, ${NOW})`;
  });
  return { person, need, offer, session, far };
}
