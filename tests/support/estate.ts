import { newId } from '../../src/kernel/ids.js';
import type { TestDatabase } from './database.js';
import { between, type Random } from './matching.js';
import { profileColumns } from './profiles.js';
import { NOW, WORLD } from './world.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (offset: number): Date => new Date(NOW.getTime() + offset);
const date = (offset: number): string => at(offset).toISOString().slice(0, 10);
const pick = <T>(random: Random, list: readonly T[]): T => list[between(random, 0, list.length - 1)]!;
const chance = (random: Random, share: number): boolean => random() < share;
const array = (list: readonly string[]): string => `{${list.join()}}`;

const CATEGORIES = ['HAIRCUT', 'HAIRCUT', 'HAIRCUT', 'FREE_CLINIC', 'HOME_MEDICAL', 'MEDICAL_ACCESS'] as const;
const CARE = ['LIVING_ALONE', 'DISABLED', 'LOW_INCOME'] as const;
const MODES = [['ON_SITE'], ['HOME'], ['ON_SITE', 'HOME'], ['ON_SITE', 'ONLINE']] as const;
const BUILDINGS: Readonly<Record<string, readonly string[]>> = {
  [WORLD.branch1]: [WORLD.building1, WORLD.building2],
  [WORLD.branch2]: [WORLD.building3, WORLD.building4],
};

