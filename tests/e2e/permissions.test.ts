import {
  type GraphQLInputObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isRequiredInputField,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { parseGlobalId, toGlobalId } from '../../src/graphql/global-id.js';
import type { Audience } from '../../src/kernel/permissions.js';
import { Asking, type Condition, type Field } from '../support/asking.js';
import { besieged, CANARY, GIBBERISH, type Somebody } from '../support/besieged.js';
import type { Reply } from '../support/caller.js';
import { type IdOf, leavesOf, objectOf, put, sampleOf } from '../support/inputs.js';
import { against, idFor, idTypeOf, type Probe, Probing, some } from '../support/probing.js';
import { meet } from '../support/reading.js';
import { NODE_TYPES } from '../support/standing.js';
import { everythingStored } from '../support/stored.js';

const { schema, table, reading, app, database, people, twinId, stranger, deputy } = await besieged();
/** Before the estate's today, so that periods have passed. */
const asking = new Asking(schema, new Date('2026-03-01T10:00:00+08:00'));
const before = await everythingStored(database);
const probing = new Probing(app, asking, reading);
const leaksIn = (by: Somebody, data: unknown, type: string) => probing.leaksIn(by, data, type);

/** The same object in the other community; none of what belongs to no community. */
function twinsOf(id: string): string[] {
  const parsed = parseGlobalId(id);
  return parsed?.communityId ? [toGlobalId(parsed.type, twinId, parsed.id)] : [];
}

describe.each([...people])('%s', (_who, by) => {
  it('finds by id what the words of the schema say, and nothing of another community', async () => {
    for (const type of NODE_TYPES) {
      const [seen = [], unseen = []] = [true, false].map(sees => some(by, type, sees, 10).slice(0, 90));
      const ids = [...seen, ...unseen, ...[...seen, ...unseen].slice(0, 20).flatMap(twinsOf)];
      for (let start = 0; start < ids.length; start += 100) {
        const chunk = ids.slice(start, start + 100);
        const { data } = await probing.ask(by, 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: chunk });
        const found = data.nodes.map((node: { readonly id: string } | null) => node?.id ?? null);
        expect([type, found]).toEqual([type, chunk.map(id => (reading.maySee(type, by.standings.get(id)) ? id : null))]);
      }
    }
  });

  it('is shown in every field what it is to the object, and is led to nothing else', async () => {
    for (const type of NODE_TYPES) {
      const ids = [...some(by, type, true, 2).slice(0, 30), ...some(by, type, false).slice(0, 2)];
      for (const selection of asking.selectionsOf(type)) {
        const source = `query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on ${type} { id ${selection} } } }`;
        const { data, errors } = await probing.ask(by, source, { ids });
        expect([source, errors, leaksIn(by, data.nodes, type)]).toEqual([source, [], []]);
      }
    }
    for (const field of asking.roots) {
      const { data } = await probing.ask(by, `{ ${asking.selected(field, {}, idFor(by, true))} }`);
      expect([field.name, leaksIn(by, data, 'Query')]).toEqual([field.name, []]);
    }
  });

  it('is told the same of what is not theirs as of what is not there', async () => {
    for (const type of NODE_TYPES) {
      const ways = asking.fieldsOf('Query').filter(({ name, args, type: of }) => {
        return name === 'node' || (args.some(arg => arg.name === 'id') && getNamedType(of).name === type);
      });
      const own = some(by, type, true);
      const ids = [...some(by, type, false), ...twinsOf(own[0] ?? '')];
      for (const field of ways) {
        const way = (id: string) => asking.selected(field, { id: `id: "${id}"` });
        const check = (data: unknown) =>
          expect([field.name, leaksIn(by, { [field.name]: data }, 'Query')]).toEqual([field.name, []]);
        for (const id of ids) await probing.probe(by, inner => `{ ${inner} }`, [against(type, id, way)]);
        await probing.probe(
          by,
          inner => `{ ${inner} }`,
          own.map(id => ({ name: field.name, hit: way(id), check })),
        );
      }
    }
  });

  it('learns nothing by conditions and orders of lists', async () => {
    for (const { owner, field, conditions } of asking.lists) {
      const object = owner === 'Query' ? null : some(by, owner, true)[0];
      if (object === undefined) continue;
      const wrap = (inner: string) =>
        object === null ? `{ ${inner} }` : `{ node(id: "${object}") { ... on ${owner} { ${inner} } } }`;
      await probing.probe(
        by,
        wrap,
        conditions.flatMap(condition => [...probesOf(by, field, condition)]),
      );
    }
  });

  it('moves nothing that is not theirs', async () => {
    const wrapOf = (root: string) => (inner: string) => `${root.toLowerCase()} { ${inner} }`;
    for (const root of ['Mutation', 'Query']) {
      const fields = asking.fieldsOf(root).filter(({ args }) => args.some(({ name }) => name === 'input'));
      const guarded = fields.filter(({ name }) => !table.field(root, name)?.who?.includes('ANYBODY'));
      await probing.probe(
        by,
        wrapOf(root),
        guarded.flatMap(field => [...shotsOf(by, root, field)]),
      );
    }
  });
});

