import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationRule,
  type ValueNode,
  visit,
} from 'graphql';
import { isStorable } from '../kernel/text.js';
import { badUserInput } from './errors.js';

/** How large a document may be. Tokens are counted by the parser, cost by `cost.ts`. */
export const LIMITS = {
  /** Fields below each other, fragments followed; introspection has its own limit in graphql-js. */
  depth: 12,
  /** Aliases in one operation, fragments followed: many logins in one request are written so. */
  aliases: 30,
  /** Directives in the whole document. */
  directives: 20,
  /** Levels of lists and objects within one value. */
  inputDepth: 10,
  /** Items of one list in a value. */
  inputItems: 250,
} as const;

interface Measure {
  readonly depth: number;
  readonly aliases: number;
}

/** Refuses documents beyond `LIMITS`, and text that cannot be stored. Runs once a document, after the standard rules. */
export const limitsRule: ValidationRule = context => ({
  Document(document) {
    const problem = documentProblem(document);
    if (problem) context.reportError(problem);
    return false;
  },
});

const tooMuch = (what: string, limit: number): GraphQLError =>
  new GraphQLError(`Too many ${what}: ${limit} are allowed.`, { extensions: { code: 'QUERY_TOO_LARGE', limit } });

function documentProblem(document: DocumentNode): GraphQLError | null {
  const fragments = new Map(
    document.definitions.flatMap(node => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  );
  const measured = new Map<FragmentDefinitionNode, Measure>();

  function fragment(name: string): Measure {
    const node = fragments.get(name);
    if (!node) return { depth: 0, aliases: 0 };
    const known = measured.get(node);
    if (known) return known;
    const measure = below(node.selectionSet);
    measured.set(node, measure);
    return measure;
  }

  function below(set: SelectionSetNode | undefined): Measure {
    let depth = 0;
    let aliases = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        const inner = below(selection.selectionSet);
        aliases += inner.aliases + (selection.alias ? 1 : 0);
        if (!selection.name.value.startsWith('__')) depth = Math.max(depth, 1 + inner.depth);
      } else {
        const inner = selection.kind === Kind.INLINE_FRAGMENT ? below(selection.selectionSet) : fragment(selection.name.value);
        aliases += inner.aliases;
        depth = Math.max(depth, inner.depth);
      }
    }
    return { depth, aliases };
  }

  const operations = document.definitions.filter(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  for (const { selectionSet } of operations) {
    const { depth, aliases } = below(selectionSet);
    if (depth > LIMITS.depth) return tooMuch('levels of fields', LIMITS.depth);
    if (aliases > LIMITS.aliases) return tooMuch('aliases', LIMITS.aliases);
  }
  return literalProblem(document);
}

/** Directives, and what literals hold, in one walk. */
function literalProblem(document: DocumentNode): GraphQLError | null {
  let directives = 0;
  let nesting = 0;
  let problem: GraphQLError | null = null;
  const deeper = (node: ValueNode) => {
    nesting++;
    if (nesting > LIMITS.inputDepth) problem ??= badUserInput(DEEP);
    if (node.kind === Kind.LIST && node.values.length > LIMITS.inputItems) problem ??= badUserInput(LONG);
  };
  const shallower = () => {
    nesting--;
  };
  visit(document, {
    Directive(_node: DirectiveNode) {
      directives++;
    },
    StringValue(node) {
      if (!isStorable(node.value)) problem ??= badUserInput(UNSTORABLE);
    },
    ListValue: { enter: deeper, leave: shallower },
    ObjectValue: { enter: deeper, leave: shallower },
  });
  return problem ?? (directives > LIMITS.directives ? tooMuch('directives', LIMITS.directives) : null);
}

const DEEP = `Values may be nested ${LIMITS.inputDepth} deep.`;
const LONG = `A list may have ${LIMITS.inputItems} items.`;
const UNSTORABLE = 'A text holds a NUL or half of a surrogate pair, which cannot be stored.';

/**
 * Refuses variables that are nested too deep, hold too long a list, or hold text that cannot be stored.
 *
 * @throws GraphQLError BAD_USER_INPUT
 */
export function checkVariables(value: unknown, depth = 0): void {
  if (typeof value === 'string') {
    if (!isStorable(value)) throw badUserInput(UNSTORABLE);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  // The variables themselves are the level above the first.
  if (depth > LIMITS.inputDepth) throw badUserInput(DEEP);
  if (Array.isArray(value)) {
    if (value.length > LIMITS.inputItems) throw badUserInput(LONG);
    for (const item of value) checkVariables(item, depth + 1);
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    if (!isStorable(name)) throw badUserInput(UNSTORABLE);
    checkVariables(item, depth + 1);
  }
}
