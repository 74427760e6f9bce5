import { allOf, checkCount, checkInteger, checkText } from '../../kernel/check.js';
import { ageInYears } from '../../kernel/clock.js';
import type { InvalidInput, Problem } from '../../kernel/failures.js';
import type { Result } from '../../kernel/result.js';
import { type AgeBand, CARE_CATEGORIES, type CareCategory, LANGUAGES, type Language } from '../../kernel/vocabulary.js';
import { phoneProblem } from './phone.js';

/** 户籍 / 常住 / 流动 / 人户分离: whether a person on file lives here is not the same as being registered here. */
export const RESIDENCY_STATUSES = ['REGISTERED_AND_PRESENT', 'PRESENT', 'REGISTERED_ABSENT', 'FLOATING'] as const;
export type ResidencyStatus = (typeof RESIDENCY_STATUSES)[number];

/** GB/T 42195-2022, five levels. */
export const ABILITY_LEVELS = ['INTACT', 'MILD', 'MODERATE', 'SEVERE', 'TOTAL'] as const;
export type AbilityLevel = (typeof ABILITY_LEVELS)[number];

export const SEXES = ['FEMALE', 'MALE'] as const;
export type Sex = (typeof SEXES)[number];

export const KINSHIP_STATES = ['CLAIMED', 'VERIFIED', 'REJECTED', 'REVOKED'] as const;
export type KinshipState = (typeof KINSHIP_STATES)[number];

/** What can be shown in clear, each only with a purpose and an entry in the access log. */
export const REVEALABLE_FIELDS = ['NAME', 'PHONE', 'ROOM', 'BIRTH_DATE'] as const;
export type RevealableField = (typeof REVEALABLE_FIELDS)[number];

/** A person on file as the house passes people around: what identifies them is masked already. */
export interface Resident {
  readonly id: string;
  readonly branchId: string;
  readonly buildingId: string;
  readonly maskedName: string;
  readonly maskedPhone: string | null;
  readonly sex: Sex;
  /** `YYYY-MM-DD`. Ages are computed from it on the day asked for; it leaves the house only as a band. */
  readonly birthDate: string;
  readonly storey: number | null;
  readonly residencyStatus: ResidencyStatus;
  readonly careCategories: readonly CareCategory[];
  readonly abilityLevel: AbilityLevel | null;
  readonly languages: readonly Language[];
  /** Asked not to be matched automatically (PIPL art. 24): people decide by hand. */
  readonly optedOut: boolean;
  /** Asked that the record be kept and nothing else be done with it (PIPL art. 44): neither matched nor shared. */
  readonly restricted: boolean;
  /** A HEALTH_MATCHING consent is valid (PIPL art. 29). */
  readonly consentsToHealthMatching: boolean;
  /** `YYYY-MM-DD`, as proven by next of kin; null for the living. */
  readonly deceasedOn: string | null;
  readonly version: number;
  readonly createdAt: Date;
}

/** What is known of a person besides how to find them. SQL needs none of it as it stands, so it is sealed as one. */
export type Profile = Pick<Resident, 'sex' | 'birthDate' | 'storey' | 'careCategories' | 'abilityLevel' | 'languages'>;

/** What matching asks of a person: nothing that identifies one by itself. */
export type ResidentFacts = Pick<
  Resident,
  | 'id'
  | 'branchId'
  | 'buildingId'
  | 'birthDate'
  | 'careCategories'
  | 'storey'
  | 'optedOut'
  | 'restricted'
  | 'consentsToHealthMatching'
  | 'languages'
>;

/** Clear values, as far as asked for and on file. */
export interface ClearValues {
  readonly name: string | null;
  readonly phone: string | null;
  readonly room: string | null;
  readonly birthDate: string | null;
}