const lastName = (path: readonly (string | number)[], otherwise: string): string =>
  String(path.findLast(part => typeof part === 'string') ?? otherwise);

/** Who reads every row by a role may ask also by what they do not see otherwise. */
const BY_ROLE: ReadonlySet<Audience> = new Set(['ADMIN', 'AUDITOR']);

/** A list asked by one condition: for what belongs to others and what does not exist, for words of a person and of nobody. */
function* probesOf(by: Somebody, field: Field, { name: condition, argument, leaf }: Condition): Generator<Probe> {
  const what = `${field.name}(${[argument.name, ...leaf.path].join('.')})`;
  const name = lastName(leaf.path, argument.name);
  const idOf = idFor(by, false);
  const call = (value: unknown): string => {
    const given = asking.written(argument, put(null, leaf.path, value, argument.type, idOf, asking.now));
    return asking.selected(field, { [argument.name]: given }, idOf);
  };
  const check = (data: unknown) => expect([what, leaksIn(by, data, getNamedType(field.type).name)]).toEqual([what, []]);
  if (leaf.type.name === 'ID') {
    const [found] = some(by, idTypeOf(name), false);
    const [own = found] = some(by, idTypeOf(name), true);
    const who = table.filter(condition)?.who ?? [];
    const foreign = who.every(one => BY_ROLE.has(one)) && meet(who, by.whole) ? undefined : found;
    for (const id of [...(foreign ? [foreign] : []), ...twinsOf(foreign ?? own ?? '')])
      yield { ...against(what, id, call), check };
    if (own) yield { name: what, hit: call(own), check };
  } else if (leaf.type.name === 'String') {
    const [word = '', other = ''] = [CANARY[name] ?? CANARY.name, GIBBERISH[name] ?? GIBBERISH.name];
    yield { name: what, hit: call(word), check, ...(!by.knowsCanary && { miss: call(other), echo: [word, other] }) };
  } else {
    const values = isEnumType(leaf.type)
      ? leaf.type.getValues().map(value => value.name)
      : [sampleOf(leaf.type, name, idOf, asking.now)];
    for (const value of values.slice(0, 3)) yield { name: what, hit: call(value), check };
  }
}

const REFUSED = /^(NOT_FOUND|FORBIDDEN|UNAUTHENTICATED)$/;

