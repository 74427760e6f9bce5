import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSchema } from '../../src/app.js';
import type { Actor } from '../../src/kernel/actor.js';
import { createResidentsBulk } from '../../src/modules/residents/residents.service.js';
import { ACTORS, createAsk, gid, scopeOf } from './ask.js';
import type { TestDatabase } from './database.js';
import { NOW, seedWorld, WORLD } from './world.js';

/** People on file: mother in branch 1 (9-1, no lift), neighbor in branch 1 (9-2, lift), stranger in branch 2. */
export const PEOPLE = {
  mother: '00000000-0000-7000-8000-000000000101',
  neighbor: '00000000-0000-7000-8000-000000000102',
  farOff: '00000000-0000-7000-8000-000000000103',
} as const;

export const daughter = { ...ACTORS.daughter, kinIds: [PEOPLE.mother] };

const SUBMIT = `mutation($input: NeedSubmitInput!) { needSubmit(input: $input) {
  need { id number state urgency version floor noLift quantity modes openedAt requesterKind channel beneficiaryKind }
  possibleDuplicate { id number } emergencyAdvice
  userErrors { code path ... on InvalidInputError { rule limit } ... on InvalidStateError { from to } ... on StaleVersionError { currentVersion } } } }`;

/** The subject with the people it is about, and the ways in which tests ask it. */
export async function setUpNeeds(database: TestDatabase) {
  const ask = createAsk(createSchema(), database);
  await seedWorld(database);
  await database.owner.unsafe(
    `insert into identity.account (id, login, display_name, password_hash, created_at) values ('${WORLD.daughter}', 'family.1', '陈家女儿', 'x', now())`,
  );
  const person = { sex: 'FEMALE', residencyStatus: 'REGISTERED_AND_PRESENT' } as const;
  const made = await createResidentsBulk(scopeOf(database, ACTORS.admin), [
    { ...person, id: PEOPLE.mother, name: '陈桂花', buildingId: WORLD.building1, storey: 5, birthDate: '1938-02-14' },
    { ...person, id: PEOPLE.neighbor, name: '李秀英', buildingId: WORLD.building2, storey: 2, birthDate: '1960-06-01' },
    { ...person, id: PEOPLE.farOff, name: '王阿娣', buildingId: WORLD.building3, storey: 1, birthDate: '1950-01-01' },
  ]);
  if (!made.ok) throw new Error(JSON.stringify(made.failure));

  const submit = async (actor: Actor, input: Readonly<Record<string, unknown>>, options: Parameters<typeof ask>[3] = {}) => {
    const given = { categoryCode: 'HAIRCUT', residentId: gid('Resident', PEOPLE.mother), idempotencyKey: randomUUID(), ...input };
    const { data, errors } = await ask(actor, SUBMIT, { input: given }, options);
    if (errors) throw errors[0];
    return data?.needSubmit;
  };
  /** Any other mutation of needs, e.g. `act(actor, 'Withdraw', { needId, expectedVersion, reason })`. */
  const act = async (actor: Actor, verb: string, input: Readonly<Record<string, unknown>>) => {
    const { data, errors } = await ask(
      actor,
      `mutation($input: Need${verb}Input!) { need${verb}(input: $input) { need { id state version urgency closeReason transferredTo submittedAt category { code }
        mergedInto { id version submittedAt } description accessNotes quantity availableTransitions }
        userErrors { code path ... on InvalidInputError { rule limit } ... on InvalidStateError { from to } ... on StaleVersionError { currentVersion } } } }`,
      { input },
    );
    if (errors) throw errors[0];
    return data?.[`need${verb}`];
  };
  const count = async (table: string): Promise<number> =>
    (await database.owner.unsafe(`select count(*)::int as n from ${table}`))[0]?.n;
  return { ask, submit, act, count };
}

/** Another moment than that of the tests, in hours from it. */
export const hoursFromNow = (hours: number): Date => new Date(NOW.getTime() + hours * 3_600_000);

export const operation = (name: string): string => readFileSync(`schema/operations/${name}.graphql`, 'utf8');

export const rawIdOf = (globalId: string): string =>
  Buffer.from(globalId, 'base64url')
    .subarray(16, 32)
    .toString('hex')
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
