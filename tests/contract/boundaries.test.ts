import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importsOf, violations } from '../support/boundaries.js';

const src = fileURLToPath(new URL('../../src', import.meta.url));
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map(path => ({ path, text: readFileSync(`${src}/${path}`, 'utf8') }));

describe('the house', () => {
  it('imports one way', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(violations(sources)).toEqual([]);
  });

  it('has files that can be read in one sitting', () => {
    const long = sources.map(({ path, text }) => [path, text.split('\n').length] as const).filter(([, lines]) => lines > 380);
    expect(long).toEqual([]);
  });
});

describe('the rules', () => {
  it.each([
    ['kernel/x.ts', '../db/client.js'],
    ['db/x.ts', '../scope/scope.js'],
    ['modules/needs/needs.domain.ts', './needs.table.js'],
    ['modules/needs/needs.domain.ts', '../../db/client.js'],
    ['modules/needs/plain.ts', './needs.service.js'],
    ['modules/needs/needs.domain.ts', '../offers/offers.domain.js'],
    ['modules/needs/needs.repo.ts', './needs.service.js'],
    ['modules/needs/needs.service.ts', './needs.graphql.js'],
    ['modules/needs/needs.service.ts', '../offers/offers.repo.js'],
    ['modules/needs/needs.service.ts', '../offers/offers.table.js'],
    ['modules/needs/needs.graphql.ts', '../offers/offers.policy.js'],
    ['modules/needs/needs.service.ts', '../identity/tokens.js'],
    ['modules/needs/needs.service.ts', 'drizzle-orm'],
    ['modules/needs/needs.service.ts', 'type-graphql'],
    ['modules/needs/needs.service.ts', 'graphql'],
    ['modules/matching/engine/solver.ts', '../matching.domain.js'],
    ['modules/matching/engine/solver.ts', 'lru-cache'],
    ['graphql/x.ts', '../http/server.js'],
    ['graphql/x.ts', 'drizzle-orm'],
    ['http/x.ts', '../app.js'],
    ['app.ts', './seeds/index.js'],
    ['app.ts', 'postgres'],
    ['kernel/x.ts', './y'],
  ])('refuse that %s imports %s', (path, name) => {
    expect(violations([{ path, text: `import { x } from '${name}';` }])).toHaveLength(1);
  });

  it('refuse that anybody but the process reads the environment', () => {
    expect(violations([{ path: 'db/x.ts', text: 'const x = process.env.X;' }])).toHaveLength(1);
    expect(violations([{ path: 'config.ts', text: 'const x = process.env.X;' }])).toEqual([]);
  });

  it('see every form of import', () => {
    const text = `import 'a';
      import type { X } from "b"; export * from 'c'; export { y } from './d.js'; // import 'no'
      import {
        Many,
        type Lines,
      } from 'e';
      /* import 'no' */ const f = await import('f'); new Worker(new URL('./g.js', import.meta.url));`;
    expect([...importsOf(text)].sort()).toEqual(['./d.js', './g.js', 'a', 'b', 'c', 'e', 'f']);
  });
});
