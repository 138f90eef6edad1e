/**
 * Every condition of a source file, and what removing it alone would be: one of several joined by `&&` becomes true, one of several joined
 * by `||` false; an `if` is never entered; a choice, or a comparison handed on, is made both ways. Read from the syntax tree.
 */
import { parseAst } from 'vitest/node';

export interface Condition {
  /** `<function>.<nth condition in it>`. */
  readonly name: string;
  readonly functions: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly instead: readonly ('true' | 'false')[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}
type Kind = 'if' | 'choice' | 'value';

const COMPARISONS = new Set(['===', '!==', '<', '>', '<=', '>=', '==', '!=', 'in', 'instanceof']);
const WRAPPERS = new Set(['ParenthesizedExpression', 'TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression']);
const TESTED: Readonly<Record<string, Kind>> = {
  IfStatement: 'if',
  WhileStatement: 'if',
  DoWhileStatement: 'if',
  // Made true it would never end.
  ForStatement: 'if',
  ConditionalExpression: 'choice',
};
const ASKS_EACH = new Set(['some', 'every', 'filter', 'find', 'findLast']);

export function findConditions(source: string, file: string): Condition[] {
  const found: Condition[] = [];
  const counts = new Map<string, number>();

  const leaf = (node: Node, instead: Condition['instead'], inside: readonly string[]) => {
    const own = inside.at(-1) ?? 'module';
    const nth = (counts.get(own) ?? 0) + 1;
    counts.set(own, nth);
    const { start, end } = node;
    found.push({ name: `${own}.${nth}`, functions: inside, start, end, text: source.slice(start, end), instead });
    within(node, inside);
  };

  const condition = (raw: Node, kind: Kind, inside: readonly string[], joint: '&&' | '||' | null = null): void => {
    const node = unwrapped(raw);
    const operator = joinedBy(node);
    if (operator !== null) {
      condition(node['left'] as Node, kind, inside, operator);
      condition(node['right'] as Node, kind, inside, operator);
      return;
    }
    if (node.type === 'UnaryExpression' && node['operator'] === '!') {
      const argument = unwrapped(node['argument'] as Node);
      if (joinedBy(argument) !== null) {
        condition(argument, kind, inside);
        return;
      }
    }
    if (joint !== null) leaf(node, [joint === '&&' ? 'true' : 'false'], inside);
    else leaf(node, kind === 'if' ? ['false'] : ['true', 'false'], inside);
  };

  const walk = (node: Node, inside: readonly string[]): void => {
    if (node.type.startsWith('TS') && !WRAPPERS.has(node.type)) return;
    const tested = TESTED[node.type];
    const name = nameOf(node);
    const isNegation = node.type === 'UnaryExpression' && node['operator'] === '!';
    if (name !== null) walkChildren(node, [...inside, name]);
    else if (tested !== undefined && isNode(node['test'])) {
      condition(node['test'], tested, inside);
      walkChildren(node, inside, 'test');
    } else if (joinedBy(node) !== null || isComparison(node) || isNegation) condition(node, 'value', inside);
    else within(node, inside);
  };

  const within = (node: Node, inside: readonly string[]): void => {
    const asked = askedOfEach(node);
    // Comparisons and what is joined are found on the way.
    if (asked === null || isComparison(asked) || joinedBy(asked) !== null) walkChildren(node, inside);
    else {
      walk(node['callee'] as Node, inside);
      condition(asked, 'value', inside);
    }
  };

  const walkChildren = (node: Node, inside: readonly string[], but?: string): void => {
    for (const [key, value] of Object.entries(node))
      if (key !== but) for (const child of [value].flat()) if (isNode(child)) walk(child, inside);
  };

  walk(parseAst(source, { lang: file.endsWith('.tsx') ? 'tsx' : 'ts' }) as unknown as Node, []);
  return found;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const unwrapped = (node: Node): Node => (WRAPPERS.has(node.type) ? unwrapped(node['expression'] as Node) : node);

const isComparison = (node: Node): boolean =>
  node.type === 'BinaryExpression' && COMPARISONS.has(node['operator'] as string);

function joinedBy(node: Node): '&&' | '||' | null {
  const operator = node.type === 'LogicalExpression' ? node['operator'] : null;
  return operator === '&&' || operator === '||' ? operator : null;
}

/** What a list is asked of each of its members, when it is one expression. */
function askedOfEach(node: Node): Node | null {
  const callee = node['callee'];
  if (node.type !== 'CallExpression' || !isNode(callee) || callee.type !== 'MemberExpression') return null;
  if (!ASKS_EACH.has((callee['property'] as { name?: string }).name ?? '')) return null;
  const [asked] = node['arguments'] as Node[];
  if (asked?.type !== 'ArrowFunctionExpression') return null;
  const body = asked['body'] as Node;
  return body.type === 'BlockStatement' ? null : unwrapped(body);
}

/** Of what has a name of its own: a function, a constant, a method, a property that is a function. */
function nameOf(node: Node): string | null {
  const named = node['id'] ?? node['key'];
  if (!isNode(named) || named.type !== 'Identifier') return null;
  const value = node['value'] ?? node['init'];
  const isFunction = (each: unknown) => isNode(each) && /^(Arrow)?Function/.test(each.type);
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') return named['name'] as string;
  if (node.type === 'VariableDeclarator' || node.type === 'MethodDefinition' || node.type === 'Property')
    return isFunction(value) ? (named['name'] as string) : null;
  return null;
}
