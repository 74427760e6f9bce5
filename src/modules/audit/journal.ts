import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical } from '../../kernel/chain.js';
import type { HeadJournal, JournalPage, SignedHead } from '../../kernel/heads.js';
import { assertUuid, isUuid } from '../../kernel/ids.js';
import type { NumberedKeys } from '../../kernel/keys.js';

/** Names the encoding of heads; a change of it takes a new number. Documented for others in docs/security.md. */
export const HEAD_FORMAT = 'red-alliance-audit-head/1';

/** PKCS #8 of an Ed25519 key (RFC 8410 §7) up to its 32 bytes. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The Ed25519 key that follows from a secret of at least 32 bytes. */
function keyOf(secret: Buffer): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'red-alliance audit head', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

const publicOf = (key: KeyObject): string => createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');

const fileOf = (communityId: string): string => `${assertUuid(communityId)}.jsonl`;

type Unsigned = Omit<SignedHead, 'publicKey' | 'signature'>;

/** What the signature of a head is over. */
const headText = ({ communityId, day, position, hash, signedAt }: Unsigned): Buffer =>
  Buffer.from(canonical([HEAD_FORMAT, communityId, day, position, hash, signedAt]));

const lineOf = (head: SignedHead): string => `${canonical({ format: HEAD_FORMAT, ...head })}\n`;

/** The head that a line holds; null for what is none. */
function headOf(line: string): SignedHead | null {
  try {
    const { format, communityId, day, position, hash, signedAt, publicKey, signature } = JSON.parse(line);
    const isText = [day, hash, signedAt, publicKey, signature].every(value => typeof value === 'string');
    if (format !== HEAD_FORMAT || !isText || !isUuid(communityId) || !Number.isSafeInteger(position)) return null;
    return { communityId, day, position, hash, signedAt: new Date(signedAt), publicKey, signature };
  } catch {
    return null;
  }
}

function isSigned(head: SignedHead): boolean {
  const key = createPublicKey({ key: Buffer.from(head.publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, headText(head), key, Buffer.from(head.signature, 'base64'));
}

/**
 * The heads of a file's text, of those only that one of the keys signed. A last line without its end was being written when the
 * process died: nobody was told of that head.
 */
export function headsIn(text: string, communityId: string, publicKeys: ReadonlySet<string>): JournalPage {
  const lines = text.split('\n').slice(0, -1);
  const heads = lines.flatMap(line => {
    const head = headOf(line);
    return head && head.communityId === communityId && publicKeys.has(head.publicKey) && isSigned(head) ? [head] : [];
  });
  return { heads, altered: heads.length < lines.length };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Takes away what a killed process left of a line. */
async function mend(file: FileHandle): Promise<void> {
  const text = await file.readFile();
  const end = text.lastIndexOf(0x0a) + 1;
  if (end < text.length) await file.truncate(end);
}

/** On the disk, name and content. */
async function settle(file: FileHandle, directory: string): Promise<void> {
  await file.sync();
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * One file of JSON lines a community, in a directory that is best copied to where the database's keepers do not get. Numbered
 * secrets of at least 32 bytes: the first signs, all are believed.
 */
export function createJournal(directory: string, secrets: NumberedKeys): HeadJournal {
  const keys = [...secrets.values()].map(keyOf);
  const [current] = keys;
  if (!current) throw new RangeError('a journal needs a key to sign with');
  const publicKey = publicOf(current);
  const believed = new Set(keys.map(publicOf));
  /** What was read before, while the file stays as it was: signatures take their time. */
  const known = new Map<string, { readonly text: string; readonly page: JournalPage }>();
  return {
    publicKey,
    async read(communityId) {
      const text = await textOf(join(directory, fileOf(communityId)));
      const before = known.get(communityId);
      if (before?.text === text) return before.page;
      const page = headsIn(text, communityId, believed);
      known.set(communityId, { text, page });
      return page;
    },
    async append(unsigned) {
      const head = { ...unsigned, publicKey, signature: sign(null, headText(unsigned), current).toString('base64') };
      await mkdir(directory, { recursive: true });
      const file = await open(join(directory, fileOf(unsigned.communityId)), 'a+');
      try {
        await mend(file);
        await file.appendFile(lineOf(head));
        await settle(file, directory);
      } finally {
        await file.close();
      }
      return head;
    },
  };
}
