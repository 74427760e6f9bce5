import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Actor } from '../../src/kernel/actor.js';
import { type createAsk, gid } from './ask.js';
import { WORLD } from './world.js';

const errors =
  'userErrors { code message path ... on StaleVersionError { currentVersion } ... on InvalidStateError { from to } ... on IncompleteError { missing } ... on InvalidInputError { rule limit } }';
const FIELDS =
  'id title state version lastAssuredOn pauseReason availableTransitions capacityStatus category { code } validity { startsOn endsOn } filing { number validUntil } eligibility { minAgeMonths maxAgeMonths careCategories buildings { id } } serviceArea { code }';

/** The document of an offer's mutation, with everything that tests look at. */
export const offerMutation = (name: string) =>
  `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { offer { ${FIELDS} } ${errors} } }`;

/** Runs an offer's mutations, and drafts offers of the clinic. */
export function offering(ask: ReturnType<typeof createAsk>) {
  const run = async (actor: Actor, name: string, input: object) => {
    const answer = await ask(actor, offerMutation(name), { input });
    expect(answer.errors).toBeUndefined();
    return answer.data?.[name];
  };
  const create = (actor: Actor, input: object = {}, organization: string = WORLD.clinic) =>
    run(actor, 'offerCreate', {
      organizationId: gid('Organization', organization),
      idempotencyKey: randomUUID(),
      title: '义诊',
      ...input,
    });
  return { run, create };
}
