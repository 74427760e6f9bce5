import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.js';

const secret = randomBytes(32).toString('base64');
const safe = {
  NODE_ENV: 'production',
  JWT_SECRET: secret,
  DATA_KEYS: `1:${secret}`,
  INDEX_KEYS: `1:${secret}`,
  AUDIT_KEYS: `1:${secret}`,
};

const problemsOf = (variables: Readonly<Record<string, string>>): readonly string[] => {
  try {
    loadConfig(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('configuration', () => {
  it('needs nothing outside production', () => {
    expect(loadConfig({ PORT: '' })).toMatchObject({
      production: false,
      host: '127.0.0.1',
      port: 4000,
      databaseUrl: null,
      dataDir: '.data',
      jwtSecret: null,
      demoData: true,
      corsOrigins: [],
      costLimit: 5000,
    });
  });

  it('tells every problem at once', () => {
    const problems = problemsOf({
      PORT: '65536',
      DATABASE_URL: 'mysql://localhost/x',
      JWT_SECRET: 'short',
      DATA_KEYS: '1:AAAA',
      CORS_ORIGINS: 'https://a.example/path',
      LOG_LEVEL: 'loud',
      DEMO_DATA: 'yes',
    });
    for (const name of ['PORT', 'DATABASE_URL', 'JWT_SECRET', 'DATA_KEYS', 'CORS_ORIGINS', 'LOG_LEVEL', 'DEMO_DATA']) {
      expect(problems.filter(problem => problem.startsWith(`${name} `))).not.toHaveLength(0);
    }
    expect(problems.join()).not.toContain('short,');
  });

  it('starts in production with everything given, and not otherwise', () => {
    expect(loadConfig(safe)).toMatchObject({ production: true, demoData: false, logLevel: 'info' });
    expect(problemsOf({ NODE_ENV: 'production', DEMO_DATA: 'true', CORS_ORIGINS: 'https://a.example,*' })).toHaveLength(6);
    expect(problemsOf({ ...safe, JWT_SECRET: 'x'.repeat(31) })).not.toHaveLength(0);
    expect(problemsOf({ ...safe, JWT_SECRET: 'x'.repeat(64) })).not.toHaveLength(0);
  });

  it('takes a provider to sign in by as a whole, by HTTPS or from this machine', () => {
    const whole = {
      OIDC_ISSUER: 'https://id.example/realm',
      OIDC_CLIENT_ID: 'us',
      OIDC_CLIENT_SECRET: 'x',
      OIDC_REDIRECT_URIS: 'https://a.example/back, http://localhost:5173/back',
    };
    expect(loadConfig({}).oidc).toBeNull();
    expect(loadConfig(whole).oidc).toEqual({
      issuer: 'https://id.example/realm',
      clientId: 'us',
      clientSecret: 'x',
      redirectUris: ['https://a.example/back', 'http://localhost:5173/back'],
    });
    for (const name of Object.keys(whole))
      expect(problemsOf({ ...whole, [name]: '' })).toEqual([expect.stringMatching(`^${name} `)]);
    for (const OIDC_ISSUER of ['http://id.example', 'http://localhost.example', 'ftp://localhost', 'id.example'])
      expect(problemsOf({ ...whole, OIDC_ISSUER })).toEqual([expect.stringMatching(/^OIDC_ISSUER /)]);
    expect(problemsOf({ PUBLIC_URL: 'https://a.example/path' })).not.toHaveLength(0);
    expect(problemsOf({ PUBLIC_URL: '*' })).not.toHaveLength(0);
  });

  it('reads numbered keys', () => {
    const keys = loadConfig({ DATA_KEYS: `2:${secret}, 1:${secret}` }).dataKeys;
    expect([...(keys?.keys() ?? [])]).toEqual([2, 1]);
    expect(keys?.get(1)).toHaveLength(32);
  });

  it('takes keys from a file instead, never from both', () => {
    const { DATA_KEYS, ...rest } = safe;
    expect(problemsOf(rest)).toHaveLength(1);
    expect(loadConfig({ ...rest, DATA_KEYS_FILE: '/run/keys' })).toMatchObject({ dataKeys: null, dataKeysFile: '/run/keys' });
    expect(problemsOf({ ...safe, INDEX_KEYS_FILE: '/run/keys' })).toEqual(['INDEX_KEYS and INDEX_KEYS_FILE are both set']);
  });

  it('tells what does not parse and what production refuses in one go', () => {
    try {
      loadConfig({
        NODE_ENV: 'production',
        PORT: 'x',
        JWT_SECRET: 'short',
        CORS_ORIGINS: 'https://a.example, *',
        DATABASE_OWNER_URL: 'postgres://a/b',
      });
      expect.unreachable();
    } catch (error) {
      const { problems } = error as ConfigError;
      for (const name of ['PORT', 'JWT_SECRET', 'DATA_KEYS', 'CORS_ORIGINS', 'DATABASE_OWNER_URL'])
        expect(problems.some(line => line.startsWith(name))).toBe(true);
    }
  });
});
