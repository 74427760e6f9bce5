import { existsSync, readFileSync } from 'node:fs';
import { isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';

const page = readFileSync('docs/security.md', 'utf8');
const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim());
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

describe('the page on security', () => {
  it('says what every field weighs that weighs more than others', () => {
    const told = page
      .split('\n')
      .map(cellsOf)
      .filter(cells => cells.length === 3 && /^\d+$/.test(cells[1] ?? '') && cells[0]?.startsWith('`'))
      .flatMap(([fields = '', points]) => quoted(fields).map(name => [name, Number(points)] as const));
    const weighed = Object.values(createSchema().getTypeMap()).flatMap(type =>
      isObjectType(type)
        ? Object.values(type.getFields()).flatMap(({ name, extensions: { points } }) =>
            points === undefined ? [] : [[name, points]],
          )
        : [],
    );
    expect(new Set(told.map(String))).toEqual(new Set(weighed.map(String)));
  });

  it('names tests that are there', () => {
    const paths = quoted(page)
      .filter(word => /^(tests|src)\//.test(word))
      .map(path => path.replace(/,$/, ''));
    const isThere = (path: string): boolean => ['', '.test.ts'].some(ending => existsSync(`${path}${ending}`));
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter(path => !isThere(path))).toEqual([]);
  });
});
