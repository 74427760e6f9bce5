import { split } from './components.js';
import type { Costs } from './costs.js';
import { place } from './place.js';
import { serve } from './serve.js';
import type { Problem, Solution } from './types.js';

/**
 * The two stages on one thread: who is served, then where.
 *
 * @param costs by pair, see `costsOf`.
 * @param order needs from the highest rank to the lowest.
 */
export const plan = (problem: Problem, costs: Costs, order: Int32Array): Solution => {
  const service = serve(problem, costs, order);
  const sessionPrice = place(problem, costs, service, split(problem, service));
  return { pairQuantity: service.pairQuantity, unserved: service.unserved, sessionPrice };
};
