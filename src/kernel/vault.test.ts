import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId } from './ids.js';
import { parseKeys } from './keys.js';
import { createVault, type Place } from './vault.js';

const [first, second] = [randomBytes(32), randomBytes(48)];
const index = new Map([[1, randomBytes(32)]]);
const vault = createVault({ data: new Map([[1, first]]), index });
const communityId = newId();
const place: Place = { table: 'personal.resident', column: 'name_sealed', communityId, rowId: newId() };
const NAME = '张三丰';

describe('sealing', () => {
  it('gives back what was put in, and nothing of it shows', () => {
    for (const plain of [NAME, '', '+8613812341234', '👵🏼', 'x'.repeat(100_000)]) {
      const sealed = vault.seal(place, plain);
      expect(vault.open(place, sealed)).toBe(plain);
      if (plain) expect(sealed.includes(Buffer.from(plain))).toBe(false);
    }
  });

  it('never seals twice to the same bytes', () => {
    expect(vault.seal(place, NAME).equals(vault.seal(place, NAME))).toBe(false);
  });

  it.each<[string, Partial<Place>]>([
    ['row', { rowId: newId() }],
    ['column', { column: 'phone_sealed' }],
    ['table', { table: 'personal.need_detail' }],
    ['community', { communityId: newId() }],
  ])('does not open in another %s', (_what, elsewhere) => {
    const sealed = vault.seal(place, NAME);
    expect(() => vault.open({ ...place, ...elsewhere }, sealed)).toThrow();
  });

  it('does not open when a single byte was changed or the end is missing', () => {
    const sealed = vault.seal(place, NAME);
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => vault.open(place, changed), `byte ${at}`).toThrow();
    }
    for (const whole of [sealed, vault.seal(place, '')])
      for (let length = 0; length < whole.length; length++)
        expect(() => vault.open(place, whole.subarray(0, length)), `first ${length}`).toThrow();
  });
});

describe('changing keys', () => {
  const next = new Map([[2, randomBytes(32)], ...index]);
  const rotated = createVault({
    data: new Map([
      [2, second],
      [1, first],
    ]),
    index: next,
  });

  it('seals under the first key, whatever its number, and opens what is under any', () => {
    expect(rotated.seal(place, NAME)[0]).toBe(2);
    expect(rotated.open(place, vault.seal(place, NAME))).toBe(NAME);
    expect(() => vault.open(place, rotated.seal(place, NAME))).toThrow('unknown data key');
    const known = createVault({
      data: new Map([
        [1, first],
        [2, second],
      ]),
      index,
    });
    expect(known.seal(place, NAME)[0]).toBe(1);
    expect(known.open(place, rotated.seal(place, NAME))).toBe(NAME);
  });

  it('finds what was indexed before, and what is indexed now', () => {
    const lookup = rotated.blindIndexes(communityId, 'phone', NAME);
    expect(lookup).toEqual([rotated.blindIndex(communityId, 'phone', NAME), vault.blindIndex(communityId, 'phone', NAME)]);
    expect(lookup.map(([number]) => number)).toEqual([2, 1]);
    expect(rotated.blindTokenLists(communityId, 'text', ['修水'])).toEqual([
      rotated.blindTokens(communityId, 'text', ['修水']),
      vault.blindTokens(communityId, 'text', ['修水']),
    ]);
  });

  it('changes no index when the data key changes, and needs no retired key', () => {
    const retired = createVault({ data: new Map([[2, second]]), index });
    expect(retired.blindIndex(communityId, 'phone', NAME)).toEqual(vault.blindIndex(communityId, 'phone', NAME));
    expect(retired.open(place, rotated.seal(place, NAME))).toBe(NAME);
  });

  it('refuses weak, missing and misnumbered keys', () => {
    for (const keys of [
      new Map([[1, randomBytes(31)]]),
      new Map([[0, first]]),
      new Map([[128, first]]),
      new Map([[1.5, first]]),
      new Map(),
    ]) {
      expect(() => createVault({ data: keys, index })).toThrow(RangeError);
      expect(() => createVault({ data: new Map([[1, first]]), index: keys })).toThrow(RangeError);
    }
  });
});

describe('keys as they are written', () => {
  const [a, b] = [first.toString('base64'), second.toString('base64url')];

  it('keep their order: the first is current', () => {
    for (const text of [`2:${b},1:${a}`, ` 2:${b}, 1:${a}\n`, `2:${b}\n1:${a}\n`]) {
      const { keys, problems } = parseKeys(text);
      expect(problems).toEqual([]);
      expect([...keys]).toEqual([
        [2, second],
        [1, first],
      ]);
    }
  });

  it.each([
    ['', 'is not of the form'],
    [a, 'is not of the form'],
    [`0:${a}`, 'is not of the form'],
    [`128:${a}`, 'is not of the form'],
    ['1:AAAA', 'key 1 has fewer than 32 bytes'],
    [`1:${a},1:${b}`, 'has two keys 1'],
  ])('are refused: %s', (text, problem) => {
    expect(parseKeys(text).problems.join()).toContain(problem);
  });
});

describe('blind indexes', () => {
  it('are equal for equal values however they were typed', () => {
    expect(vault.blindIndex(communityId, 'name', ' Ｚhang  San ')).toEqual(vault.blindIndex(communityId, 'name', 'Zhang San'));
  });

  it('differ by value, column, community and key', () => {
    const others = [
      vault.blindIndex(communityId, 'name', '张三'),
      vault.blindIndex(communityId, 'phone', NAME),
      vault.blindIndex(newId(), 'name', NAME),
      createVault({ data: new Map([[1, first]]), index: new Map([[1, second]]) }).blindIndex(communityId, 'name', NAME),
    ];
    const own = vault.blindIndex(communityId, 'name', NAME);
    expect(own).toHaveLength(17);
    for (const other of others) expect(other).not.toEqual(own);
  });

  it('turn parts of a text into the key number and sorted integers of 31 bits, each once', () => {
    const [marker, ...tokens] = vault.blindTokens(communityId, 'description', ['修水', '水管', '修水']);
    expect(marker).toBe(-1);
    expect(tokens).toHaveLength(2);
    expect([...tokens].sort((a, b) => a - b)).toEqual(tokens);
    for (const token of tokens) expect(Number.isInteger(token) && token >= 0 && token < 2 ** 31).toBe(true);
    expect(vault.blindTokens(newId(), 'description', ['修水', '水管'])).not.toEqual([marker, ...tokens]);
  });
});
