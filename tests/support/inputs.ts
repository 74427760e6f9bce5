import { randomUUID } from 'node:crypto';
import {
  type GraphQLInputType,
  type GraphQLNamedInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from 'graphql';

/** An id for a field or argument of this name; null when nothing of the kind is at hand. */
export type IdOf = (name: string) => string | null;

type Spot = readonly (string | number)[];
export interface Leaf {
  /** Where in the value, e.g. `['sessions', 0, 'capacity']`. */
  readonly path: Spot;
  readonly type: GraphQLNamedInputType;
  readonly isList: boolean;
}

const DAY = 86_400_000;
const TEXTS: Readonly<Record<string, string>> = {
  category: 'HAIRCUT',
  categoryCode: 'HAIRCUT',
  categories: 'HAIRCUT',
  address: '9幢2单元',
  login: 'somebody.new',
  password: 'a long enough secret',
  newPassword: 'a long enough secret',
  code: 'X-1',
};
/** Fields of which only one may be given, beside the first. */
const ALTERNATIVES: ReadonlySet<string> = new Set(['horizonDays']);

/** Something that might be meant, of this type, under this name. */
export function sampleOf(type: GraphQLInputType, name: string, idOf: IdOf, now: Date): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [sampleOf(nullable.ofType, name, idOf, now)];
  if (isInputObjectType(nullable)) return objectOf(Object.values(nullable.getFields()).filter(isRequiredInputField), idOf, now);
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
  const later = /end|until|before/i.test(name) ? 2 : 1;
  const at = new Date(now.getTime() + later * DAY).toISOString();
  const values: Readonly<Record<string, unknown>> = {
    ID: idOf(name),
    String: TEXTS[name] ?? '样本',
    Boolean: false,
    UUID: randomUUID(),
    DateTime: at,
    LocalDate: name === 'month' ? `${at.slice(0, 8)}01` : at.slice(0, 10),
    Fen: 0,
  };
  return nullable.toString() in values ? values[nullable.toString()] : 1;
}

export const objectOf = (
  fields: readonly { readonly name: string; readonly type: GraphQLInputType }[],
  idOf: IdOf,
  now: Date,
): Record<string, unknown> => Object.fromEntries(fields.map(({ name, type }) => [name, sampleOf(type, name, idOf, now)]));

/** Every leaf of an input, through objects and into the first element of lists. */
export function* leavesOf(type: GraphQLInputType, path: Spot = []): Generator<Leaf> {
  const nullable = getNullableType(type);
  const named = getNamedType(type);
  if (isListType(nullable)) {
    yield { path, type: named, isList: true };
    yield* leavesOf(nullable.ofType, [...path, 0]);
  } else if (isInputObjectType(nullable)) {
    for (const field of Object.values(nullable.getFields()))
      if (!ALTERNATIVES.has(field.name)) yield* leavesOf(field.type, [...path, field.name]);
  } else yield { path, type: named, isList: false };
}

/** The same value with another one put in a spot; what lies on the way there is made from the type where it is missing. */
export function put(value: unknown, [at, ...rest]: Spot, leaf: unknown, type: GraphQLInputType, idOf: IdOf, now: Date): unknown {
  if (at === undefined) return leaf;
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const list = Array.isArray(value) ? [...value] : [];
    list[Number(at)] = put(list[Number(at)], rest, leaf, nullable.ofType, idOf, now);
    return list;
  }
  if (!isInputObjectType(nullable)) throw new Error(`nothing to put into ${type}`);
  const field = nullable.getFields()[at];
  if (!field) throw new Error(`no field ${at}`);
  const object = (value ?? sampleOf(type, '', idOf, now)) as Readonly<Record<string, unknown>>;
  return { ...object, [at]: put(object[at], rest, leaf, field.type, idOf, now) };
}