/** What is written down about a person, in clear, on its way to be sealed. Lists and yes-or-no left out are empty and no. */
export interface ResidentFields {
  readonly name: string;
  readonly phone?: string | null;
  readonly buildingId: string;
  readonly room?: string | null;
  readonly storey?: number | null;
  readonly sex: Sex;
  readonly birthDate: string;
  readonly residencyStatus: ResidencyStatus;
  readonly careCategories?: readonly CareCategory[] | null;
  readonly abilityLevel?: AbilityLevel | null;
  readonly languages?: readonly Language[] | null;
}

/** What a person asked us not to do, by `matchingOptOutSet` and `processingRestrictionSet`. */
export type ResidentObjections = Pick<Resident, 'optedOut' | 'restricted'>;

/** The first character alone, whatever the length of the name: `张*`, and `欧*` for 欧阳, which tells less than the surname. */
export const maskName = (name: string): string => `${[...name][0] ?? ''}*`;

const BANDS: readonly (readonly [below: number, band: AgeBand])[] = [
  [3, 'UNDER_3'],
  [18, 'UNDER_18'],
  [60, 'ADULT'],
  [80, 'SIXTY_PLUS'],
  [90, 'EIGHTY_PLUS'],
];

/** How old a person is on a calendar date, as coarsely as a partner may know it. */
export function ageBand(birthDate: string, on: string): AgeBand {
  const years = ageInYears(birthDate, on);
  return BANDS.find(([below]) => years < below)?.[1] ?? 'NINETY_PLUS';
}

/**
 * What of a birth date stays with somebody who was erased: as little as keeps them in the age groups in which they were counted on
 * these days, mostly the year. (Else a count of before and one of after would tell their age by subtraction.)
 */
export function coarseBirthDate(birthDate: string, countedOn: readonly string[]): string {
  const year = birthDate.slice(0, 4);
  const coarse = [`${year}-01-01`, `${year}-12-31`, `${birthDate.slice(0, 7)}-01`];
  return coarse.find(date => countedOn.every(day => ageBand(date, day) === ageBand(birthDate, day))) ?? birthDate;
}

const isDate = (text: string): boolean => {
  const parsed = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
};

/** The latest birth date of people who are at least `years` old on a calendar date. */
export function bornBy(years: number, on: string): string {
  const year = String(Number(on.slice(0, 4)) - years).padStart(4, '0');
  const born = `${year}${on.slice(4)}`;
  return isDate(born) ? born : `${year}-02-28`;
}

/** Longer than anybody has lived. */
const OLDEST = 130;
/** The years up to one in which somebody alive on a calendar date can have been born. */
export function birthYearsUntil(year: number, on: string): number[] {
  const first = Number(on.slice(0, 4)) - OLDEST - 1;
  return Array.from({ length: Math.max(0, year - first + 1) }, (_, i) => first + i);
}

function birthDateProblem(birthDate: string, today: string): Problem | null {
  if (!isDate(birthDate)) return { path: ['birthDate'], rule: 'BAD_FORMAT' };
  const possible = birthDate <= today && ageInYears(birthDate, today) <= OLDEST;
  return possible ? null : { path: ['birthDate'], rule: 'NOT_ALLOWED' };
}

/** All that is wrong with what was given; `storeys` is the height of the building they live in. */
export const checkResident = (
  {
    name,
    phone,
    room,
    storey,
    birthDate,
    careCategories,
    languages,
  }: { readonly [Name in keyof ResidentFields]?: ResidentFields[Name] | null },
  { storeys, today }: { readonly storeys: number; readonly today: string },
): Result<null, InvalidInput> =>
  allOf(
    name === undefined ? null : checkText(['name'], name, { max: 50, required: true }),
    phone == null ? null : phoneProblem(['phone'], phone),
    checkText(['room'], room, { max: 20 }),
    checkInteger(['storey'], storey, { min: 1, max: storeys }),
    birthDate == null ? null : birthDateProblem(birthDate, today),
    checkCount(['careCategories'], careCategories, { max: CARE_CATEGORIES.length }),
    checkCount(['languages'], languages, { max: LANGUAGES.length }),
  );
