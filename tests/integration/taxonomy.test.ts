import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import { taxonomyResolvers } from '../../src/modules/taxonomy/taxonomy.graphql.js';
import { ACTORS, createAsk } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(buildSchema(taxonomyResolvers), database);
beforeAll(() => seedWorld(database));

describe('the taxonomy', () => {
  const LIST =
    'query($root: String) { categories(root: $root) { code labelZh labelEn capacityUnit parent { code } children { code } } }';
  const codes = async (root?: string) =>
    (await ask(ACTORS.anonymous, LIST, root === undefined ? {} : { root })).data?.categories.map(
      ({ code }: { code: string }) => code,
    );

  it('is public, parents before children', async () => {
    expect(await codes()).toEqual(['FUNDING', 'HAIRCUT', 'MEDICAL_ACCESS', 'FREE_CLINIC', 'HOME_MEDICAL', 'SAFETY_ENV']);
  });

  it('is read from any root, with both directions in three statements', async () => {
    database.statements();
    const { data } = await ask(ACTORS.anonymous, LIST, { root: 'MEDICAL_ACCESS' });
    expect(data?.categories).toMatchObject([
      { code: 'MEDICAL_ACCESS', parent: null, children: [{ code: 'FREE_CLINIC' }, { code: 'HOME_MEDICAL' }] },
      { code: 'FREE_CLINIC', parent: { code: 'MEDICAL_ACCESS' }, children: [], capacityUnit: 'PERSON', labelZh: '义诊' },
      { code: 'HOME_MEDICAL', parent: { code: 'MEDICAL_ACCESS' }, children: [], capacityUnit: 'VISIT' },
    ]);
    expect(database.statements()).toHaveLength(3);
    expect(await codes('FREE_CLINIC')).toEqual(['FREE_CLINIC']);
  });

  it.each(['NO_SUCH', '', 'MEDICAL', 'MEDICAL_ACCESS/', 'medical_access', '%', 'a\u0000', '\ud800'])(
    'has nothing at %j',
    async root => {
      expect(await codes(root)).toEqual([]);
    },
  );

  it('tells the words of every enum, and null for none', async () => {
    const source = 'query($name: String!) { enumLabels(name: $name) { value labelZh labelEn } }';
    const labels = (await ask(ACTORS.anonymous, source, { name: 'CapacityUnit' })).data?.enumLabels;
    expect(labels).toContainEqual({ value: 'PERSON', labelZh: '人', labelEn: 'person' });
    expect((await ask(ACTORS.anonymous, source, { name: 'toString' })).data?.enumLabels).toBeNull();
  });
});
