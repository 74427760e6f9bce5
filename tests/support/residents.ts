import { randomUUID } from 'node:crypto';
import { buildSchema } from '../../src/graphql/schema.js';
import type { AccountActor, Actor } from '../../src/kernel/actor.js';
import { allianceResolvers } from '../../src/modules/alliance/alliance.mutations.graphql.js';
import { identityResolvers } from '../../src/modules/identity/identity.mutations.graphql.js';
import { residentsResolvers } from '../../src/modules/residents/residents.mutations.graphql.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid } from './ask.js';
import { createTestDatabase } from './database.js';
import { seedWorld, WORLD } from './world.js';

export const OUTSIDERS = ['anonymous', 'secretary2', 'clinic', 'barber', 'stranger', 'daughter', 'subdistrict'] as const;
export const STAFF = ['admin', 'secretary1', 'officer'] as const;

export const CREATE = `mutation($input: ResidentCreateInput!) { residentCreate(input: $input) {
  resident { id version } userErrors { code path ... on InvalidInputError { rule limit } } } }`;
export const SEEN = `id maskedName maskedPhone ageBand sex storey residencyStatus careCategories abilityLevel languages optedOut restricted
  consentsToHealthMatching version building { address } branch { code }`;
export const GRANDMOTHER = {
  name: '陈桂花',
  phone: '199 0000 0001',
  buildingId: gid('Building', WORLD.building1),
  room: '301',
  storey: 3,
  sex: 'FEMALE',
  birthDate: '1938-02-14',
  residencyStatus: 'REGISTERED_AND_PRESENT',
  careCategories: ['LIVING_ALONE', 'LIVING_ALONE'],
  abilityLevel: 'MILD',
  languages: ['HANGZHOU_DIALECT'],
};
export const rawIdOf = (globalId: string): string =>
  Buffer.from(globalId, 'base64url')
    .subarray(16, 32)
    .toString('hex')
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');

/** A database with a grandmother on file and an account that is kin of hers, and how tests put more people there. */
export async function openResidents() {
  const database = await createTestDatabase();
  const ask = createAsk(
    buildSchema([...territoryResolvers, ...allianceResolvers, ...identityResolvers, ...residentsResolvers]),
    database,
  );
  const register = async (actor: Actor, input: Readonly<Record<string, unknown>> = {}, idempotencyKey = randomUUID()) =>
    (await ask(actor, CREATE, { input: { ...GRANDMOTHER, ...input, idempotencyKey } })).data?.residentCreate;
  const count = async (table: string): Promise<number> =>
    (await database.owner.unsafe(`select count(*)::int as n from ${table}`))[0]?.n;
  await seedWorld(database);
  await database.owner.unsafe(`insert into identity.account (id, login, display_name, password_hash, created_at) values
    ('${WORLD.daughter}', 'family.1', '陈家女儿', 'x', now()), ('${WORLD.secretary1}', 'secretary.b1', '书记', 'x', now())`);
  const grandmother: string = (await register(ACTORS.officer)).resident.id;
  const kin: AccountActor = { ...ACTORS.daughter, kinIds: [rawIdOf(grandmother)] };
  return { database, ask, register, count, grandmother, kin };
}
