import { existsSync, readFileSync } from 'node:fs';
import { isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { RETENTION_RULES } from '../../src/modules/privacy/retention.domain.js';

const schema = createSchema();
const page = readFileSync('docs/privacy.md', 'utf8');
const duties = page
  .split('\n')
  .filter(line => /^\| (?!Duty|---)/.test(line))
  .map(line => line.split('|').slice(1, 4));
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

/** Every field of the schema and of what goes into it, by its bare name. */
const names = new Set(
  Object.values(schema.getTypeMap()).flatMap(type =>
    isObjectType(type)
      ? Object.values(type.getFields()).flatMap(({ name, args }) => [name, ...args.map(argument => argument.name)])
      : 'getFields' in type
        ? Object.keys(type.getFields())
        : [],
  ),
);
describe('the page on privacy', () => {
  it('names for each duty operations that the schema has', () => {
    expect(duties.length).toBeGreaterThan(15);
    expect(duties.flatMap(([, operations = '']) => quoted(operations)).filter(name => !names.has(name))).toEqual([]);
  });

  it('names test files that are there, and links to pages that are', () => {
    const paths = quoted(page).filter(word => /^(tests|docs|src)\//.test(word));
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter(path => !existsSync(path))).toEqual([]);
    for (const [duty, , test = ''] of duties) expect([duty, quoted(test).length]).toEqual([duty, 1]);
  });

  it('keeps looks for as long as the law asks: the rule is no shorter than the wall', () => {
    const rule = RETENTION_RULES.find(({ code }) => code === 'ACCESS_LOG');
    expect(rule?.days).toBeGreaterThanOrEqual(3 * 365 + 1);
  });
});
