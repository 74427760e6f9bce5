import { type ChainFlaw, type ChainHead, ChainWalk } from '../../kernel/chain.js';
import type { JournalPage } from '../../kernel/heads.js';

/** An exported chain: a line a link, its hash, a space, and the text that it is taken of. Whoever has SHA-256 can check it. */
export const exportLine = (hash: string, text: string): string => `${hash} ${text}`;

const LINE = /^([0-9a-f]{64}) (\[.*\])$/;

function linkOf(line: string) {
  const [, hash = '', text = ''] = LINE.exec(line) ?? [];
  try {
    const [, communityId, position, previous] = JSON.parse(text) as readonly unknown[];
    return { hash, text, communityId, position: Number(position), previous };
  } catch {
    return null;
  }
}

export interface ExportReport {
  readonly broken: { readonly flaw: ChainFlaw; readonly position: number } | null;
  /** The last sound link. */
  readonly head: ChainHead;
}

/** Verifies the exported chain of a community, from its lines alone and the heads that were kept of it. */
export async function verifyExport(
  lines: AsyncIterable<string>,
  communityId: string,
  { heads, altered }: JournalPage,
): Promise<ExportReport> {
  const walk = new ChainWalk(undefined, heads);
  const broken = (flaw: ChainFlaw): ExportReport => ({ broken: { flaw, position: walk.head.position + 1 }, head: walk.head });
  if (altered) return broken('HEADS_ALTERED');
  for await (const line of lines) {
    const link = linkOf(line);
    if (!link || link.communityId !== communityId) return broken('WRONG_HASH');
    const follows = link.position !== walk.head.position + 1 || link.previous === walk.head.hash;
    const flaw = follows ? walk.step(link, link.text) : 'WRONG_HASH';
    if (flaw) return broken(flaw);
  }
  const cut = walk.end();
  return cut ? broken(cut) : { broken: null, head: walk.head };
}
