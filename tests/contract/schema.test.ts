import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  findBreakingChanges,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  parse,
  buildSchema as parseSchema,
  validate,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema, printSdl } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { priceOperation } from '../../src/graphql/cost.js';
import { limitsRule } from '../../src/graphql/limits.js';

const folder = fileURLToPath(new URL('../../schema', import.meta.url));
const read = (name: string): string => readFileSync(`${folder}/${name}`, 'utf8');
const schema = createSchema();
const types = Object.values(schema.getTypeMap()).filter(type => !isIntrospectionType(type) && !isSpecifiedScalarType(type));

/** Every element of the schema as `Type.field(argument)`, with its description and, where it has one, its type. */
function elements() {
  return types.flatMap(type => [{ name: type.name, description: type.description }, ...partsOf(type)]);
}
function partsOf(type: GraphQLNamedType) {
  if (isEnumType(type)) return type.getValues().map(({ name, description }) => ({ name: `${type.name}.${name}`, description }));
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map(({ name, description }) => ({ name: `${type.name}.${name}`, description }));
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap(field => [
    { name: `${type.name}.${field.name}`, description: field.description },
    ...field.args.map(({ name, description }) => ({ name: `${type.name}.${field.name}(${name})`, description })),
  ]);
}
describe('the schema', () => {
  it('is the one that is committed', () => {
    expect(read('schema.graphql') === printSdl(schema), 'run npm run schema and commit the difference').toBe(true);
  });

  it('breaks nothing that was released', () => {
    const released = read('released.graphql');
    if (!/\btype Query\b/.test(released)) return;
    expect(findBreakingChanges(parseSchema(released), schema)).toEqual([]);
  });

  it('describes every element, and says more than its name', () => {
    const bare = elements().filter(({ name, description }) => {
      const words = (text: string) => text.toLowerCase().replace(/[^a-z\u4e00-\u9fff]/g, '');
      return !description?.trim() || words(description) === words(name.split(/[.(]/).at(-1) ?? '');
    });
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});

describe('names', () => {
  const PASCAL = /^[A-Z][A-Za-z0-9]*$/;
  const CAMEL = /^[a-z][A-Za-z0-9]*$/;
  const SCREAMING = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

  it('have the case of their kind, and never say Unit alone', () => {
    expect(types.map(({ name }) => name).filter(name => !PASCAL.test(name) || name === 'Unit')).toEqual([]);
    const wrong = elements().filter(({ name }) => {
      const [, part = '', argument] = /\.(\w+)(?:\((\w+)\))?$/.exec(name) ?? [];
      if (!part) return false;
      const isValue = isEnumType(schema.getType(name.split('.')[0] ?? ''));
      return !(isValue ? SCREAMING : CAMEL).test(part) || (argument !== undefined && !CAMEL.test(argument));
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('of fields have no get or list before them', () => {
    expect(
      elements()
        .filter(({ name }) => /\.(get|list|fetch)[A-Z]/.test(name))
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('of inputs end in Input, and no output does', () => {
    expect(types.filter(type => isInputObjectType(type) !== type.name.endsWith('Input')).map(({ name }) => name)).toEqual([]);
  });

  it('of mutations begin with their object; each takes one input and answers with a payload of its own', () => {
    const payloads = new Map<string, string>();
    for (const { name, args, type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const input = args[0];
      expect([name, args.length, input?.name]).toEqual([name, 1, 'input']);
      expect([name, String(input?.type)]).toEqual([name, expect.stringMatching(/^[A-Z]\w+Input!$/)]);
      expect([name, String(type)]).toEqual([name, expect.stringMatching(/^[A-Z]\w+Payload!?$/)]);
      expect(name).not.toMatch(/^(create|update|delete|add|remove|set|publish|cancel|get)[A-Z]/);
      expect([name, payloads.get(String(type))]).toEqual([name, undefined]);
      payloads.set(String(type), name);
      const payload = schema.getType(String(type).replace('!', ''));
      expect([name, isObjectType(payload) && String(payload.getFields().userErrors?.type)]).toEqual([name, '[UserError!]!']);
    }
  });
});

/** Mutations of which a repeat does no harm, or must not get the first answer: corrections, what hands out tokens or personal data, and what only reads. */
const WITHOUT_KEY =
  /Update$|^(signIn|signOut|sessionRefresh|passwordChange|passwordReset|invitationAccept|totpEnroll|totpConfirm|totpDisable|external\w+|auditVerify|residentDataExport|breachReportCreate|\w+Reveal)$/;

describe('mutations', () => {
  const inputs = Object.values(schema.getMutationType()?.getFields() ?? {}).map(({ name, args }) => {
    const input = schema.getType(String(args[0]?.type).replace('!', ''));
    if (!isInputObjectType(input)) throw new Error(`${name} takes no input object`);
    return { name, fields: input.getFields() };
  });

  it('that create or move something take a key, so that a repeat gets the first answer', () => {
    const keyless = inputs.filter(({ name, fields }) => !('idempotencyKey' in fields) && !WITHOUT_KEY.test(name));
    expect(keyless.map(({ name }) => name)).toEqual([]);
  });

  it('that correct something ask for the version that was read', () => {
    const edits = inputs.filter(({ name }) => /Update$/.test(name));
    expect(edits.length).toBeGreaterThan(4);
    expect(edits.filter(({ fields }) => String(fields.expectedVersion?.type) !== 'Int!').map(({ name }) => name)).toEqual([]);
  });
});

describe('shapes', () => {
  it('of connections and edges are what Relay asks', () => {
    for (const type of types.filter(({ name }) => name.endsWith('Connection'))) {
      if (!isObjectType(type)) throw new Error(`${type.name} is no object type`);
      const { edges, pageInfo } = type.getFields();
      const name = type.name.replace(/Connection$/, '');
      expect([String(pageInfo?.type), String(edges?.type)]).toEqual(['PageInfo!', `[${name}Edge!]!`]);
      const edge = schema.getType(`${name}Edge`);
      expect(isObjectType(edge) && Object.keys(edge.getFields())).toEqual(expect.arrayContaining(['cursor', 'node']));
    }
  });

  it('of lists hold no nulls, but where `nodes` says what is not yours', () => {
    const holes = types.flatMap(type => {
      if (!isObjectType(type) && !isInterfaceType(type)) return [];
      return Object.values(type.getFields()).flatMap(({ name, type: fieldType }) => {
        const list = isNonNullType(fieldType) ? fieldType.ofType : fieldType;
        return isListType(list) && !isNonNullType(list.ofType) ? [`${type.name}.${name}`] : [];
      });
    });
    expect(holes).toEqual(['Query.nodes']);
  });

  it('that are told a secret are counted apart', () => {
    const secret = /password|secret|token|otp|oneTime/i;
    const told = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ args }) => {
      const input = getNamedType(args[0]?.type);
      return isInputObjectType(input) && Object.keys(input.getFields()).some(field => secret.test(field));
    });
    expect(told.length).toBeGreaterThan(3);
    expect(told.filter(({ extensions }) => !extensions.takesSecret).map(({ name }) => name)).toEqual([]);
  });

  it('of ids are ID, and own scalars say where they are specified or what they hold', () => {
    for (const type of types) {
      if (isObjectType(type) && type.getFields().id)
        expect([type.name, String(type.getFields().id?.type)]).toEqual([type.name, 'ID!']);
      if (isScalarType(type)) expect([type.name, Boolean(type.specifiedByURL || type.description)]).toEqual([type.name, true]);
    }
  });
});

/** A person who opens a screen every three seconds is in more of a hurry than anybody. */
const SCREENS_A_MINUTE = 20;

describe('known operations', () => {
  const files = existsSync(`${folder}/operations`)
    ? readdirSync(`${folder}/operations`).filter(name => name.endsWith('.graphql'))
    : [];

  it.each([...files.map(name => `operations/${name}`), 'examples.graphql'])(
    '%s is valid, within the limits, and affordable',
    name => {
      const document = parse(read(name), { maxTokens: 2000 });
      expect(validate(schema, document)).toEqual([]);
      expect(validate(schema, document, [limitsRule])).toEqual([]);
      const fragments = new Map(
        document.definitions.flatMap(node => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
      );
      for (const node of document.definitions) {
        if (node.kind !== Kind.OPERATION_DEFINITION) continue;
        expect(node.name?.value).toMatch(/^[A-Z][A-Za-z0-9]*$/);
        const { costLimit, budgets } = loadConfig({});
        const { points } = priceOperation(schema, node, fragments, {});
        expect(points).toBeLessThanOrEqual(costLimit);
        expect(points * SCREENS_A_MINUTE).toBeLessThanOrEqual(budgets.account);
      }
    },
  );
});
