import { addDays } from '../../kernel/clock.js';
import type { Category } from '../../modules/taxonomy/taxonomy.domain.js';
import type { SeedData } from '../data.js';
import type { Random } from '../random.js';
import type { AccountPlan, MembershipPlan, OrganizationPlan } from './plan.js';
import { AREAS, BRANCHES } from './territory.js';

/** Parents first. */
export const planCategories = ({ categories }: SeedData): readonly Category[] =>
  [...categories]
    .sort((a, b) => Number(a.parentCode !== null) - Number(b.parentCode !== null))
    .map(category => ({ ...category, path: `${category.parentCode ? `${category.parentCode}/` : ''}${category.code}/` }));

export const planOrganizations = ({ alliance }: SeedData): readonly OrganizationPlan[] =>
  alliance.units.map(({ code, name, kind, uscc, needs }) => ({ code, name, kind, uscc, wishes: needs ?? null }));

/** Whose pact ran out, and whose is not signed yet. */
export const EXPIRED_PACT = 'U077';
export const DRAFT_PACT = 'U095';
const EXPIRING_EVERY = 11;

/** Every membership of the proposal is active; pacts last a year and nearly all are in force today. */
export function planMemberships({ alliance, categories }: SeedData, random: Random, today: string): readonly MembershipPlan[] {
  const labelOf = new Map(categories.map(({ code, labelZh }) => [code, labelZh]));
  const offersOf = new Map(alliance.units.map(({ code, offers }) => [code, offers]));
  return alliance.memberships.map(({ unit, branch }, at) => {
    const endsIn = daysToEnd(unit, at, random);
    const startsOn = addDays(today, endsIn - 364);
    const joined = addDays(startsOn, -random.between(0, 2) * 365);
    return {
      organization: unit,
      branch,
      since: joined < today ? joined : addDays(today, -30),
      pact: {
        number: `共建-${branch}-${startsOn.slice(0, 4)}-${unit}`,
        startsOn,
        endsOn: addDays(today, endsIn),
        items: (offersOf.get(unit) ?? []).map(code => labelOf.get(code) ?? code),
        state: unit === DRAFT_PACT ? ('DRAFT' as const) : ('SIGNED' as const),
      },
    };
  });
}

function daysToEnd(unit: string, at: number, random: Random): number {
  if (unit === EXPIRED_PACT) return -20;
  if (unit === DRAFT_PACT) return 370;
  return at % EXPIRING_EVERY === 5 ? random.between(20, 55) : random.between(95, 330);
}

/** One account for every role, and a liaison for every organisation. */
export const planAccounts = ({ alliance }: SeedData): readonly AccountPlan[] => [
  { login: 'admin', displayName: '社区管理员', role: { role: 'COMMUNITY_ADMIN' } },
  ...BRANCHES.map(({ code, name }) => ({
    login: `secretary.${code.toLowerCase()}`,
    displayName: `${name}书记`,
    role: { role: 'BRANCH_SECRETARY', branch: code } as const,
  })),
  ...AREAS.map(({ code, name }) => ({
    login: `officer.${code.toLowerCase()}`,
    displayName: `${name}小区专员`,
    role: { role: 'ESTATE_OFFICER', area: code } as const,
  })),
  ...alliance.units.map(({ code, name }) => ({
    login: `liaison.${code.toLowerCase()}`,
    displayName: `${name}联络员`,
    role: { role: 'LIAISON', organization: code } as const,
  })),
  { login: 'family.1', displayName: '家属一(女儿)', role: { role: 'FAMILY' } },
  { login: 'family.2', displayName: '家属二(儿子)', role: { role: 'FAMILY' } },
  { login: 'subdistrict', displayName: '街道干部', role: { role: 'SUBDISTRICT' } },
  { login: 'generalist.b1', displayName: '全能社工', role: { role: 'GENERALIST_WORKER', branch: 'B1' } },
  { login: 'volunteer.1', displayName: '志愿者', role: { role: 'VOLUNTEER' } },
  { login: 'mediator', displayName: '人民调解员', role: { role: 'MEDIATOR' } },
  { login: 'auditor', displayName: '审计员', role: { role: 'AUDITOR' } },
];
