/** One command of a shell script, as far as those of documents go. */
export interface ShellCommand {
  /** What is set for it alone, or for all that follows where there are no words. */
  env: Record<string, string>
  /** The program and what it is given, without quotes; `$NAME` stays. */
  words: string[]
  /** As it stands there. */
  text: string
}

/** Words that begin or end something around commands. */
const around = /^(?:do|then|else|until|while|if|!|\{)$/
const between = /^(?:done|fi|\}|for|in)$/
const schedule = /^[\d*/,-]+(?:\s+[\d*/,-]+){4}\s+/

/**
 * The commands of a script: lines, what `&&`, `||`, `;` and `|` separate, what loops repeat, and the command of a line of crontab.
 * Redirections are left out.
 */
export function readCommands(script: string): ShellCommand[] {
  return splitCommands(script).flatMap((text) => {
    const words = splitWords(text.trim().replace(schedule, ''))
    while (words.length > 0 && around.test(words[0]!)) words.shift()
    if (words.length === 0 || between.test(words[0]!)) return []
    const env: Record<string, string> = {}
    for (let pair; (pair = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[0] ?? '')); words.shift()) env[pair[1]!] = pair[2]!
    return [{ env, words: withoutRedirections(words), text: text.trim() }]
  })
}

/** At ends of lines and between commands, outside of quotes and substitutions. */
function splitCommands(script: string): string[] {
  const commands: string[] = []
  let command = ''
  scan(script.replaceAll(/\\\n\s*/g, ' '), (piece, isBare) => {
    if (isBare && /^(?:\n|;|&&|\|\||\||&)$/.test(piece)) {
      commands.push(command)
      command = ''
    } else command += piece
  })
  return [...commands, command].filter((each) => each.trim() !== '')
}

function splitWords(command: string): string[] {
  const words: string[] = []
  let word: string | undefined
  scan(command, (piece, isBare) => {
    if (isBare && /^\s$/.test(piece)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + (isBare ? piece : unquote(piece))
  })
  return word === undefined ? words : [...words, word]
}

function unquote(piece: string): string {
  if (piece.startsWith("'")) return piece.slice(1, -1)
  if (piece.startsWith('"')) return piece.slice(1, -1).replaceAll(/\\(["\\$`])/g, '$1')
  return piece.startsWith('\\') ? piece.slice(1) : piece
}

/** A quoted text, a substitution or an escaped sign comes in one piece and is not bare; comments do not come. */
function scan(script: string, tell: (piece: string, isBare: boolean) => void): void {
  const pieces = /'[^']*'|"(?:\\.|[^"\\])*"|\$\((?:[^()]|\([^()]*\))*\)|\\.|(?<=^|\s)#[^\n]*|&&|\|\||[^]/g
  for (const [piece] of script.matchAll(pieces)) {
    if (piece.startsWith('#') && piece.length > 1) continue
    tell(piece, !/^(?:['"\\]|\$\()/.test(piece) || piece.length === 1)
  }
}

function withoutRedirections(words: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index < words.length; index++) {
    if (/^\d?>>?$|^<$/.test(words[index]!)) index++
    else if (!/^\d?>>?&?\S|^<\S/.test(words[index]!)) kept.push(words[index]!)
  }
  return kept
}
