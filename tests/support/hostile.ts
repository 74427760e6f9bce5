import { randomUUID } from 'node:crypto';
import type { GraphQLNamedInputType } from 'graphql';
import { isEnumType, isInputObjectType } from 'graphql';
import { toGlobalId } from '../../src/graphql/global-id.js';
import { toCursor } from '../../src/kernel/page.js';
import type { Leaf } from './inputs.js';

const NOWHERE = '00000000-0000-7000-8000-0000000000ff';
const uuid = randomUUID();

/** A telephone and an identity number, which no error may repeat. */
export const CANARIES = ['13812345678', '33010519400303122X'] as const;

const TEXTS: readonly unknown[] = [
  CANARIES.join(' '),
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udc00y',
  '😀'.repeat(40),
  '👩‍👩‍👧‍👦‍',
  'x'.repeat(90_000),
  '一'.repeat(30_000),
  "'; drop table need; --",
  '%_\\',
  'a\r\nb',
  '\u202eabc\u200b',
  '１２幢３単元',
  '９９９９９９９９９９９９９幢１单元',
  '__proto__',
  '{{1}} $1',
  '{"$ne":null}',
];

/** Orders whose cursors hold more than an id: those of ids cannot look right and be wrong. A list is named as its field. */
export const LISTS = [
  'needs.WAITING',
  'needs.URGENCY',
  'sessions.START',
  'organizations.CODE',
  'accounts.LOGIN',
  'matches.RANK',
  'matchPolicies.NEWEST',
  'unmatched.RANK',
  'buildings.NUMBER',
];
const INSTANTS_OF_NO_CALENDAR = ['2026-02-30T00:00:00.000Z', '2026-02-01T24:00:00.000Z', '0000-01-01T00:00:00.000Z'];
const CURSORS_OF_NO_LIST: readonly unknown[] = [
  ...['', 'x', 'null', '[]', '{}', '[null]', '"needs.WAITING"', '["needs.WAITING"]', '["needs.NEWEST",{}]'].map(text =>
    Buffer.from(text).toString('base64url'),
  ),
  toCursor('nothing.NEWEST', [uuid]),
];
const cursorsOf = (list: string): readonly unknown[] => [
  toCursor(list, [uuid]),
  ...INSTANTS_OF_NO_CALENDAR.flatMap(instant => [toCursor(list, [instant, uuid]), toCursor(list, ['P2', instant, uuid])]),
  toCursor(list, ['P9', '2026-02-01T00:00:00.000Z', uuid]),
  toCursor(list, ['infinity', 'x']),
  toCursor(list, ['\u0000', uuid]),
  toCursor(list, ['\ud800', uuid]),
  toCursor(list, [2 ** 31, uuid]),
  toCursor(list, [1.5, 1e300, uuid]),
  toCursor(list, [-1, -1, uuid]),
];

const NUMBERS: readonly unknown[] = [
  0,
  -1,
  1.5,
  101,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53 - 1,
  -(2 ** 53) + 1,
  2 ** 53,
  1e308,
  '1',
  '',
];
const INSTANTS: readonly unknown[] = [
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-12-05T24:00:00Z',
  '2026-06-30T23:59:60Z',
  '0001-01-01T00:00:00Z',
  '1000-01-01T00:00:00Z',
  '1999-12-31T23:59:59Z',
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59-23:59',
  '275760-09-13T00:00:00Z',
  '2026-12-05',
  '2026-12-05T10:00:00',
  '',
  0,
  1e20,
];
const DATES: readonly unknown[] = [
  '2026-02-30',
  '2026-00-00',
  '0000-01-01',
  '1000-01-01',
  '9999-12-31',
  '10000-01-01',
  '2026-1-1',
  '',
  20260101,
];
const IDS: readonly unknown[] = [
  '',
  'x',
  uuid,
  '\u0000',
  '\ud800',
  'A'.repeat(44),
  'A'.repeat(90_000),
  1,
  ...['Need', 'Session', 'Organization', 'Branch', 'Referral', 'Kinship', 'Constructor', 'ToString'].flatMap(type => [
    toGlobalId(type, NOWHERE, uuid),
    toGlobalId(type, null, uuid),
  ]),
];
const UUIDS: readonly unknown[] = [
  '',
  'x',
  uuid.toUpperCase(),
  `{${uuid}}`,
  '0'.repeat(32),
  '00000000-0000-0000-0000-000000000000',
  1,
];
const ANYTHING: readonly unknown[] = [null, {}, [], true];

/** Where values are put: a leaf of an argument of a field, in a community whose id makes ids that look like our own. */
export interface Aim {
  readonly field: string;
  readonly argument: string;
  readonly leaf: Leaf;
  readonly communityId: string;
}

/** Values that nobody means well. */
export function hostileFor(aim: Aim): readonly unknown[] {
  const { type, isList } = aim.leaf;
  if (isList) {
    const many = hostileFor({ ...aim, leaf: { ...aim.leaf, isList: false } })[0] ?? null;
    return [[], [null], [[]], Array.from({ length: 300 }, () => many), Array.from({ length: 5000 }, () => 'x'), ...ANYTHING];
  }
  if (isInputObjectType(type)) return ANYTHING;
  if (isEnumType(type)) return ['NOPE', '__proto__', '', 0, ...ANYTHING];
  return [...byName(type, aim), ...ANYTHING];
}

function byName({ name }: GraphQLNamedInputType, { field, argument, communityId }: Aim): readonly unknown[] {
  if (name === 'ID') {
    const types = [
      'Need',
      'Session',
      'Offer',
      'Resident',
      'Branch',
      'Match',
      'MatchPlan',
      'Referral',
      'Pact',
      'Membership',
      'Kinship',
    ];
    return [...IDS, ...types.map(kind => toGlobalId(kind, communityId, randomUUID()))];
  }
  if (name === 'String') {
    if (argument !== 'after' && argument !== 'before') return TEXTS;
    return [...CURSORS_OF_NO_LIST, ...LISTS.filter(list => list.startsWith(`${field}.`)).flatMap(cursorsOf), ...TEXTS];
  }
  if (name === 'DateTime') return INSTANTS;
  if (name === 'LocalDate') return DATES;
  if (name === 'UUID') return UUIDS;
  return name === 'Boolean' ? ['true', 0] : NUMBERS;
}
