import { expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { TEXTS } from '../support/personal-fields.js';
import { undecided } from '../support/undecided.js';

it('every text that can be asked for is known to be personal or not', () => {
  const entries = Object.values(TEXTS).flatMap(group => (Array.isArray(group) ? group : Object.keys(group)));
  expect(undecided(createSchema(), ['String', 'LocalDate'], entries)).toEqual({ fields: [], entries: [] });
});
