import { DEMO_PASSWORD } from '../../src/seeds/index.js';

export interface Reply {
  readonly status: number;
  /** The answer as it was sent. */
  readonly text: string;
  // The shape depends on the query; tests read it freely.
  readonly data: any;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
}

/** Somebody with an access token, over HTTP. */
export interface Caller {
  /** Whatever the server answers, errors included. Rejects only when nobody answers. */
  readonly ask: (source: string, variables?: Readonly<Record<string, unknown>>) => Promise<Reply>;
  /** The data of an operation that must go well. */
  readonly read: (source: string, variables?: Readonly<Record<string, unknown>>) => Promise<Reply['data']>;
  /** The payload of the mutation `name`, whether it was refused or not. */
  readonly change: (name: string, input: Readonly<Record<string, unknown>>, selection?: string) => Promise<Reply['data']>;
  /** The same for one that must go well. */
  readonly changed: (name: string, input: Readonly<Record<string, unknown>>, selection: string) => Promise<Reply['data']>;
}

const USER_ERRORS = 'userErrors { code path message }';

export function callerOf(url: string, headers: Readonly<Record<string, string>> = {}): Caller {
  const ask: Caller['ask'] = async (query, variables = {}) => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const text = await answer.text();
    const { data = null, errors = [] } = JSON.parse(text) as Partial<Reply>;
    return { status: answer.status, text, data, errors };
  };
  const read: Caller['read'] = async (source, variables) => {
    const { data, errors } = await ask(source, variables);
    if (errors.length) throw new Error(`${source}\n${JSON.stringify(errors)}`);
    return data;
  };
  const change: Caller['change'] = async (name, input, selection = '') => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const data = await read(`mutation($input: ${type}!) { ${name}(input: $input) { ${selection} ${USER_ERRORS} } }`, { input });
    return data[name];
  };
  return {
    ask,
    read,
    change,
    async changed(name, input, selection) {
      const payload = await change(name, input, selection);
      if (payload.userErrors.length) throw new Error(`${name} ${JSON.stringify(input)}: ${JSON.stringify(payload.userErrors)}`);
      return payload;
    },
  };
}

/** An access token for an account of the demonstration. */
export async function tokenOf(url: string, login: string): Promise<string> {
  const { accessToken } = await callerOf(url).changed('signIn', { login, password: DEMO_PASSWORD }, 'accessToken');
  return accessToken;
}

/** Signs in with the password of the demonstration. */
export const signIn = async (url: string, login: string, headers: Readonly<Record<string, string>> = {}): Promise<Caller> =>
  callerOf(url, { ...headers, authorization: `Bearer ${await tokenOf(url, login)}` });

/** Every page of a connection, to its end. `source` asks with `$after` for the connection that `pick` finds in the data. */
export async function everyNode(
  caller: Caller,
  source: string,
  variables: Readonly<Record<string, unknown>>,
  pick: (data: Reply['data']) => Reply['data'],
): Promise<readonly Reply['data'][]> {
  const nodes: Reply['data'][] = [];
  for (let after: string | null = null; ; ) {
    const { edges, pageInfo } = pick(await caller.read(source, { ...variables, after }));
    nodes.push(...edges.map(({ node }: { readonly node: unknown }) => node));
    if (!pageInfo.hasNextPage) return nodes;
    after = pageInfo.endCursor;
  }
}
