import { parseAst } from 'rollup/parseAst'

/** Characters from which on a function is worth passing over. */
const long = 1000

/**
 * A script with what V8 goes by as it compiles it, while the page's own scripts wait:
 *
 * - It passes over the body of a `function`, but reads an arrow function within another in full. What is long, and put off, is
 *   better no arrow.
 * - What is called as the script is evaluated it reads twice, unless it is in parentheses: then it is compiled at once.
 *
 * @param code an arrow function that calls itself
 */
export function compileHints(code) {
  const { body } = parseAst(code).body[0].expression.callee
  const named = new Map(childrenOf(body).flatMap(({ declarations = [] }) => declarations).map(({ id, init }) => [id.name, init]))
  const compiled = new Set()
  const edits = []
  /** Goes through what is evaluated: in functions only where they are called. */
  const evaluate = (node) => {
    if (isLongArrow(node)) edits.push([node.start, node.body.start, 'function()'])
    if (/Function/.test(node.type)) return
    const called = node.type === 'CallExpression' && calledBy(node, named)
    if (called?.type === 'ArrowFunctionExpression' && !compiled.has(called)) {
      compiled.add(called)
      edits.push([called.start, called.start, '('], [called.end, called.end, ')'])
      evaluate(called.body)
    }
    childrenOf(node).forEach(evaluate)
  }
  childrenOf(body).forEach(evaluate)
  // From the end on, where they move nothing that is still to come.
  return edits.toSorted(([one], [other]) => other - one).reduce((text, [start, end, by]) => text.slice(0, start) + by + text.slice(end), code)
}

/** The function of a name, or what a list is gone through with. */
function calledBy({ callee, arguments: [first] }, named) {
  return callee.property?.name === 'map' ? first : named.get(callee.name)
}

/** Of those with parameters or without a body there is none. */
function isLongArrow({ type, start, end, params, body, async }) {
  return type === 'ArrowFunctionExpression' && end - start >= long && !async && !params.length && body.type === 'BlockStatement'
}

function childrenOf(node) {
  return Object.values(node).flat().filter((child) => typeof child?.type === 'string')
}
