import ts from 'typescript'

/** One test, or one row of a table of tests. */
export interface NamedTest {
  /** What its name says that it holds, or that of a `describe` around it: `PT13`, `edge 18`, `input 4`. */
  ids: ReadonlySet<string>
}

const family = '(PV|PT|SS|AR)'
const requirement = new RegExp(String.raw`\b${family}(\d{2})(?:\s?[–-]\s?(?:\1)?(\d{2}))?(?!\d)`, 'g')
const numbered = /\b(edge|input)s? (\d{1,2}(?:(?:, | and )\d{1,2})*)(?!\d)/g

/**
 * The requirements, edge cases and bad inputs that a text names, ranges and lists spelled out.
 * @example
 * findIds('PV11–PV14, SS08 attribution') // PV11, PV12, PV13, PV14, SS08
 * findIds('inputs 4 and 5: refuses it') // input 4, input 5
 */
export function findIds(text: string): string[] {
  return [...findRequirements(text), ...findNumbered(text)]
}

function findRequirements(text: string): string[] {
  return [...text.matchAll(requirement)].flatMap(([, family, first, last]) => {
    const length = Math.max(1, Number(last ?? first) - Number(first) + 1)
    return Array.from({ length }, (_, index) => `${family}${String(Number(first) + index).padStart(2, '0')}`)
  })
}

function findNumbered(text: string): string[] {
  return [...text.matchAll(numbered)].flatMap(([, kind, numbers]) => numbers!.split(/, | and /).map((number) => `${kind} ${Number(number)}`))
}

/**
 * The tests of a file, by its syntax: calls of `test`, `it` and `describe`, also as `test.each(rows)(name, …)` and
 * `describe.skipIf(…)(name, …)`, and of contracts such as `testHitStore(name, …)`. Comments and other strings do not
 * count, nor does what is switched off by `skip` or `todo`, with all that is in it. Of a table, each row is a test, and a title that is a row's is that row's alone.
 */
export function findTests(code: string): NamedTest[] {
  const file = ts.createSourceFile('test.ts', code, ts.ScriptTarget.Latest, true)
  const tests: NamedTest[] = []
  visit(file, [])
  return tests

  function visit(node: ts.Node, outer: readonly string[]): void {
    const kind = ts.isCallExpression(node) ? kindOf(node.expression) : undefined
    if (kind === undefined || !ts.isCallExpression(node) || node.arguments[0] === undefined || !isName(node.arguments[0])) {
      ts.forEachChild(node, (child) => visit(child, outer))
      return
    }
    if (isOff(node.expression)) return
    const own = [...outer, ...findIds(textOf(node.arguments[0]))]
    const rows = rowsOf(node.expression, file)
    if (kind !== 'describe') for (const row of rows ?? [undefined]) tests.push({ ids: new Set([...own, ...(row === undefined ? [] : findIds(titlesOf(row)))]) })
    const inherited = kind === 'describe' && rows !== undefined ? [...own, ...findIds(rows.map(titlesOf).join(' '))] : own
    for (const argument of node.arguments) ts.forEachChild(argument, (child) => visit(child, inherited))
  }
}

/** What a callee such as `test`, `describe.skip` or `it.each(rows)` begins with. */
function kindOf(callee: ts.Expression): 'describe' | 'test' | 'contract' | undefined {
  let root = callee
  while (!ts.isIdentifier(root)) {
    if (ts.isCallExpression(root) || ts.isPropertyAccessExpression(root)) root = root.expression
    else if (ts.isTaggedTemplateExpression(root)) root = root.tag
    else return undefined
  }
  if (root.text === 'describe') return 'describe'
  if (root.text === 'test' || root.text === 'it') return 'test'
  return root === callee && /^test[A-Z]/.test(root.text) ? 'contract' : undefined
}

/** Whether a callee says `skip` or `todo` anywhere: `describe.skip`, `test.skip.each(rows)`. */
function isOff(callee: ts.Expression): boolean {
  if (ts.isCallExpression(callee)) return isOff(callee.expression)
  return ts.isPropertyAccessExpression(callee) && (callee.name.text === 'skip' || callee.name.text === 'todo' || isOff(callee.expression))
}

function isName(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
}

function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isTemplateExpression(node)) return ''
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(' ')
}

/** The rows of `….each(rows)`, where they stand in the file as a list; undefined where there is no table. */
function rowsOf(callee: ts.Expression, file: ts.SourceFile): readonly ts.Expression[] | undefined {
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression) || callee.expression.name.text !== 'each') return undefined
  let table: ts.Expression | undefined = callee.arguments[0]
  if (table !== undefined && ts.isIdentifier(table)) table = valueOf(table.text, file)
  while (table !== undefined && (ts.isAsExpression(table) || ts.isSatisfiesExpression(table))) table = table.expression
  return table !== undefined && ts.isArrayLiteralExpression(table) && !table.elements.some(ts.isSpreadElement) ? table.elements : undefined
}

function valueOf(name: string, file: ts.SourceFile): ts.Expression | undefined {
  let found: ts.Expression | undefined
  const look = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === name) found ??= node.initializer
    ts.forEachChild(node, look)
  }
  look(file)
  return found
}

/** What of a row is put into the name: its first text, or its texts by name. */
function titlesOf(row: ts.Expression): string {
  if (ts.isArrayLiteralExpression(row)) return row.elements[0] === undefined ? '' : textOf(row.elements[0])
  if (ts.isObjectLiteralExpression(row)) return row.properties.map((property) => (ts.isPropertyAssignment(property) ? textOf(property.initializer) : '')).join(' ')
  return textOf(row)
}