/** An operation, every id of its input turned to what is not theirs, with everything else well meant. */
function* shotsOf(by: Somebody, root: string, field: Field): Generator<Probe> {
  const [argument] = field.args;
  const input = getNamedType(argument?.type) as GraphQLInputObjectType | undefined;
  if (!argument || !isInputObjectType(input)) return;
  const own = idFor(by, true);
  const base = objectOf(Object.values(input.getFields()).filter(isRequiredInputField), own, asking.now);
  const payload = getNamedType(field.type);
  const narrow = isObjectType(payload)
    ? Object.values(payload.getFields()).map(({ name, type }) => {
        if (name === 'userErrors') return 'userErrors { __typename code path message }';
        return isObjectType(getNamedType(type)) ? `${name} { __typename }` : name;
      })
    : [];
  const call = (value: unknown): string => `${field.name}(${asking.written(argument, value)}) { ${narrow.join(' ')} }`;
  const refused = (codes: RegExp) => (data: Reply['data'], errors: Reply['errors']) => {
    const { userErrors = [], ...rest } = data ?? {};
    const told = [
      ...errors.map(({ extensions }) => extensions.code),
      ...userErrors.map(({ code }: { readonly code: string }) => code),
    ];
    const given = Object.values(rest).filter(value => value !== null && !(Array.isArray(value) && !value.length));
    expect([by.login, field.name, told.length > 0 && told.every(code => codes.test(code)) ? 'refused' : told, given]).toEqual([
      by.login,
      field.name,
      'refused',
      [],
    ]);
  };
  if (by.login === null) {
    yield { name: field.name, hit: asking.selected(field, { input: asking.written(argument, base) }), check: refused(REFUSED) };
    return;
  }
  const ids = [...leavesOf(input)].filter(({ type, isList }) => type.name === 'ID' && !isList);
  for (const { path } of ids) {
    const type = idTypeOf(lastName(path, ''));
    const foreign = some(by, type, false);
    for (const id of [...foreign, ...twinsOf(foreign[0] ?? some(by, type, true)[0] ?? '')]) {
      const aim = (one: string) => call(put(base, path, one, input, own, asking.now));
      yield { ...against(`${field.name} ${path.join('.')}`, id, aim), check: refused(/./) };
    }
  }
  // What they see, and is not theirs to move.
  const who = table.field(root, field.name)?.who ?? [];
  if (who.includes('ACCOUNT') || who.includes('SELF')) return;
  const names = ids.filter(({ path }) => path.length === 1).map(({ path }) => String(path[0]));
  const required = names.filter(name => name in base);
  for (const targets of required.length ? [required] : names.map(name => [name])) {
    const foreign = targets.map(name => some(by, idTypeOf(name), true).find(id => !meet(who, by.standings.get(id))));
    if (foreign.includes(undefined)) continue;
    const aimed = { ...base, ...Object.fromEntries(targets.map((name, i) => [name, foreign[i]])) };
    yield { name: `${field.name} ${targets.join()}`, hit: call(aimed), check: refused(required.length ? SEEN_REFUSED : /./) };
  }
  if (!names.length && !meet(who, by.whole)) yield { name: field.name, hit: call(base), check: refused(REFUSED) };
}
/** Of what they see, that it has changed since or does not stand so may be said first. */
const SEEN_REFUSED = /^(NOT_FOUND|FORBIDDEN|STALE_VERSION|INVALID_STATE)$/;

