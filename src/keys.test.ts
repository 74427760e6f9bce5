import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.js';
import { KeysRefused, keysFrom } from './keys.js';

const dataDir = mkdtempSync(join(tmpdir(), 'red-alliance-keys-'));
afterAll(() => rmSync(dataDir, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(dataDir, name), text);
  return join(dataDir, name);
};
const ringOf = (variables: Readonly<Record<string, string>>) => keysFrom(loadConfig({ DATA_DIR: dataDir, ...variables })).keys();
const secret = randomBytes(32).toString('base64');

describe('keys come', () => {
  it('from the environment, from files, and of each kind from wherever it was said', async () => {
    const path = file('index.keys', `2:${secret}\n1:${secret}\n`);
    const { data, index } = await ringOf({ DATA_KEYS: `3:${secret}`, INDEX_KEYS_FILE: path });
    expect([...data.keys()]).toEqual([3]);
    expect([...index.keys()]).toEqual([2, 1]);
    expect(index.get(2)?.toString('base64')).toBe(secret);
  });

  it('of our own making, the same again at the next start, and of each kind another', async () => {
    const [first, second] = [await ringOf({}), await ringOf({})];
    expect(second).toEqual(first);
    expect(first.data.get(1)).toHaveLength(32);
    expect(first.index.get(1)).not.toEqual(first.data.get(1));
  });

  it('or not at all, and what the file holds is not repeated', async () => {
    await expect(ringOf({ DATA_KEYS_FILE: join(dataDir, 'nowhere') })).rejects.toThrow('DATA_KEYS_FILE cannot be read: ENOENT');
    const refused = ringOf({ INDEX_KEYS_FILE: file('bad.keys', `one:${secret}`) });
    await expect(refused).rejects.toThrow(KeysRefused);
    await expect(refused).rejects.toThrow(/^INDEX_KEYS_FILE is not of the form/);
    await expect(refused).rejects.not.toThrow(secret);
  });
});
