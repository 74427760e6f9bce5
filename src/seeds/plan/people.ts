import { addDays, ageInMonths } from '../../kernel/clock.js';
import type { CareCategory, Language } from '../../kernel/vocabulary.js';
import type { AbilityLevel, ResidencyStatus, Sex } from '../../modules/residents/residents.domain.js';
import type { SeedData } from '../data.js';
import { type Random, share } from '../random.js';
import { settle } from './households.js';
import type { BuildingPlan, ResidentPlan } from './plan.js';
import { BRANCHES } from './territory.js';

/** domain.md §5.1: people on file and living here, by branch; those of 80 and more among the latter. */
const ON_FILE: Readonly<Record<string, { readonly onFile: number; readonly present: number; readonly eighty: number }>> = {
  B1: { onFile: 1520, present: 1290, eighty: 248 },
  B2: { onFile: 1505, present: 1275, eighty: 245 },
  B3: { onFile: 1510, present: 1278, eighty: 246 },
  B4: { onFile: 1505, present: 1275, eighty: 244 },
};

/** domain.md §5.2: those living here by age, in months from and to (not included). Toddlers for childcare are counted apart. */
const UNDER_EIGHTY = [
  { count: 54, from: 18, to: 36 },
  { count: 36, from: 0, to: 18 },
  { count: 20, from: 36, to: 48 },
  { count: 410, from: 48, to: 216 },
  { count: 2440, from: 216, to: 720 },
  { count: 1175, from: 720, to: 960 },
] as const;
const NINETY_PLUS = 111;
const NINETY = 1080;
const EIGHTY = 960;

/** GB/T 42195 levels of those of 80 and more, percent. */
const ABILITY: readonly (readonly [AbilityLevel, number])[] = [
  ['INTACT', 46],
  ['MILD', 29],
  ['MODERATE', 13],
  ['SEVERE', 8],
  ['TOTAL', 4],
];

/** Of those living here: registered elsewhere, and staying for a while only. */
const PRESENT_ELSEWHERE = 610;
const FLOATING = 410;

/** Somebody on the way to being planned. */
export interface Draft {
  readonly key: string;
  readonly branch: string;
  readonly sex: Sex;
  readonly birthDate: string;
  readonly ageMonths: number;
  readonly present: boolean;
  status: ResidencyStatus;
  ability: AbilityLevel | null;
  consents: boolean;
  readonly care: Set<CareCategory>;
}

/** Everybody on file, `scale` times as many as the founding article's estate has. */
export function planResidents(
  { names }: SeedData,
  buildings: readonly BuildingPlan[],
  random: Random,
  { today, scale }: { readonly today: string; readonly scale: number },
): readonly ResidentPlan[] {
  const drafts = draftPeople(random.fork('ages'), today, scale);
  describe(drafts, random.fork('care'), scale);
  const homes = settle(drafts, buildings, random.fork('homes'));
  const naming = random.fork('names');
  return drafts.map((draft, at) => {
    const home = homes.get(draft.key);
    if (!home) throw new Error('somebody was left without a home');
    return {
      key: draft.key,
      branch: draft.branch,
      ...home,
      name: `${naming.pick([...names.surnames])}某${naming.pick([...(draft.sex === 'FEMALE' ? names.female : names.male)])}`,
      phone: hasPhone(draft, naming) ? `+86 199 0000 ${String(at % 10_000).padStart(4, '0')}` : null,
      sex: draft.sex,
      birthDate: draft.birthDate,
      residencyStatus: draft.status,
      careCategories: [...draft.care].sort(),
      abilityLevel: draft.ability,
      languages: languagesOf(draft, naming),
      optedOut: naming.chance(0.015),
      consentsToHealthMatching: draft.consents,
    };
  });
}