it('a partner reads no condition of the person out of why a pair is suggested', async () => {
  const by = people.get('LIAISON') as Somebody;
  const ids = [...by.standings.keys()].filter(
    id => parseGlobalId(id)?.type === 'Need' && reading.maySee('Need', by.standings.get(id)),
  );
  const parts = 'explanation { complete rankParts { code } costParts { code } }';
  const source = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Need { suggestions(first: 50) { ${parts} } } } }`;
  const told: Reply['data'][] = [];
  for (let start = 0; start < ids.length; start += 50) {
    const { data } = await probing.ask(by, source, { ids: ids.slice(start, start + 50) });
    told.push(...data.nodes.flatMap(({ suggestions }: Reply['data']) => suggestions ?? []));
  }
  const codes = told.flatMap(({ explanation: { rankParts, costParts } }: Reply['data']) => [...rankParts, ...costParts]);
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter(({ explanation }: Reply['data']) => explanation.complete)).toEqual([]);
  expect(
    codes.filter(({ code }: { readonly code: string }) => !['WAITING', 'DEADLINE', 'LEFT_OUT', 'DAYS', 'LOAD'].includes(code)),
  ).toEqual([]);
});

/** A mutation with what it requires. */
const meant = (field: Field, idOf: IdOf): string => {
  const [argument] = field.args;
  const given = argument && { [argument.name]: asking.written(argument, sampleOf(argument.type, 'input', idOf, asking.now)) };
  return `mutation { ${asking.selected(field, given)} }`;
};

it('a program is refused whatever its key does not open, before anything is looked for', async () => {
  const by = people.get('COMMUNITY_ADMIN') as Somebody;
  const theirs = idFor(by, true);
  const roots = asking.roots.filter(({ name }) => table.field('Query', name)?.subject !== 'taxonomy');
  const asked = [
    ...roots.map(field => `{ ${asking.selected(field, {}, theirs)} }`),
    ...NODE_TYPES.flatMap(type =>
      ['__typename', ...asking.selectionsOf(type)].map(
        selection => `{ node(id: "${theirs(`${type}Id`)}") { ... on ${type} { ${selection} } } }`,
      ),
    ),
    ...asking.fieldsOf('Mutation').map(field => meant(field, theirs)),
  ];
  for (const source of asked) {
    const { status, data, errors } = await stranger.ask(source);
    const codes = errors.map(({ extensions }) => extensions.code);
    expect([source, status, data, codes]).toEqual([source, 403, null, ['FORBIDDEN']]);
  }
  expect(asked.length).toBeGreaterThan(250);
});

it('a program widens itself by nothing, not even the admin’s with every scope', async () => {
  const theirs = idFor(people.get('COMMUNITY_ADMIN') as Somebody, true);
  for (const field of asking.fieldsOf('Mutation').filter(({ name }) => table.inPerson.includes(name))) {
    const { data, errors } = await deputy.ask(meant(field, theirs));
    const codes = data?.[field.name].userErrors.map(({ code }: { readonly code: string }) => code);
    expect([field.name, errors, codes]).toEqual([field.name, [], ['FORBIDDEN']]);
  }
  expect(table.inPerson.length).toBeGreaterThan(10);
});

/** Why a door that everybody may knock at stays shut. */
const SHUT = /^(INVALID_CREDENTIALS|INVALID_TOKEN|NOT_FOUND)$/;

it('a door opens to nobody by what was made up', async () => {
  const by = people.get('ANONYMOUS') as Somebody;
  for (const field of asking.fieldsOf('Mutation').filter(({ name }) => table.field('Mutation', name)?.who?.includes('ANYBODY'))) {
    const { data } = await probing.ask(by, meant(field, idFor(by, false)));
    const { userErrors, __typename, ...rest } = data[field.name];
    const given = Object.values(rest).filter(value => value !== null && value !== false);
    expect([field.name, userErrors.map(({ code }: { readonly code: string }) => code), given]).toEqual(
      field.name === 'signOut' ? ['signOut', [], [true]] : [field.name, [expect.stringMatching(SHUT)], []],
    );
  }
});

/** Shown by a mutation that succeeds, or by the chance of which objects are picked. */
const SELDOM =
  /^(Query\.(whyNot|matchPlanSimulate)|Branch\.needs|Resident\.abilityLevel|ServiceOrder\.\w+|Organization\.proposals|Offer\.suggestedNeeds|Need\.(suggestions|referrals)|Session\.referrals)$/;
const pathOf = (name: string): [type: string, field: string] => {
  const [type = '', field = ''] = name.split('.');
  return [type, field];
};

describe('after all of it', () => {
  it('nothing has changed', async () => {
    expect(await everythingStored(database)).toEqual(before);
  });

  it('whoever is named in a row of the table was shown something of it', () => {
    const named = table.elements.filter(name => table.field(...pathOf(name))?.who && !/^Mutation|\(/.test(name));
    const rows = Map.groupBy(named, name => `${pathOf(name)[0]}, ${table.field(...pathOf(name))?.who}`);
    const idle = [...rows.values()].flatMap(names => {
      const seen = new Set(names.flatMap(name => [...(reading.shown.get(name) ?? [])]));
      const never = table.field(...pathOf(names[0] ?? ''))?.who?.filter(one => !seen.has(one)) ?? [];
      return names.every(name => SELDOM.test(name)) ? [] : never.map(one => `${one} was shown none of ${names.join(' ')}`);
    });
    expect(idle).toEqual([]);
  });

  it('all of the schema was asked, by everybody', () => {
    expect(asking.left(table.elements)).toEqual([]);
    const { length } = table.elements;
    console.info(
      `${length} of ${length} fields and conditions (100 %) × ${people.size} callers = ${length * people.size}: ${probing.requests} requests, ${reading.looked} values looked at in ${reading.shown.size} fields, ${probing.pairs} pairs of hidden and missing not told apart`,
    );
  });
});
