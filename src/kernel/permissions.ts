import type { Role } from './actor.js';

/** The subjects that scopes of programs are given for: one a folder of `modules/`. */
export const SUBJECTS = [
  'territory',
  'alliance',
  'taxonomy',
  'offers',
  'needs',
  'residents',
  'matching',
  'referrals',
  'identity',
  'privacy',
  'audit',
  'activity',
  'insight',
] as const;
export type Subject = (typeof SUBJECTS)[number];
/** What a program may do in a subject. Who may write there may read there, too: a change answers with what it changed. */
export type ApiScope = `${Subject}:${'read' | 'write'}`;

/** How much is shown, from the public to those who answer for it (domain.md §7). */
export const LEVELS = {
  L0: ['公开', 'what everybody may read; counts of people from five on'],
  L1: ['接单前', 'what an organization must know to decide, and nothing that tells who it is'],
  L2: ['接单后', 'how to reach the person, for one referral and no longer than it lasts'],
  L3: ['本党总支', 'the full record of one branch; clear values only with a purpose, and logged'],
  L4: ['全社区', 'the full records of all branches'],
  L5: ['街道', 'aggregates, and what organizations agreed with branches; no single person'],
  OWN: ['本人或本单位', 'what is about the caller: its account, its organization'],
  FAMILY: ['亲属', 'what concerns a person of whom the caller is verified kin, or what it asked for them'],
  MEDIATOR: ['调解员', 'statements of the own cases, which nobody else reads (人民调解法 art. 15)'],
} as const;
export type Level = keyof typeof LEVELS;

interface Who {
  readonly level: Level;
  readonly zh: string;
  readonly en: string;
  /** Roles by which somebody comes to be one of them; none: it takes no role, but what `en` says. */
  readonly roles: readonly Role[];
}

const STAFF_ROLES = ['COMMUNITY_ADMIN', 'BRANCH_SECRETARY', 'ESTATE_OFFICER', 'GENERALIST_WORKER'] as const;

/** Whom rules speak of. A role alone opens little: `STAFF` are staff of the branch that a thing belongs to, and of no other. */
export const AUDIENCES = {
  ANYBODY: { level: 'L0', zh: '所有人', en: 'anybody, signed in or not', roles: [] },
  ACCOUNT: { level: 'L0', zh: '已登录者', en: 'whoever signed in to the community', roles: [] },
  PARTNER: { level: 'L1', zh: '联盟成员单位', en: 'liaisons of an active member of the branch’s alliance', roles: ['LIAISON'] },
  PERFORMER: { level: 'L1', zh: '受邀单位', en: 'liaisons of the organization that it was put before', roles: ['LIAISON'] },
  SERVING: {
    level: 'L2',
    zh: '接单单位',
    en: 'liaisons of the organization that accepted, while the person consents and until seven days after',
    roles: ['LIAISON'],
  },
  ORGANIZATION: { level: 'OWN', zh: '本单位', en: 'liaisons of the organization that it belongs to', roles: ['LIAISON'] },
  KIN: { level: 'FAMILY', zh: '亲属与代办人', en: 'verified kin, and the account that asked', roles: ['FAMILY'] },
  SELF: { level: 'OWN', zh: '本人', en: 'the account that it is about', roles: [] },
  STAFF: { level: 'L3', zh: '本党总支工作人员', en: 'staff of the branch', roles: STAFF_ROLES },
  ANY_STAFF: { level: 'L3', zh: '社区工作人员', en: 'staff of any branch', roles: STAFF_ROLES },
  SECRETARY: {
    level: 'L3',
    zh: '本党总支书记',
    en: 'who runs the branch: its secretary, the admin',
    roles: ['COMMUNITY_ADMIN', 'BRANCH_SECRETARY'],
  },
  ADMIN: { level: 'L4', zh: '社区管理员', en: 'the admin of the community', roles: ['COMMUNITY_ADMIN'] },
  SUBDISTRICT: { level: 'L5', zh: '街道', en: 'the subdistrict', roles: ['SUBDISTRICT'] },
  AUDITOR: { level: 'L4', zh: '审计员', en: 'the auditor', roles: ['AUDITOR'] },
  MEDIATOR: { level: 'MEDIATOR', zh: '调解员', en: 'the mediator of the case', roles: ['MEDIATOR'] },
} as const satisfies Record<string, Who>;
export type Audience = keyof typeof AUDIENCES;

/** One row speaks of many names, which spaces part: `[['STAFF', 'KIN'], 'beneficiary building']`. */
export type Rows = readonly (readonly [who: readonly Audience[], names: string])[];

/**
 * Who is shown what of a subject, who may do what: data for the gate of programs, for the generated tests and for
 * `docs/permissions.md`. The rules themselves are in `x.policy.ts`; where these say less or more than those do, tests fail. Whatever
 * is not named is refused to programs and breaks the build.
 *
 * Connections and edges go with their rows, payloads and inputs with their mutation, `id`s and pages with their field.
 */
export interface SubjectPermissions {
  readonly subject: Subject;
  /** Root fields: who may find something there. Everybody else is answered null or an empty list, the same as for nothing. */
  readonly queries?: Rows;
  /** Who may succeed. Everybody else is refused, and nothing changes. */
  readonly mutations?: Rows;
  /** Mutations that no program makes, whatever its scopes and its account's roles: by them it could widen itself. */
  readonly inPerson?: string;
  /** Fields of objects by type, also those that the subject adds to another one's type. Null or empty for everybody else. */
  readonly types?: Readonly<Record<string, Rows>>;
  /** Types that are no objects of their own, with all their fields: seen by whoever is shown what they are part of. */
  readonly parts?: Readonly<Record<string, string>>;
  /**
   * Conditions and orders of lists, by input type or `Type.field`: who may learn something by them. For everybody else a
   * condition holds for nothing.
   */
  readonly filters?: Readonly<Record<string, Rows>>;
}

/** The names of a row. */
export const namesOf = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean);
