import {
  coerceInputValue,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  isInputType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { checkVariables } from './limits.js';
import { withoutValue } from './masking.js';

const MAX_ERRORS = 5;

/**
 * The variables as the operation declares them, with defaults.
 *
 * @throws GraphQLError BAD_USER_INPUT with every problem that was found, by path and never with the value: it may be a
 * telephone number
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  checkVariables(inputs);
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], inputs, { maxErrors: MAX_ERRORS });
  if (coerced) return coerced;
  const problems = problemsOf(schema, operation, inputs);
  throw new GraphQLError(
    problems.map(({ variable, path, message }) => `$${[variable, ...path].join('.')}: ${message}`).join(' '),
    {
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 }, problems },
    },
  );
}

interface VariableProblem {
  readonly variable: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

function problemsOf(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  inputs: Readonly<Record<string, unknown>>,
): readonly VariableProblem[] {
  const problems: VariableProblem[] = [];
  for (const definition of variableDefinitions) {
    const variable = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) continue;
    const isGiven = Object.hasOwn(inputs, variable);
    if (!isGiven && definition.type.kind !== 'NonNullType') continue;
    if (!isGiven) {
      if (!definition.defaultValue) problems.push({ variable, path: [], message: `A value of type "${type}" is required.` });
      continue;
    }
    coerceInputValue(inputs[variable], type, (path, _value, error) => {
      problems.push({ variable, path, message: withoutValue(error) });
    });
  }
  return problems.slice(0, MAX_ERRORS);
}
