import type { Problem } from '../../kernel/failures.js';
import { normalize } from '../../kernel/text.js';

const FORM = /^(?:(?:\+?86|0086)?(1[3-9]\d{9})|(?:0|(?:\+?86|0086)0?)571(\d{8}))$/;

/** E.164 of a mobile number of the mainland or a landline of Hangzhou, however it was typed; null for anything else. */
export function toE164(typed: string): string | null {
  const found = FORM.exec(normalize(typed).replace(/[\s()‐‑‒–—−-]/gu, ''));
  if (!found) return null;
  return found[1] ? `+86${found[1]}` : `+86571${found[2]}`;
}

export const phoneProblem = (path: readonly string[], typed: string): Problem | null =>
  toE164(typed) === null ? { path, rule: 'BAD_FORMAT' } : null;

/** As people of the country write it: `13812341234`, `0571-88001234`. */
export const fromE164 = (phone: string): string => phone.replace(/^\+86571(\d{8})$/, '0571-$1').replace(/^\+86(\d{11})$/, '$1');

/** Enough to tell two numbers apart, not to call: `138****1234`, `0571-****1234`. */
export const maskPhone = (phone: string): string => fromE164(phone).replace(/\d{4}(?=\d{4}$)/, '****');
