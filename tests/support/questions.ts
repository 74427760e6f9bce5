import {
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { priceOperation } from '../../src/graphql/cost.js';
import { LIMITS } from '../../src/graphql/limits.js';
import { coerceVariables } from '../../src/graphql/variables.js';
import { MAX_BODY } from '../../src/http/body.js';
import type { Caller, Reply } from './caller.js';

/** One field with one set of values, to be asked beside others in one operation. */
export interface Question {
  readonly keyword: 'query' | 'mutation';
  /** The field under an alias, its arguments as variables of their own names and `suffix`. */
  readonly call: (alias: string, suffix: string) => string;
  /** The types of the variables, by name. */
  readonly declared: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What is tried, for people. */
  readonly about: string;
}

/** How one question of an operation was answered: what the field holds, and the errors on its way. */
export interface Answered {
  readonly question: Question;
  readonly status: number;
  readonly data: Reply['data'];
  readonly codes: readonly string[];
}

const NO_FRAGMENTS: ReadonlyMap<string, FragmentDefinitionNode> = new Map();

function operationOf(questions: readonly Question[]): { readonly source: string; readonly variables: Record<string, unknown> } {
  const declared = questions.flatMap((question, i) =>
    Object.entries(question.declared).map(([name, type]) => `$${name}_${i}: ${type}`),
  );
  const calls = questions.map((question, i) => question.call(`a${i}`, `_${i}`));
  const variables = questions.flatMap((question, i) =>
    Object.entries(question.variables).map(([name, value]) => [`${name}_${i}`, value] as const),
  );
  return {
    source: `${questions[0]?.keyword}${declared.length ? `(${declared.join(', ')})` : ''} { ${calls.join(' ')} }`,
    variables: Object.fromEntries(variables),
  };
}

/** What the gate before execution says of a question; null where it lets it pass. Anything but a refusal is thrown on. */
export function refusalAtTheGate(schema: GraphQLSchema, question: Question): string | null {
  const { source, variables } = operationOf([question]);
  const sent = JSON.parse(JSON.stringify(variables)) as Record<string, unknown>;
  const [operation] = parse(source).definitions.filter(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  try {
    priceOperation(schema, operation!, NO_FRAGMENTS, coerceVariables(schema, operation!, sent));
    return null;
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.code === 'BAD_USER_INPUT') return error.message;
    throw error;
  }
}

/** Room for the text of the operation beside its variables. */
const ROOM = MAX_BODY - 10_000;
const sizeOf = ({ variables }: Question): number => Buffer.byteLength(JSON.stringify(variables)) + 200;

/** As few operations as aliases and the body allow, in the same order. */
export function* operationsOf(questions: readonly Question[], most: number = LIMITS.aliases): Generator<readonly Question[]> {
  let batch: Question[] = [];
  let size = 0;
  for (const question of questions) {
    const own = sizeOf(question);
    if (batch.length === most || (batch.length && size + own > ROOM)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(question);
    size += own;
  }
  if (batch.length) yield batch;
}

/**
 * Asks all in one operation. Where one takes the whole answer with it, because no field above it may be null, the others are
 * asked again in halves, so that each is answered.
 */
export async function askTogether(caller: Caller, questions: readonly Question[]): Promise<readonly Answered[]> {
  const { source, variables } = operationOf(questions);
  const { status, data, errors } = await caller.ask(source, variables);
  if (data === null && questions.length > 1) {
    const half = Math.ceil(questions.length / 2);
    return [...(await askTogether(caller, questions.slice(0, half))), ...(await askTogether(caller, questions.slice(half)))];
  }
  return questions.map((question, i) => ({
    question,
    status,
    data: data?.[`a${i}`] ?? null,
    codes: errors.filter(({ path }) => !path || path[0] === `a${i}`).map(({ extensions }) => extensions.code),
  }));
}
