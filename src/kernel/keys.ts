/** Secrets by number, 1 to 127; the first is the one that new values are made with, the others are still understood. */
export type NumberedKeys = ReadonlyMap<number, Buffer>;

/** What seals personal columns, and what makes them findable: two kinds, so that each can be changed and retired by itself. */
export interface VaultKeys {
  readonly data: NumberedKeys;
  readonly index: NumberedKeys;
}
/** The same, and what signs the heads of the audit chain. */
export interface KeyRing extends VaultKeys {
  readonly audit: NumberedKeys;
}

/**
 * Where keys come from, asked once at the start of the process: the environment, files, or a key management service that
 * unwraps them (envelope encryption, NIST SP 800-57 part 1 §6.2).
 */
export interface KeyProvider {
  keys(): Promise<KeyRing>;
}

export const MIN_KEY_BYTES = 32;
/** A sealed value has one byte for it. */
const MAX_KEY_NUMBER = 127;
const FORM = /^(\d{1,3}):([A-Za-z0-9+/_-]+={0,2})$/;

/** Keys written as `2:base64,1:base64`, the current one first, on one line or several. */
export function parseKeys(text: string): { readonly keys: NumberedKeys; readonly problems: readonly string[] } {
  const keys = new Map<number, Buffer>();
  const problems: string[] = [];
  for (const part of text.trim().split(/[,\s]+/)) {
    const [, number, encoded] = FORM.exec(part) ?? [];
    const [id, key] = [Number(number), Buffer.from(encoded ?? '', 'base64')];
    if (!number || id < 1 || id > MAX_KEY_NUMBER)
      problems.push(`is not of the form 2:base64,1:base64 with numbers 1 to ${MAX_KEY_NUMBER}`);
    else if (key.length < MIN_KEY_BYTES) problems.push(`key ${id} has fewer than ${MIN_KEY_BYTES} bytes`);
    else if (keys.has(id)) problems.push(`has two keys ${id}`);
    else keys.set(id, key);
  }
  return { keys, problems };
}

/** The number of the key that new values are made with. Throws on keys that nothing should be sealed with. */
export function currentKey(keys: NumberedKeys): number {
  for (const [number, key] of keys) {
    if (!Number.isInteger(number) || number < 1 || number > MAX_KEY_NUMBER)
      throw new RangeError(`a key is numbered 1 to ${MAX_KEY_NUMBER}`);
    if (key.length < MIN_KEY_BYTES) throw new RangeError(`a key has at least ${MIN_KEY_BYTES} bytes`);
  }
  const [first] = keys.keys();
  if (first === undefined) throw new RangeError('there is no key');
  return first;
}
