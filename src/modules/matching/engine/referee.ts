import type { Constraints } from './constraints.js';
import type { Problem } from './types.js';

/**
 * Another solver, asked where the search gets long. It is not trusted with feasibility or worth, which are checked, but with its
 * word that nothing is better.
 *
 * @returns by pair what the best plan gives; null when it cannot tell, as where numbers are too large for it or time ran out.
 */
export type Referee = (problem: Problem, constraints: Constraints, milliseconds: number) => Float64Array | null;
