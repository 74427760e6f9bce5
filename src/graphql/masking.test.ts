import { GraphQLError } from 'graphql';
import postgres from 'postgres';
import { expect, it } from 'vitest';
import { maskError } from './masking.js';

const codeFor = (fields: object): unknown => {
  const root = Object.assign(new postgres.PostgresError('what it says is for the log'), fields);
  const error = new GraphQLError('failed', { originalError: new Error('query failed', { cause: root }) });
  return maskError(error, { requestId: 'r', log: () => {} }).extensions.code;
};

it.each([
  ['a statement that took too long', { code: '57014', severity: 'ERROR' }, 'TIMEOUT'],
  ['a connection cut at its greeting', { code: '57014', severity: 'FATAL' }, 'UNAVAILABLE'],
  ['a connection cut at work', { code: '57P01', severity: 'FATAL' }, 'UNAVAILABLE'],
  ['a transaction that idled too long', { code: '25P03', severity: 'FATAL' }, 'UNAVAILABLE'],
  ['no connection left', { code: '53300', severity: 'FATAL' }, 'UNAVAILABLE'],
  ['a lock that others hold', { code: '55P03', severity: 'ERROR' }, 'BUSY'],
  ['a mistake of ours', { code: '42601', severity: 'ERROR' }, 'INTERNAL_SERVER_ERROR'],
])('%s has its code', (_, fields, code) => {
  expect(codeFor(fields)).toBe(code);
});