function draftPeople(random: Random, today: string, scale: number): Draft[] {
  const younger = random.shuffled(UNDER_EIGHTY.flatMap(band => Array.from({ length: band.count * scale }, () => band)));
  const ninety = share(
    NINETY_PLUS * scale,
    BRANCHES.map(({ code }) => ON_FILE[code]!.eighty),
  );
  return BRANCHES.flatMap(({ code }, at) => {
    const { onFile, present, eighty } = ON_FILE[code]!;
    const ages = [
      ...Array.from({ length: ninety[at]! }, () => random.between(NINETY, NINETY + 119)),
      ...Array.from({ length: eighty * scale - ninety[at]! }, () => random.between(EIGHTY, NINETY - 1)),
      ...younger.splice(0, (present - eighty) * scale).map(({ from, to }) => random.between(from, to - 1)),
    ];
    const absent = Array.from({ length: (onFile - present) * scale }, () => random.between(216, 840));
    return [...random.shuffled(ages).map(age => [age, true] as const), ...absent.map(age => [age, false] as const)].map(
      ([ageMonths, isPresent], i): Draft => ({
        key: `${code}-${i + 1}`,
        branch: code,
        sex: random.chance(ageMonths >= EIGHTY ? 0.58 : 0.51) ? 'FEMALE' : 'MALE',
        birthDate: bornAgo(ageMonths, random.between(0, 26), today),
        ageMonths,
        present: isPresent,
        status: isPresent ? 'REGISTERED_AND_PRESENT' : 'REGISTERED_ABSENT',
        ability: null,
        consents: false,
        care: new Set(),
      }),
    );
  });
}

/** A birth date that makes exactly so many whole months today. */
function bornAgo(ageMonths: number, days: number, today: string): string {
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number);
  const at = new Date(Date.UTC(year, month - 1 - ageMonths, Math.min(day, 28)));
  const born = addDays(at.toISOString().slice(0, 10), -days);
  return ageInMonths(born, today) === ageMonths ? born : at.toISOString().slice(0, 10);
}

/** Who is frail, alone, poor: so many of each, drawn from those whom it can concern. */
function describe(drafts: readonly Draft[], random: Random, scale: number): void {
  const here = drafts.filter(({ present }) => present);
  const of = (from: number, to = 1560): Draft[] =>
    random.shuffled(here.filter(({ ageMonths }) => ageMonths >= from && ageMonths < to));
  const mark = (people: readonly Draft[], count: number, category: CareCategory): Draft[] => {
    const chosen = people.slice(0, count * scale);
    for (const { care } of chosen) care.add(category);
    return chosen;
  };
  const eighty = of(EIGHTY);
  const levels = share(
    eighty.length,
    ABILITY.map(([, percent]) => percent),
  ).flatMap((count, at) => Array.from({ length: count }, () => ABILITY[at]![0]));
  eighty.forEach((draft, at) => {
    draft.ability = levels[at] ?? null;
  });
  const living = random.shuffled(eighty.filter(({ ability }) => ability !== 'TOTAL'));
  mark(living, 150, 'LIVING_ALONE');
  mark(living.slice(150 * scale), 322, 'EMPTY_NEST');
  mark(of(720, EIGHTY), 120, 'EMPTY_NEST');
  for (const draft of eighty) if (draft.ability === 'TOTAL') draft.care.add('BEDRIDDEN');
  mark(
    eighty.filter(({ ability }) => ability === 'SEVERE' || ability === 'TOTAL'),
    40,
    'DEMENTIA',
  );
  mark(of(EIGHTY), 70, 'DISABLED');
  mark(of(216, EIGHTY), 120, 'DISABLED');
  mark(of(216), 75, 'LOW_INCOME');
  mark(of(720), 18, 'BEREAVED_FAMILY');
  mark(of(720), 40, 'VETERAN');
  mark(of(48, 216), 9, 'LEFT_BEHIND_CHILD');
  for (const draft of of(216)) {
    draft.consents = random.chance(draft.ageMonths >= 720 ? 0.7 : 0.4);
    // A flag of an illness stands only with consent.
    if (draft.consents && draft.ageMonths >= 720 && random.chance(0.45)) draft.care.add('CHRONIC_ILLNESS');
  }
  const movers = of(216, 720);
  for (const draft of movers.slice(0, PRESENT_ELSEWHERE * scale)) draft.status = 'PRESENT';
  for (const draft of movers.slice(PRESENT_ELSEWHERE * scale, (PRESENT_ELSEWHERE + FLOATING) * scale)) draft.status = 'FLOATING';
}

const hasPhone = ({ ageMonths }: Draft, random: Random): boolean =>
  ageMonths >= 144 && random.chance(ageMonths >= EIGHTY ? 0.85 : 0.97);

function languagesOf({ ageMonths, care }: Draft, random: Random): readonly Language[] {
  if (care.has('DISABLED') && random.chance(0.06)) return ['SIGN_LANGUAGE'];
  if (ageMonths >= EIGHTY && random.chance(0.15)) return ['HANGZHOU_DIALECT'];
  return ageMonths >= 720 && random.chance(0.7) ? ['MANDARIN', 'HANGZHOU_DIALECT'] : ['MANDARIN'];
}