/** Random people, needs, offers and sessions with every hard rule in play, written past all walls onto the small world. */
export async function insertEstate(
  { owner }: TestDatabase,
  random: Random,
  {
    needs,
    sessions,
    branchIds = [WORLD.branch1, WORLD.branch2],
  }: {
    readonly needs: number;
    readonly sessions: number;
    readonly branchIds?: readonly string[];
  },
): Promise<void> {
  const community_id = WORLD.community;
  const agreeing: string[] = [];
  const people = Array.from({ length: Math.max(1, Math.floor(needs * 0.8)) }, () => {
    const branch_id = pick(random, branchIds);
    const id = newId();
    const person = {
      community_id,
      id,
      branch_id,
      building_id: pick(random, BUILDINGS[branch_id] ?? []),
      name_sealed: Buffer.alloc(1),
      name_index: Buffer.alloc(1),
      ...profileColumns(id, {
        storey: between(random, 1, 6),
        sex: pick(random, ['FEMALE', 'MALE'] as const),
        birthDate: `${between(random, 1925, 2024)}-0${between(random, 1, 9)}-15`,
        careCategories: CARE.filter(() => chance(random, 0.25)),
      }),
      residency_status: 'PRESENT',
      opted_out: chance(random, 0.05),
      created_at: NOW,
    };
    if (chance(random, 0.7)) agreeing.push(person.id);
    return person;
  });
  const consents = people
    .filter(({ id }) => agreeing.includes(id))
    .map(({ id, branch_id }) => ({
      community_id,
      id: newId(),
      branch_id,
      resident_id: id,
      purpose: 'HEALTH_MATCHING',
      data_class: 'SENSITIVE',
      relation: 'SELF',
      method: 'PAPER',
      notice_version: '2026-11',
      granted_at: NOW,
    }));
  const needRows = Array.from({ length: needs }, () => {
    const person = chance(random, 0.9) ? pick(random, people) : null;
    const branch_id = person?.branch_id ?? pick(random, branchIds);
    const id = newId();
    const starts = between(random, 0, 20);
    const need = {
      community_id,
      id,
      number: `T-${id}`,
      branch_id,
      category_code: chance(random, 0.03) ? 'SAFETY_ENV' : pick(random, CATEGORIES),
      beneficiary_kind: person ? 'RESIDENT' : 'GROUP',
      requester_kind: 'OFFICER',
      channel: 'COUNTER',
      state: chance(random, 0.08) ? 'SUBMITTED' : 'OPEN',
      urgency: pick(random, ['P1', 'P2', 'P2', 'P3', 'P3', 'P4', chance(random, 0.3) ? 'P0' : 'P3']),
      quantity: pick(random, [1, 1, 1, 2, 4]),
      modes: array(pick(random, MODES)),
      windows: owner.json(
        chance(random, 0.3)
          ? [{ startsAt: at(starts * DAY).toISOString(), endsAt: at((starts + between(random, 1, 6)) * DAY).toISOString() }]
          : [],
      ),
      deadline: chance(random, 0.3) ? at(between(random, 1, 25) * DAY) : null,
      accepts_cost_fen: chance(random, 0.2) ? 2000 : 0,
      submitted_at: at(-between(random, 1, 60 * 24) * HOUR),
      opened_at: NOW,
      left_out: chance(random, 0.2) ? between(random, 1, 4) : 0,
    };
    return {
      need,
      detail: { community_id, need_id: id, branch_id, beneficiary_id: person?.id ?? null, description_sealed: Buffer.alloc(1) },
    };
  });
  const offers = Array.from({ length: Math.max(1, Math.ceil(sessions / 3)) }, () => {
    const volunteer = chance(random, 0.8);
    const min = chance(random, 0.3) ? pick(random, [18, 216, 720]) : null;
    const category_code = pick(random, CATEGORIES);
    return {
      community_id,
      id: newId(),
      organization_id: pick(random, [WORLD.clinic, WORLD.clinic, WORLD.barber, WORLD.stranger]),
      category_code,
      covers_children: category_code === 'MEDICAL_ACCESS',
      title: 'T',
      state: chance(random, 0.1) ? 'PAUSED' : 'PUBLISHED',
      modes: array(pick(random, MODES)),
      lead_time_minutes: pick(random, [0, 0, 24 * 60, 72 * 60]),
      cost_fen: volunteer ? 0 : 1500,
      volunteer,
      valid_from: date(-30 * DAY),
      valid_until: date(between(random, 10, 60) * DAY),
      filing_number: chance(random, 0.7) ? 'F-1' : null,
      filing_valid_until: date(between(random, 5, 90) * DAY),
      min_age_months: min,
      max_age_months: min !== null && chance(random, 0.3) ? min + 600 : null,
      care_categories: array(chance(random, 0.1) ? ['DISABLED'] : []),
      eligible_building_ids: array(chance(random, 0.1) ? [WORLD.building1, WORLD.building3] : []),
      branch_ids: array(chance(random, 0.1) ? [WORLD.branch1] : []),
      created_at: NOW,
      published_at: NOW,
    };
  });
  const sessionRows = Array.from({ length: sessions }, () => {
    const dated = chance(random, 0.8);
    const starts = between(random, 2, 27 * 24) * HOUR;
    const capacity = between(random, 0, 4);
    return {
      community_id,
      id: newId(),
      offer_id: pick(random, offers).id,
      state: chance(random, 0.05) ? 'CANCELLED' : 'SCHEDULED',
      starts_at: dated ? at(starts) : null,
      ends_at: dated ? at(starts + 2 * HOUR) : null,
      capacity,
      reserved: between(random, 0, capacity),
      building_id: chance(random, 0.8) ? pick(random, [WORLD.building1, WORLD.building2, WORLD.building3]) : null,
      created_at: NOW,
    };
  });
  const exclusions = needRows
    .filter(() => chance(random, 0.1))
    .map(({ need }) => {
      const { id: session_id, offer_id } = pick(random, sessionRows);
      const passes = chance(random, 0.5);
      return {
        community_id,
        id: newId(),
        need_id: need.id,
        offer_id,
        session_id: passes ? session_id : null,
        reason: passes ? 'WRONG_TIME' : 'TOO_FAR',
        created_at: NOW,
      };
    });
  await owner.begin(async tx => {
    for (const [table, rows] of [
      ['personal.resident', people],
      ['personal.consent', consents],
      ['need', needRows.map(({ need }) => need)],
      ['personal.need_detail', needRows.map(({ detail }) => detail)],
      ['offer', offers],
      ['session', sessionRows],
      ['pair_exclusion', exclusions],
    ] as const)
      for (let start = 0; start < rows.length; start += 500)
        await tx`insert into ${tx(table)} ${tx(rows.slice(start, start + 500) as readonly Record<string, any>[])}`;
  });
}

/** Removes what `insertEstate` and plans wrote; the small world stays. */
export const clearEstate = ({ owner }: TestDatabase) =>
  owner.unsafe(
    'truncate need, offer, session, match_plan, match, unmatched_need, plan_change, pair_exclusion, referral, service_record, event, event_unsealed, event_seal, personal.resident, personal.need_detail, personal.override_note, personal.service_rating, cooperation_rating, personal.access_log cascade',
  );
