import { split } from './components.js';
import type { Costs } from './costs.js';
import { place } from './place.js';
import type { Scratch } from './scratch.js';
import { serve } from './serve.js';
import { sortRows } from './sort.js';
import type { Solution, Transport } from './types.js';

/** A plan as the list of the pairs that it uses; never more than needs and sessions together. */
export interface Plan extends Pick<Solution, 'unserved' | 'sessionPrice'> {
  /** What proves the first level as prices prove the second, see `verify`. */
  readonly sessionClaim: Int32Array;
  readonly usedNeed: Int32Array;
  readonly usedPair: Int32Array;
  readonly usedQuantity: Float64Array;
}

/**
 * The two stages on one thread: who is served, then where. The plan holds nothing of the scratch.
 *
 * @param costs by pair, see `costsOf`.
 * @param order needs from the highest rank to the lowest.
 */
export const plan = (transport: Transport, costs: Costs, order: Int32Array, scratch: Scratch): Plan => {
  const { transport: rows, costs: rowCosts, origin } = sortRows(transport, costs, scratch);
  const service = serve(rows, order, scratch);
  const { used, sessionPrice } = place(rows, rowCosts, service, split(rows, service, scratch), scratch);
  const usedPair = used.pair.slice(0, used.count);
  if (origin) for (let i = 0; i < usedPair.length; i++) usedPair[i] = origin[usedPair[i]!]!;
  return {
    usedNeed: used.need.slice(0, used.count),
    usedPair,
    usedQuantity: used.quantity.slice(0, used.count),
    unserved: service.unserved,
    sessionPrice,
    sessionClaim: service.sessionClaim,
  };
};

export const solutionOf = ({ usedPair, usedQuantity, unserved, sessionPrice }: Plan, pairs: number): Solution => {
  const pairQuantity = new Float64Array(pairs);
  for (let i = 0; i < usedPair.length; i++) pairQuantity[usedPair[i]!] = usedQuantity[i]!;
  return { pairQuantity, unserved, sessionPrice };
};
