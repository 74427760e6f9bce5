import type { Constraints } from './constraints.js';
import type { Problem } from './types.js';

const expectInteger = (name: string, value: number, most: number): void => {
  if (!(Number.isInteger(value) && value >= 0 && value <= most))
    throw new RangeError(`${name} must be an integer from 0 to ${most}, got ${value}`);
};

const expectByIndex = (name: string, values: ArrayLike<number>, count: number): void => {
  if (values.length !== 0 && values.length !== count)
    throw new RangeError(`${name} must be empty or have length ${count}, got ${values.length}`);
};

const expectMinimums = (name: string, values: Float64Array, count: number): void => {
  if (!(values instanceof Float64Array)) throw new TypeError(`${name} must be a Float64Array`);
  expectByIndex(name, values, count);
  for (let i = 0; i < values.length; i++) expectInteger(`${name}[${i}]`, values[i]!, Number.MAX_SAFE_INTEGER);
};

const expectIndices = (name: string, values: Int32Array, count: number): void => {
  if (!(values instanceof Int32Array)) throw new TypeError(`${name} must be an Int32Array`);
  for (let i = 0; i < values.length; i++) expectInteger(`${name}[${i}]`, values[i]!, count - 1);
};

const expectTwoByTwo = (name: string, values: Int32Array, count: number): void => {
  expectIndices(name, values, count);
  if (values.length % 2 !== 0) throw new RangeError(`${name} must have an even length, got ${values.length}`);
  for (let i = 0; i < values.length; i += 2)
    if (values[i] === values[i + 1]) throw new RangeError(`${name}[${i + 1}] repeats ${name}[${i}]: ${values[i]}`);
};

const expectCaps = ({ caps }: Constraints, { needCount }: Problem): void => {
  for (const [i, { needs, limit }] of caps.entries()) {
    expectIndices(`caps[${i}].needs`, needs, needCount);
    if (new Set(needs).size !== needs.length) throw new RangeError(`caps[${i}].needs has a need twice`);
    expectInteger(`caps[${i}].limit`, limit, Number.MAX_SAFE_INTEGER);
  }
};

const expectQuotas = ({ quotas, needGroup }: Constraints, { needCount, sessionCount, sessionCapacity }: Problem): void => {
  if (!(needGroup instanceof Int32Array)) throw new TypeError('needGroup must be an Int32Array');
  expectByIndex('needGroup', needGroup, needCount);
  const left = Float64Array.from(sessionCapacity);
  for (const [i, { session, group, places }] of quotas.entries()) {
    expectInteger(`quotas[${i}].session`, session, sessionCount - 1);
    expectInteger(`quotas[${i}].group`, group, 0x7fffffff);
    expectInteger(`quotas[${i}].places`, places, Number.MAX_SAFE_INTEGER);
    left[session] = left[session]! - places;
    if (left[session]! < 0) throw new RangeError(`quotas[${i}] reserves more than the capacity of session ${session}`);
  }
};

/**
 * Checks that rules are well formed and about a (well-formed) problem.
 *
 * @throws TypeError when an array is of the wrong kind.
 * @throws RangeError that names the first wrong index.
 */
export const expectConstraints = (problem: Problem, constraints: Constraints): void => {
  const { needCount, sessionCount, pairSession } = problem;
  expectMinimums('sessionMinimum', constraints.sessionMinimum, sessionCount);
  expectMinimums('needMinimum', constraints.needMinimum, needCount);
  expectTwoByTwo('exclusivePairs', constraints.exclusivePairs, pairSession.length);
  expectTwoByTwo('exclusiveSessions', constraints.exclusiveSessions, sessionCount);
  expectTwoByTwo('togetherNeeds', constraints.togetherNeeds, needCount);
  expectCaps(constraints, problem);
  expectQuotas(constraints, problem);
};
