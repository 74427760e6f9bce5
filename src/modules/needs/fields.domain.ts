import { allOf, checkCount, checkInteger, checkSpan, checkText } from '../../kernel/check.js';
import type { InvalidInput, Problem } from '../../kernel/failures.js';
import type { Result } from '../../kernel/result.js';
import { LANGUAGES, type Language, MODES, type Mode, type TimeWindow } from '../../kernel/vocabulary.js';
import type { Need, StoredWindow } from './needs.domain.js';

/** Two weeks of one window a day. */
export const MAX_WINDOWS = 14;
export const MAX_DESCRIPTION = 2000;
export const MAX_ACCESS_NOTES = 500;
const MAX_GROUP = 60;
const HIGHEST_FLOOR = 200;

/** What a need asks for, as people fill it in; null is the same as left out. */
export interface NeedFields {
  readonly quantity?: number | null;
  readonly minimumQuantity?: number | null;
  readonly togetherWithId?: string | null;
  readonly windows?: readonly TimeWindow[] | null;
  readonly deadline?: Date | null;
  readonly modes?: readonly Mode[] | null;
  readonly acceptsCostFen?: number | null;
  readonly floor?: number | null;
  readonly noLift?: boolean | null;
  readonly wheelchair?: boolean | null;
  readonly languages?: readonly Language[] | null;
  readonly description?: string | null;
  readonly accessNotes?: string | null;
}

/** Bounds that depend on the case: the time, the height of the building, what is promised and delivered already. */
export interface FieldBounds {
  readonly now: Date;
  readonly storeys?: number | null;
  readonly least?: number;
  /** As it stands before a correction. */
  readonly before?: Pick<Need, 'quantity' | 'minimumQuantity'>;
}

const ONE = { quantity: 1, minimumQuantity: 1 };
/** The quantities that a need has afterwards; null puts 1 back. */
const quantitiesAfter = (fields: NeedFields, before: Pick<Need, 'quantity' | 'minimumQuantity'>) => ({
  quantity: fields.quantity === undefined ? before.quantity : (fields.quantity ?? 1),
  minimumQuantity: fields.minimumQuantity === undefined ? before.minimumQuantity : (fields.minimumQuantity ?? 1),
});

function windowProblems(windows: readonly TimeWindow[], now: Date): Problem[] {
  const spans = windows
    .map(({ startsAt, endsAt }, i) => checkSpan(['windows', String(i), 'endsAt'], startsAt, endsAt))
    .filter(problem => problem !== null);
  if (!spans.length && windows.length && windows.every(({ endsAt }) => endsAt <= now))
    return [{ path: ['windows'], rule: 'IN_THE_PAST' }];
  return spans;
}

/** All that is wrong with what was filled in. */
export function checkFields(
  fields: NeedFields,
  { now, storeys, least = 1, before = ONE }: FieldBounds,
): Result<null, InvalidInput> {
  const { quantity, minimumQuantity } = quantitiesAfter(fields, before);
  return allOf(
    // Null puts 1 back, which may be less than is promised already.
    checkInteger(['quantity'], fields.quantity === null ? 1 : fields.quantity, { min: least }),
    checkInteger(['minimumQuantity'], minimumQuantity, { min: 1, max: Math.max(1, quantity) }),
    checkCount(['windows'], fields.windows, { max: MAX_WINDOWS }),
    windowProblems((fields.windows ?? []).slice(0, MAX_WINDOWS), now),
    fields.deadline && fields.deadline <= now ? { path: ['deadline'], rule: 'IN_THE_PAST' } : null,
    fields.modes ? checkCount(['modes'], fields.modes, { min: 1, max: MODES.length }) : null,
    checkInteger(['acceptsCostFen'], fields.acceptsCostFen),
    checkInteger(['floor'], fields.floor, { min: 1, max: storeys ?? HIGHEST_FLOOR }),
    checkCount(['languages'], fields.languages, { max: LANGUAGES.length }),
    checkText(['description'], fields.description, { max: MAX_DESCRIPTION }),
    checkText(['accessNotes'], fields.accessNotes, { max: MAX_ACCESS_NOTES }),
  );
}

export const checkGroup = (group: string | null | undefined): Problem | null =>
  group == null ? null : checkText(['group'], group, { max: MAX_GROUP, required: true, impersonal: true });

const stored = (windows: readonly TimeWindow[]): StoredWindow[] =>
  windows
    .map(({ startsAt, endsAt }) => ({ startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() }))
    .sort((a, b) => (a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : a.endsAt < b.endsAt ? -1 : 1));

type PublicFields = Pick<
  Need,
  | 'quantity'
  | 'minimumQuantity'
  | 'windows'
  | 'deadline'
  | 'modes'
  | 'acceptsCostFen'
  | 'floor'
  | 'noLift'
  | 'wheelchair'
  | 'languages'
>;

/** The fields as they are kept where partners may see them; what is left out takes its default. */
export const withDefaults = (
  fields: NeedFields,
  known: { readonly floor: number | null; readonly noLift: boolean },
): PublicFields => ({
  quantity: fields.quantity ?? 1,
  minimumQuantity: fields.minimumQuantity ?? 1,
  windows: stored(fields.windows ?? []),
  deadline: fields.deadline ?? null,
  modes: [...new Set(fields.modes ?? MODES)],
  acceptsCostFen: fields.acceptsCostFen ?? 0,
  floor: fields.floor ?? known.floor,
  noLift: fields.noLift ?? known.noLift,
  wheelchair: fields.wheelchair ?? false,
  languages: [...new Set(fields.languages ?? [])],
});

/** The same for a correction: undefined leaves as it is, null puts the default back. */
export function corrected(need: PublicFields, fields: NeedFields): PublicFields {
  const fresh = withDefaults(fields, { floor: null, noLift: false });
  const pick = <Name extends keyof PublicFields>(name: Name): PublicFields[Name] =>
    fields[name] === undefined ? need[name] : fresh[name];
  return {
    quantity: pick('quantity'),
    minimumQuantity: pick('minimumQuantity'),
    windows: pick('windows'),
    deadline: pick('deadline'),
    modes: pick('modes'),
    acceptsCostFen: pick('acceptsCostFen'),
    floor: pick('floor'),
    noLift: pick('noLift'),
    wheelchair: pick('wheelchair'),
    languages: pick('languages'),
  };
}

/** What those who asked may still correct themselves until staff have verified it. */
const REQUESTERS_FIELDS: ReadonlySet<string> = new Set([
  'windows',
  'deadline',
  'floor',
  'noLift',
  'wheelchair',
  'languages',
  'togetherWithId',
  'description',
  'accessNotes',
] satisfies (keyof NeedFields)[]);

/** Of the fields given, those that only staff may change. */
export const staffOnly = (given: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(given).filter(name => given[name] !== undefined && !REQUESTERS_FIELDS.has(name));
