import { and, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import {
  type AccountActor,
  type Actor,
  isAdmin,
  isAuditor,
  isInPerson,
  isSecretary,
  isSubdistrict,
  mayBeFamily,
} from '../kernel/actor.js';
import type { Audience } from '../kernel/permissions.js';

/** The columns, or what stands for them, that a rule asks about a row. */
export type Columns<Row> = { readonly [Field in keyof Row]: SQLWrapper };

/** Whom a rule lets through, and what must hold of the row besides. */
export interface Grant {
  /** Null: a named system purpose. */
  readonly who: Audience | null;
  readonly when: readonly string[];
}

/**
 * Who may see a row, said once and asked in two ways: of a row in hand, and by a database of all its rows. In SQL what depends on
 * the caller alone is decided beforehand, so that a list asks only for what this caller can see.
 */
export interface Rule<Row> {
  readonly holds: (actor: Actor, row: Row) => boolean;
  readonly sql: (actor: Actor, at: Columns<Row>) => SQL | boolean;
  readonly grants: readonly Grant[];
}
type About<Field extends string, Value> = { readonly [F in Field]: Value };

/** The rule as a condition of a statement. */
export function where<Row>(rule: Rule<Row>, actor: Actor, at: Columns<Row>): SQL {
  const condition = rule.sql(actor, at);
  return typeof condition === 'boolean' ? sql.raw(String(condition)) : condition;
}

export const anyOf = <Row>(...rules: readonly Rule<Row>[]): Rule<Row> => ({
  holds: (actor, row) => rules.some(rule => rule.holds(actor, row)),
  sql(actor, at) {
    const parts = rules.map(rule => rule.sql(actor, at)).filter(part => part !== false);
    if (parts.includes(true)) return true;
    return or(...(parts as SQL[])) ?? false;
  },
  grants: rules.flatMap(({ grants }) => grants),
});

/** What all of these rules ask about. */
type AskedBy<Rules extends readonly Rule<never>[]> = {
  [I in keyof Rules]: Rules[I] extends Rule<infer Row> ? (row: Row) => void : never;
}[number] extends (row: infer Row) => void
  ? Row
  : never;
export const allOf = <const Rules extends readonly Rule<never>[]>(...rules: Rules): Rule<AskedBy<Rules>> =>
  every(rules as unknown as readonly Rule<AskedBy<Rules>>[]);
const every = <Row>(rules: readonly Rule<Row>[]): Rule<Row> => ({
  holds: (actor, row) => rules.every(rule => rule.holds(actor, row)),
  sql(actor, at) {
    const parts = rules.map(rule => rule.sql(actor, at)).filter(part => part !== true);
    if (parts.includes(false)) return false;
    return and(...(parts as SQL[])) ?? true;
  },
  grants: rules.map(({ grants }) => grants).reduce((all, more) => all.flatMap(one => more.map(other => both(one, other)))),
});
/** Of two who both must be let through, the one that is said more exactly. */
const both = (one: Grant, other: Grant): Grant => ({
  who: other.who === 'ANYBODY' ? one.who : other.who,
  when: [...one.when, ...other.when],
});

/** Depends on who asks, not on the row. */
const asker = (who: Audience | null, is: (actor: Actor) => boolean, ...when: readonly string[]): Rule<unknown> => ({
  holds: is,
  sql: is,
  grants: [{ who, when }],
});
export const admin = asker('ADMIN', isAdmin);
export const subdistrict = asker('SUBDISTRICT', isSubdistrict);
export const auditor = asker('AUDITOR', isAuditor);
/** Runs some branch; which one is asked by what it is combined with. */
export const secretary = asker('SECRETARY', isSecretary);
export const inPerson = asker('ANYBODY', isInPerson, 'in person, not through a program');
/** A named purpose computes over what its caller may not see (`scope.asSystem`). */
export const bySystem = asker(null, ({ kind }) => kind === 'SYSTEM');
/** Can be somebody's family: spares everybody else the look behind the wall. */
export const perhapsFamily = asker('KIN', mayBeFamily);

/** One of the ids that the caller holds stands in the row. */
const among = <Field extends string>(
  who: Audience,
  field: Field,
  idsOf: (actor: AccountActor) => readonly string[],
): Rule<About<Field, string | null>> => ({
  holds(actor, { [field]: id }) {
    return actor.kind === 'ACCOUNT' && id !== null && idsOf(actor).includes(id);
  },
  sql(actor, { [field]: column }) {
    const ids = actor.kind === 'ACCOUNT' ? idsOf(actor) : [];
    const [only, ...others] = ids;
    if (only === undefined) return false;
    // One is compared plainly, so that an index gives the order, too.
    return others.length ? sql`${column} = any(${sql.param(ids)}::uuid[])` : sql`${column} = ${only}::uuid`;
  },
  grants: [{ who, when: [] }],
});
export const staffOf = <Field extends string>(branchId: Field) => among('STAFF', branchId, actor => actor.branchIds);
export const organizationOf = <Field extends string>(organizationId: Field, who: Audience = 'ORGANIZATION') =>
  among(who, organizationId, actor => actor.organizationIds);
export const partnerOf = <Field extends string>(branchId: Field) =>
  among('PARTNER', branchId, actor => (actor.organizationIds.length ? actor.memberBranchIds : []));
export const kinOf = <Field extends string>(residentId: Field) => among('KIN', residentId, actor => actor.kinIds);
export const holderOf = <Field extends string>(accountId: Field, who: Audience = 'SELF') =>
  among(who, accountId, actor => [actor.accountId]);

/** What the caller is to the row, found out elsewhere: the row carries it, in SQL it is asked at its place. */
export const given = <Field extends string>(who: Audience, field: Field): Rule<About<Field, boolean>> => ({
  holds: (_actor, { [field]: value }) => value,
  sql: (_actor, { [field]: column }) => sql`${column}`,
  grants: [{ who, when: [] }],
});

/** Depends on the row, not on who asks. */
const of = <Row>(says: string, holds: (row: Row) => boolean, condition: (at: Columns<Row>) => SQL): Rule<Row> => ({
  holds: (_actor, row) => holds(row),
  sql: (_actor, at) => condition(at),
  grants: [{ who: 'ANYBODY', when: [says] }],
});
export const is = <Field extends string, Value extends string>(field: Field, ...values: readonly Value[]) =>
  of<About<Field, string>>(
    `\`${field}\` is ${values.join(' or ')}`,
    ({ [field]: value }) => values.some(one => one === value),
    ({ [field]: column }) => sql`${column} in (${words(values)})`,
  );
export const isNot = <Field extends string>(field: Field, value: string) =>
  of<About<Field, string>>(
    `\`${field}\` is not ${value}`,
    ({ [field]: found }) => found !== value,
    ({ [field]: column }) => sql`${column} <> ${words([value])}`,
  );
export const isTrue = <Field extends string>(field: Field) =>
  of<About<Field, boolean>>(
    `\`${field}\``,
    ({ [field]: value }) => value,
    ({ [field]: column }) => sql`${column}`,
  );
export const isSet = <Field extends string>(field: Field) =>
  of<About<Field, unknown>>(
    `\`${field}\` is set`,
    ({ [field]: value }) => value !== null,
    ({ [field]: column }) => sql`${column} is not null`,
  );
export const isNull = <Field extends string>(field: Field) =>
  of<About<Field, unknown>>(
    `\`${field}\` is not set`,
    ({ [field]: value }) => value === null,
    ({ [field]: column }) => sql`${column} is null`,
  );
/** A calendar date that is not over yet; none is never over. */
export const lasts = <Field extends string>(field: Field, today: string) =>
  of<About<Field, string | null>>(
    `\`${field}\` is not over`,
    ({ [field]: value }) => value === null || value >= today,
    ({ [field]: column }) => sql`(${column} is null or ${column} >= ${today})`,
  );

/** Values of our own enums as they stand, so that indexes which name them are found. */
function words(values: readonly string[]): SQL {
  if (!values.every(value => /^[A-Z0-9_]+$/.test(value))) throw new Error(`no values of an enum: ${values}`);
  return sql.raw(values.map(value => `'${value}'`).join());
}
