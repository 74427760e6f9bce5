import { readFile } from 'node:fs/promises';
import type { Config } from './config.js';
import { type KeyProvider, type NumberedKeys, parseKeys } from './kernel/keys.js';
import { keptSecret } from './secrets.js';

/** A key file cannot be read or does not hold keys. Names the setting and never what the file holds. */
export class KeysRefused extends Error {
  override readonly name = 'KeysRefused';
}

/** Keys that the environment holds or the files hold that it names; without either, ones of our own kept in the data directory. */
export const keysFrom = (config: Config): KeyProvider => ({
  async keys() {
    const kept = (name: string): NumberedKeys => new Map([[1, Buffer.from(keptSecret(config.dataDir, name), 'base64url')]]);
    return {
      data: config.dataKeys ?? (await read('DATA_KEYS_FILE', config.dataKeysFile)) ?? kept('data.key'),
      index: config.indexKeys ?? (await read('INDEX_KEYS_FILE', config.indexKeysFile)) ?? kept('index.key'),
      audit: config.auditKeys ?? (await read('AUDIT_KEYS_FILE', config.auditKeysFile)) ?? kept('audit.key'),
    };
  },
});

async function read(setting: string, path: string | null): Promise<NumberedKeys | null> {
  if (path === null) return null;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new KeysRefused(`${setting} cannot be read: ${error.code}`);
  });
  const { keys, problems } = parseKeys(text);
  if (problems.length) throw new KeysRefused(problems.map(problem => `${setting} ${problem}`).join('\n'));
  return keys;
}
