import { GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLLocalDate, GraphQLUUID } from 'graphql-scalars';
import { badUserInput } from './errors.js';

const CALENDAR = /^(\d{4}-\d{2}-\d{2})/;

/** A calendar date that exists: JavaScript would turn 2026-02-30 into 2 March. Years below 1000 are slips, and PostgreSQL knows no year 0. */
function realDate(value: unknown): void {
  const date = typeof value === 'string' ? CALENDAR.exec(value)?.[1] : undefined;
  if (date !== undefined) {
    const parsed = new Date(`${date}T00:00:00Z`);
    if (date.startsWith('0') || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date)
      throw badUserInput('There is no such date.');
  }
}

/** Instants that have a year of four digits in UTC and in Shanghai alike: PostgreSQL reads no others as they are written. */
const FIRST = Date.UTC(1000, 0, 2);
const LAST = Date.UTC(9999, 11, 31);
function withinCalendar(instant: Date): Date {
  if (instant.getTime() < FIRST || instant.getTime() >= LAST) throw badUserInput('There is no such date.');
  return instant;
}

function strict<In, Out>(
  base: GraphQLScalarType<In, Out>,
  name: string,
  description: string,
  bounded: (value: In) => In = value => value,
): GraphQLScalarType<In, Out> {
  const config = base.toConfig();
  return new GraphQLScalarType<In, Out>({
    ...config,
    name,
    description,
    parseValue(value) {
      realDate(value);
      return bounded(config.parseValue(value));
    },
    parseLiteral(node, variables) {
      if (node.kind === Kind.STRING) realDate(node.value);
      return bounded(config.parseLiteral(node, variables));
    },
  });
}

export const DateTime = strict(
  GraphQLDateTimeISO,
  'DateTime',
  'An instant as RFC 3339 text with its offset, e.g. `2026-12-05T01:00:00.000Z`; kept to the millisecond.',
  withinCalendar,
);
export const LocalDate = strict(GraphQLLocalDate, 'LocalDate', 'A calendar date in Asia/Shanghai, `YYYY-MM-DD`.');
export const UUID = new GraphQLScalarType({
  ...GraphQLUUID.toConfig(),
  name: 'UUID',
  description: 'A UUID that the client makes, e.g. an idempotency key.',
});

/** A safe integer: GraphQL's Int ends at 2^31 − 1, which 22 million yuan in fen exceed. */
function safeInteger(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw badUserInput('A whole number between −(2^53 − 1) and 2^53 − 1 is asked for.');
  return value;
}

const integerScalar = (name: string, description: string) =>
  new GraphQLScalarType<number, number>({
    name,
    description,
    specifiedByURL: 'https://tc39.es/ecma262/#sec-number.issafeinteger',
    serialize: safeInteger,
    parseValue: safeInteger,
    parseLiteral: node => safeInteger(node.kind === Kind.INT ? Number(node.value) : Number.NaN),
  });

export const Quantity = integerScalar(
  'Quantity',
  "A whole number of persons, visits, pieces, minutes or fen: the category's capacity unit tells which. Up to 2^53 − 1.",
);
export const Fen = integerScalar('Fen', 'An amount of money in fen (1/100 yuan), a whole number up to 2^53 − 1.');
