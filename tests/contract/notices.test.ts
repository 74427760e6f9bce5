import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app.js';
import { CONSENT_PURPOSES } from '../../src/modules/privacy/consents.domain.js';
import { CURRENT_NOTICE, NOTICES } from '../../src/modules/privacy/notices.js';
import { PROCESSING, PROCESSING_PURPOSES } from '../../src/modules/privacy/purposes.js';

/** Digests of what was published: people agreed to these very words. A change is a new version, added below. */
const PUBLISHED: Readonly<Record<string, string>> = {
  '2026-11': 'e9c05fcf027cd7cd6ff5fe8e2a876d2e782bf1d95c98a91d51ce4cf700f1a1f0',
};
const digest = (notice: object): string => createHash('sha256').update(JSON.stringify(notice)).digest('hex');

describe('privacy notices', () => {
  it('that were published are as they were', () => {
    expect(Object.fromEntries(NOTICES.map(notice => [notice.version, digest(notice)]))).toEqual(PUBLISHED);
  });

  it('are in the order of their dates, and the last one counts', () => {
    const dates = NOTICES.map(({ publishedOn }) => publishedOn);
    expect(dates).toEqual([...new Set(dates)].sort());
    expect(CURRENT_NOTICE).toBe(NOTICES.at(-1));
  });

  it('say everything in both languages', () => {
    for (const { title, sections } of NOTICES)
      for (const { zh, en } of [title, ...sections.flatMap(({ heading, body }) => [heading, body])]) {
        expect(zh).toMatch(/[\u4e00-\u9fff]/);
        expect(en).toMatch(/^[^\u4e00-\u9fff]+$/);
      }
  });
});

describe('the record of processing', () => {
  it('has one line for each purpose, and separate consent exactly where a consent can be given', () => {
    expect(PROCESSING.map(({ purpose }) => purpose)).toEqual(PROCESSING_PURPOSES);
    const asked = PROCESSING.filter(({ lawfulBasis }) => lawfulBasis === 'SEPARATE_CONSENT');
    expect(asked.map(({ consentPurpose }) => consentPurpose).sort()).toEqual([...CONSENT_PURPOSES].sort());
    expect(PROCESSING.filter(({ consentPurpose }) => consentPurpose !== null)).toEqual(asked);
  });

  it('and the notices are there for everybody to read', async () => {
    const { graphql } = await import('graphql');
    const source = `{ now: privacyNotice { version title { zh } sections { heading { zh } body { zh en } } } old: privacyNotice(version: "1999-01") { version }
      processingPurposes { purpose lawfulBasis articles data { zh } retention { zh } receivers { zh } consentPurpose } }`;
    const { data, errors } = await graphql({ schema: createSchema(), source });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ now: { version: CURRENT_NOTICE.version }, old: null });
    expect(data?.processingPurposes).toHaveLength(PROCESSING_PURPOSES.length);
  });
});
