import { describe, expect, it } from 'vitest';
import { KINSHIP_RELATIONS } from '../../kernel/vocabulary.js';
import { CONSENT_PURPOSES, dataClassOf, isGuarded, isGuardian } from './consents.domain.js';

describe('a child', () => {
  it('is guarded until the day on which it is fourteen', () => {
    expect(isGuarded('2012-12-02', '2026-12-01')).toBe(true);
    expect(isGuarded('2012-12-02', '2026-12-02')).toBe(false);
    expect(isGuarded('2012-02-29', '2026-02-28')).toBe(true);
  });

  it('has a parent or guardian speak for it', () => {
    expect(KINSHIP_RELATIONS.filter(isGuardian)).toEqual(['PARENT', 'GUARDIAN']);
  });
});

it('data are sensitive where health is concerned, and all of a child’s', () => {
  const classes = (guarded: boolean) => CONSENT_PURPOSES.map(purpose => dataClassOf(purpose, guarded));
  expect(classes(false)).toEqual(['GENERAL', 'SENSITIVE', 'SENSITIVE']);
  expect(classes(true)).toEqual(['SENSITIVE', 'SENSITIVE', 'SENSITIVE']);
});
