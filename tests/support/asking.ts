import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { parseGlobalId } from '../../src/graphql/global-id.js';
import type { Caller } from './caller.js';
import { type IdOf, type Leaf, leavesOf, sampleOf } from './inputs.js';
import { textsIn } from './reading.js';
import { NODE_TYPES } from './standing.js';

export type Field = GraphQLField<unknown, unknown>;
const isPlain = ({ type }: Field): boolean => isLeafType(getNamedType(type));
const ROWS = 5;
/** Counts are told by whole months. */
const MONTH = { from: '2026-02-01', until: '2026-03-01' };
const PAGING: ReadonlySet<string> = new Set(['first', 'last', 'after', 'before']);
const OTHER_WAYS: ReadonlySet<string> = new Set(['id', 'ids', 'input']);

/** Writes what can be asked of a schema: every field, with whatever lies between it and the next object that has an id. */
export class Asking {
  readonly #asked = new Set<string>();
  readonly #documents = new Set<string>();

  constructor(
    readonly schema: GraphQLSchema,
    readonly now: Date,
  ) {}

  type(name: string): GraphQLObjectType {
    const type = this.schema.getType(name);
    if (!isObjectType(type)) throw new Error(`no type ${name}`);
    return type;
  }
  fieldsOf(type: string): Field[] {
    return Object.values(this.type(type).getFields());
  }

  /** One selection for the plain values of a type, and one for each field that leads on: small enough for the limits of a document. */
  selectionsOf(type: string): string[] {
    const fields = this.fieldsOf(type);
    const onward = fields.filter(field => !isPlain(field)).map(field => this.selected(field));
    return [
      fields
        .filter(isPlain)
        .map(field => this.selected(field))
        .join(' '),
      ...onward,
    ].filter(Boolean);
  }

  /** A field with all below it; `given` are arguments as they are to be written. */
  selected(
    field: Field,
    given: Readonly<Record<string, string>> = {},
    idOf: IdOf = () => null,
    above: readonly string[] = [],
  ): string {
    const named = getNamedType(field.type);
    const texts = field.args.flatMap(argument => given[argument.name] ?? this.#argument(argument, idOf) ?? []);
    const call = texts.length ? `${field.name}(${texts.join(', ')})` : field.name;
    if (isLeafType(named)) return call;
    if (field.name === 'userErrors') return `${call} { __typename code path message }`;
    if (isAbstractType(named) || NODE_TYPES.includes(named.name)) return `${call} { __typename id }`;
    const fields = this.fieldsOf(named.name);
    const inner = above.includes(named.name) ? fields.filter(isPlain) : fields;
    return `${call} { __typename ${inner.map(one => this.selected(one, {}, idOf, [...above, named.name])).join(' ')} }`;
  }

  #argument(argument: GraphQLArgument, idOf: IdOf): string | null {
    if (argument.name === 'first') return `first: ${ROWS}`;
    if (argument.name === 'period') return this.written(argument, MONTH);
    return isRequiredArgument(argument) ? this.written(argument, sampleOf(argument.type, argument.name, idOf, this.now)) : null;
  }
  written(argument: GraphQLArgument, value: unknown): string {
    const node = astFromValue(value, argument.type);
    return `${argument.name}: ${node ? print(node) : 'null'}`;
  }

  /** Root fields that need nothing to be known beforehand. */
  get roots(): Field[] {
    return this.fieldsOf('Query').filter(({ args }) => !args.some(({ name }) => OTHER_WAYS.has(name)));
  }
  /** Fields with conditions or orders. */
  get lists(): { readonly owner: string; readonly field: Field; readonly conditions: readonly Condition[] }[] {
    return [...NODE_TYPES, 'Query'].flatMap(owner =>
      this.fieldsOf(owner).flatMap(field => {
        const args = field.args.filter(({ name }) => !PAGING.has(name) && !OTHER_WAYS.has(name));
        const conditions = args.flatMap(argument => {
          const input = getNamedType(argument.type);
          return [...leavesOf(argument.type)]
            .filter(({ isList }) => !isList)
            .map(leaf => ({
              name: isInputObjectType(input) ? `${input.name}.${leaf.path[0]}` : `${owner}.${field.name}(${argument.name})`,
              argument,
              leaf,
            }));
        });
        return conditions.length ? [{ owner, field, conditions }] : [];
      }),
    );
  }

  /** Remembers what a document asks for. */
  note(source: string): void {
    if (this.#documents.has(source)) return;
    this.#documents.add(source);
    const info = new TypeInfo(this.schema);
    const spot = () => `${info.getParentType()?.name}.${info.getFieldDef()?.name}`;
    visit(
      parse(source),
      visitWithTypeInfo(info, {
        Field: () => void this.#asked.add(spot()),
        Argument: () => void this.#asked.add(`${spot()}(${info.getArgument()?.name})`),
        ObjectField: ({ name }) =>
          void this.#asked.add(`${getNamedType(info.getParentInputType() ?? undefined)?.name}.${name.value}`),
      }),
    );
  }
  /** Which of these elements no document asked for. */
  left(elements: readonly string[]): readonly string[] {
    return elements.filter(name => !this.#asked.has(name));
  }
}

export interface Condition {
  /** As the table calls it. */
  readonly name: string;
  readonly argument: GraphQLArgument;
  readonly leaf: Leaf;
}

/** Reads all that somebody is shown from the roots on, one step further by id; answers with the ids met. */
export async function readEverything(asking: Asking, caller: Caller): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const keep = (data: unknown): void => {
    for (const text of textsIn(data)) if (parseGlobalId(text)) found.add(text);
  };
  for (const field of asking.roots)
    if (!field.args.some(isRequiredArgument)) keep(await caller.read(`{ ${asking.selected(field)} }`));
  // What the event log is about is not always an object of the schema.
  const ofNodes = [...found].filter(id => NODE_TYPES.includes(parseGlobalId(id)?.type ?? ''));
  for (const [type = '', ids] of Map.groupBy(ofNodes, id => parseGlobalId(id)?.type))
    for (const selection of asking.selectionsOf(type)) {
      const source = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type} { ${selection} } } }`;
      keep(await caller.read(source, { ids: ids.slice(0, 100) }));
    }
  return found;
}
