import { BEGINNING, linkText } from '../../kernel/chain.js';
import type { Scope } from '../../scope/scope.js';
import { linksAfter } from './audit.repo.js';
import { exportLine } from './export.js';

const BATCH = 1000;

/** The community's chain for verification elsewhere, line by line. A link whose event is gone is left out: the gap tells. */
export async function* exportChain(scope: Scope): AsyncGenerator<string> {
  let { hash: previous, position } = BEGINNING;
  for (let length = BATCH; length === BATCH; ) {
    const after = position;
    const links = await scope.reading(tx => linksAfter(tx, after, BATCH));
    for (const { seal, event } of links) {
      const hash = seal.hash.toString('hex');
      if (event) yield exportLine(hash, linkText(scope.communityId, { ...seal, previous }, event));
      ({ position } = seal);
      previous = hash;
    }
    ({ length } = links);
  }
}
