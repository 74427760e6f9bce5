import { describe, expect, it } from 'vitest';
import { addressOf, parseAddress } from './territory.domain.js';

describe('parseAddress', () => {
  it.each([
    ['9幢2单元', 9, 2],
    ['9-2', 9, 2],
    ['48幢', 48, null],
    ['９幢２单元', 9, 2],
    ['　９ 幢 2 单元 ', 9, 2],
    ['9－2', 9, 2],
    ['9—2', 9, 2],
    ['12栋1门', 12, 1],
    ['66号楼', 66, null],
  ])('reads %s', (text, blockNo, entranceNo) => {
    expect(parseAddress(text)).toEqual({ blockNo, entranceNo });
  });

  it.each(['', '幢', '0幢', '9幢0单元', '9-', '-2', '9--2', '九幢', '9幢2单元3', '99999幢', '9.5幢', '9幢2单元 张三'])(
    'refuses %s',
    text => {
      expect(parseAddress(text)).toBeNull();
    },
  );

  it('writes what it reads', () => {
    expect(addressOf({ blockNo: 9, entranceNo: 2 })).toBe('9幢2单元');
    expect(addressOf({ blockNo: 48, entranceNo: null })).toBe('48幢');
  });
});
