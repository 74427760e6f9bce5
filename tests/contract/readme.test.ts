import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { DEMO_PASSWORD } from '../../src/seeds/index.js';

const schema = createSchema();

describe.each(['README.md', 'README.zh-CN.md'])('%s', file => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const bodies = [...text.matchAll(/-d '(\{.*\})'/g)].map(([, body = '']) => body);

  it('shows queries that the schema answers', () => {
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(validate(schema, parse((JSON.parse(body) as { query: string }).query))).toEqual([]);
  });

  it('names the password that the demo accounts have', () => {
    expect(bodies[0]).toContain(DEMO_PASSWORD);
  });

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(() => readFileSync(new URL(`../../${link}`, import.meta.url))).not.toThrow();
  });
});
