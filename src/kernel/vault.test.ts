import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId } from './ids.js';
import { createVault, type Place } from './vault.js';

const [first, second] = [randomBytes(32), randomBytes(48)];
const vault = createVault(new Map([[1, first]]));
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
  const rotated = createVault(
    new Map([
      [2, second],
      [1, first],
    ]),
  );

  it('seals under the highest number and still opens what is older', () => {
    expect(rotated.seal(place, NAME)[0]).toBe(2);
    expect(rotated.open(place, vault.seal(place, NAME))).toBe(NAME);
    expect(() => vault.open(place, rotated.seal(place, NAME))).toThrow('unknown data key');
  });

  it('finds by the same index as long as the oldest key is there', () => {
    expect(rotated.blindIndex(communityId, 'phone', NAME)).toEqual(vault.blindIndex(communityId, 'phone', NAME));
    expect(createVault(new Map([[2, second]])).blindIndex(communityId, 'phone', NAME)).not.toEqual(
      vault.blindIndex(communityId, 'phone', NAME),
    );
  });

  it('refuses weak, missing and misnumbered keys', () => {
    expect(() => createVault(new Map([[1, randomBytes(31)]]))).toThrow(RangeError);
    expect(() => createVault(new Map([[0, first]]))).toThrow(RangeError);
    expect(() => createVault(new Map([[256, first]]))).toThrow(RangeError);
    expect(() => createVault(new Map([[1.5, first]]))).toThrow(RangeError);
    expect(() => createVault(new Map())).toThrow(RangeError);
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
      createVault(new Map([[1, second]])).blindIndex(communityId, 'name', NAME),
    ];
    const own = vault.blindIndex(communityId, 'name', NAME);
    expect(own).toHaveLength(16);
    for (const other of others) expect(other).not.toEqual(own);
  });

  it('turn parts of a text into sorted integers of 31 bits, each once', () => {
    const tokens = vault.blindTokens(communityId, 'description', ['修水', '水管', '修水']);
    expect(tokens).toHaveLength(2);
    expect([...tokens].sort((a, b) => a - b)).toEqual(tokens);
    for (const token of tokens) expect(Number.isInteger(token) && token >= 0 && token < 2 ** 31).toBe(true);
    expect(vault.blindTokens(newId(), 'description', ['修水', '水管'])).not.toEqual(tokens);
  });
});
