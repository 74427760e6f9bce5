import { describe, expect, it } from 'vitest';
import { normalizeUscc, organizationCheckCharacter, usccCheckCharacter, usccProblem } from './uscc.js';

const VALID = ['91330105FAKE00099F', '52330105FAKE00064X', '31330105FAKE00048D', '91350100M000100Y43'];

describe('usccProblem', () => {
  it.each(VALID)('accepts %s', code => expect(usccProblem(code)).toBeNull());

  it.each([
    ['91350100M000100Y4Z', 'BAD_FORMAT'],
    ['91350100M000100Y44', 'BAD_CHECK_DIGIT'],
    ['91330105FAKE00099', 'BAD_FORMAT'],
    ['91330105FAKE00099FF', 'BAD_FORMAT'],
    ['91330105fake00099f', 'BAD_FORMAT'],
    ['113301050000000020', 'BAD_CHECK_DIGIT'],
    ['', 'BAD_FORMAT'],
  ])('refuses %s', (code, problem) => expect(usccProblem(code)).toBe(problem));

  it('catches every single wrong character and every swap of neighbors', () => {
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    for (const code of VALID) {
      for (let i = 0; i < 18; i++) {
        for (const other of alphabet)
          if (other !== code[i]) expect(usccProblem(code.slice(0, i) + other + code.slice(i + 1))).not.toBeNull();
        const swapped = code.slice(0, i) + (code[i + 1] ?? '') + code.charAt(i) + code.slice(i + 2);
        if (i < 17 && swapped !== code) expect(usccProblem(swapped)).not.toBeNull();
      }
    }
  });

  it('checks a sum divisible by 31 by 0, and an organisation code divisible by 11 by 0', () => {
    expect(usccCheckCharacter('11330105000000002')).toBe('0');
    expect(organizationCheckCharacter('00000000')).toBe('0');
  });

  it('reads what people type', () => expect(normalizeUscc(' 91330105-fake00099ｆ ')).toBe('91330105FAKE00099F'));
});
