import { DAY } from '../../kernel/clock.js';

/** Whether an organization may see whom it serves (level L2 of domain.md §7), or why it may not. */
export const RECIPIENT_SIGHTS = [
  'OPEN',
  'NOT_YET_ACCEPTED',
  'CONSENT_MISSING',
  'CONSENT_WITHDRAWN',
  'RESTRICTED',
  'OVER',
  'NO_PERSON',
] as const;
export type RecipientSight = (typeof RECIPIENT_SIGHTS)[number];

/** For what a partner looks at whom it serves; kept with the look (PIPL art. 6). */
export const RECIPIENT_PURPOSES = ['ARRANGE', 'DELIVER', 'FOLLOW_UP'] as const;
export type RecipientPurpose = (typeof RECIPIENT_PURPOSES)[number];

/** After a service was delivered, for questions that come up. */
const AFTERWARDS_DAYS = 7;

export interface SightFacts {
  /** State of the referral. */
  readonly state: string;
  readonly closedAt: Date | null;
  /** The beneficiary; null when it is nobody on file. */
  readonly person: { readonly restricted: boolean } | null;
  /** The consents to share that cover this need and organization, the withdrawn ones among them. */
  readonly consents: readonly { readonly withdrawnAt: Date | null }[];
}

const LIVE: ReadonlySet<string> = new Set(['ACCEPTED', 'IN_PROGRESS', 'ON_HOLD']);
const BEFORE: ReadonlySet<string> = new Set(['DRAFT', 'REQUESTED']);

/** From the promise until a week after the delivery, and only while the person agrees: everything else ends it at once. */
export function sightOf({ state, closedAt, person, consents }: SightFacts, now: Date): RecipientSight {
  if (BEFORE.has(state)) return 'NOT_YET_ACCEPTED';
  const afterwards = state === 'COMPLETED' && closedAt !== null && now.getTime() < closedAt.getTime() + AFTERWARDS_DAYS * DAY;
  if (!LIVE.has(state) && !afterwards) return 'OVER';
  if (!person) return 'NO_PERSON';
  if (person.restricted) return 'RESTRICTED';
  if (consents.some(({ withdrawnAt }) => withdrawnAt === null)) return 'OPEN';
  return consents.length ? 'CONSENT_WITHDRAWN' : 'CONSENT_MISSING';
}

/** Surnames of two characters that are still met (复姓). */
const DOUBLE =
  /^(欧阳|上官|司马|司徒|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|端木|南宫|长孙|宇文|轩辕|淳于|单于|太史|申屠|公羊|钟离|闻人)/u;
const HAN = /^\p{Script=Han}/u;

/** How a stranger at the door addresses somebody: the surname alone (姓 + 先生/女士). A name in letters is kept whole. */
export function salutation(
  name: string,
  { sex, isChild }: { readonly sex: 'FEMALE' | 'MALE'; readonly isChild: boolean },
): string {
  const title = isChild ? '小朋友' : sex === 'FEMALE' ? '女士' : '先生';
  if (!HAN.test(name)) return `${name} ${title}`;
  const surname = [...name].length > 2 ? (DOUBLE.exec(name)?.[0] ?? [...name][0]) : [...name][0];
  return `${surname}${title}`;
}

/**
 * True when the service comes to the person's home, so that its door must be known: it can go there, and people are not
 * asked to come to a place instead.
 */
export const comesHome = (shared: readonly string[], hasPlace: boolean): boolean =>
  shared.includes('HOME') && !(hasPlace && shared.includes('ON_SITE'));
