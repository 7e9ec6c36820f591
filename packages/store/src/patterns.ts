import { RE2JS } from 're2js'

/** Whether a value matches. */
export type Pattern = (value: string) => boolean

/** Longest pattern, in UTF-16 units. */
const longestPattern = 1000
/** `.{1000}` is few letters and a thousand instructions, each of which may be gone through for every letter of a value. */
const longestProgram = 1000
/** A dashboard asks with one pattern several times. A compiled one learns up to some 100 kB of states. */
const mostPatterns = 20
/** Letters of the values whose answers are kept for each pattern: pages repeat, and the automaton takes microseconds. */
const mostLetters = 100_000

const compiled = new Map<string, Pattern>()

/**
 * Compiles a regular expression in RE2's syntax (github.com/google/re2/wiki/Syntax), which matches anywhere in a value unless it says `^` and `$`.
 *
 * Not `RegExp`: that goes back and tries again, and a pattern such as `(a+)+$` takes longer than the universe for a page of
 * forty letters that anybody may visit. RE2's automata take a time that grows with the length of the value, whatever the
 * two are; in return there are no lookaheads and no back references. `re2js` is RE2 in plain JavaScript, so it runs
 * wherever the store does.
 *
 * @throws RangeError for a pattern that is none, or too long: at most 1000 characters, and 1000 instructions
 * @example
 * compilePattern('^/blog/[0-9]+$')('/blog/12') // true
 */
export function compilePattern(text: string, caseSensitive: boolean = true): Pattern {
  const key = `${caseSensitive ? 's' : 'i'}${text}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  const pattern = remember(compile(text, caseSensitive))
  if (compiled.size >= mostPatterns) compiled.clear()
  compiled.set(key, pattern)
  return pattern
}

function compile(text: string, caseSensitive: boolean): Pattern {
  if (text.length > longestPattern) throw new RangeError(`the pattern ${quote(text)} is longer than ${longestPattern} characters`)
  const pattern = parse(text, caseSensitive)
  if (pattern.programSize() > longestProgram) throw new RangeError(`the pattern ${quote(text)} repeats too much: write it with smaller numbers in {}`)
  return (value) => pattern.test(value)
}

function parse(text: string, caseSensitive: boolean): RE2JS {
  try {
    return RE2JS.compile(text, caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 120) : ''
    throw new RangeError(`the pattern ${quote(text)} is no regular expression in RE2's syntax: ${reason}`, { cause })
  }
}

function remember(pattern: Pattern): Pattern {
  const answers = new Map<string, boolean>()
  let letters = 0
  return (value) => {
    const known = answers.get(value)
    if (known !== undefined) return known
    const answer = pattern(value)
    letters += value.length
    if (letters > mostLetters) {
      answers.clear()
      letters = value.length
    }
    answers.set(value, answer)
    return answer
  }
}

/** Short enough for a message. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
