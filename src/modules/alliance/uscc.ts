/**
 * 统一社会信用代码, GB 32100-2015: 18 characters; 9–17 are the organisation code with a check digit of its own (GB 11714),
 * 18 checks the whole. No I, O, S, V, Z.
 */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const INNER_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const INNER_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** As people type it: upper case, without spaces and dashes. */
export const normalizeUscc = (text: string): string => text.normalize('NFKC').replace(/[\s-]/gu, '').toUpperCase();

/** The 18th character, for the first 17. The second modulus matters: a sum divisible by 31 gives 0, not the character behind the last. */
export const usccCheckCharacter = (first17: string): string =>
  ALPHABET.charAt(
    (31 - (WEIGHTS.reduce((total, weight, i) => total + weight * ALPHABET.indexOf(first17.charAt(i)), 0) % 31)) % 31,
  );

/** The check character of an organisation code, for its first eight (GB 11714): 10 is written X, 11 is written 0. */
export function organizationCheckCharacter(first8: string): string {
  const check =
    11 - (INNER_WEIGHTS.reduce((total, weight, i) => total + weight * INNER_ALPHABET.indexOf(first8.charAt(i)), 0) % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}

/** What is wrong with a code: its form, or one of its two check characters; null when both fit. */
export function usccProblem(code: string): 'BAD_FORMAT' | 'BAD_CHECK_DIGIT' | null {
  if (code.length !== 18 || [...code].some(character => !ALPHABET.includes(character))) return 'BAD_FORMAT';
  const fits = usccCheckCharacter(code.slice(0, 17)) === code[17] && organizationCheckCharacter(code.slice(8, 16)) === code[16];
  return fits ? null : 'BAD_CHECK_DIGIT';
}
