import { beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.js';
import { territoryResolvers } from '../../src/modules/territory/territory.graphql.js';
import { ACTORS, createAsk, gid } from '../support/ask.js';
import { createTestDatabase } from '../support/database.js';
import { seedWorld, WORLD } from '../support/world.js';

const database = await createTestDatabase();
const ask = createAsk(buildSchema(territoryResolvers), database);
beforeAll(() => seedWorld(database));

describe('territory', () => {
  it('is public and stays within the community', async () => {
    const { data, errors } = await ask(
      ACTORS.anonymous,
      '{ community { id name areas { code } branches { code area { code } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      community: {
        id: gid('Community', WORLD.community),
        name: '测试社区',
        areas: [{ code: 'EAST' }, { code: 'WEST' }],
        branches: [
          { code: 'B1', area: { code: 'EAST' } },
          { code: 'B2', area: { code: 'WEST' } },
        ],
      },
    });
  });

  it('pages buildings forward and backward without losing one', async () => {
    const query = `query($first: Int, $after: String, $last: Int, $before: String, $id: ID!) { branch(id: $id) { buildings(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { address branch { code } } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`;
    const id = gid('Branch', WORLD.branch1);
    const first = (await ask(ACTORS.anonymous, query, { id, first: 1 })).data?.branch.buildings;
    expect(first).toMatchObject({
      edges: [{ node: { address: '9幢1单元', branch: { code: 'B1' } } }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    const second = (await ask(ACTORS.anonymous, query, { id, first: 5, after: first.pageInfo.endCursor })).data?.branch.buildings;
    expect(second).toMatchObject({
      edges: [{ node: { address: '9幢2单元' } }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
    const back = (await ask(ACTORS.anonymous, query, { id, last: 1, before: second.edges[0].cursor })).data?.branch.buildings;
    expect(back).toMatchObject({
      edges: [{ node: { address: '9幢1单元' } }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
  });

  it('answers null for an id of another community and refuses what is no id', async () => {
    const node = 'query($id: ID!) { node(id: $id) { id } }';
    expect(
      (await ask(ACTORS.anonymous, node, { id: gid('Branch', WORLD.branch1) }, { communityId: WORLD.otherCommunity })).data,
    ).toEqual({ node: null });
    expect((await ask(ACTORS.anonymous, node, { id: gid('Branch', WORLD.otherBranch) })).data).toEqual({ node: null });
    expect((await ask(ACTORS.anonymous, node, { id: 'x' })).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    expect(
      (await ask(ACTORS.anonymous, 'query($id: ID!) { branch(id: $id) { id } }', { id: gid('Building', WORLD.building1) }))
        .errors?.[0]?.extensions?.code,
    ).toBe('BAD_USER_INPUT');
  });

  it('finds buildings by what people type, three statements for a list of any length', async () => {
    database.statements();
    const { data } = await ask(
      ACTORS.anonymous,
      '{ buildingsByAddress(address: "４８ 幢") { address branch { code area { name } } } }',
    );
    expect(data?.buildingsByAddress).toEqual(
      [1, 2].map(n => ({ address: `48幢${n}单元`, branch: { code: 'B2', area: { name: '西片' } } })),
    );
    expect(database.statements()).toHaveLength(3);
  });
});
