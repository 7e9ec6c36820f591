import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** What stands between two fences of a document. */
export interface Block {
  /** As `docs/export.md`. */
  page: string
  /** Of the opening fence, from 1. */
  line: number
  /** What stands behind it; '' where nothing does. */
  language: string
  code: string
}

const passedOver = new Set(['node_modules', 'dist', '.git', 'data', 'coverage', 'test', 'bench'])

/** Every document of the repository, by its path: README.md, docs/*.md, packages/*\/README.md and so on. */
export const documents: readonly string[] = listDocuments(root).toSorted()

function listDocuments(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return passedOver.has(entry.name) ? [] : listDocuments(path)
    return entry.name.endsWith('.md') ? [relative(root, path)] : []
  })
}

/** @param page its path in the repository */
export function readDocument(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/**
 * The fenced blocks of a document, whatever their fence and indentation.
 * @throws Error for a fence that is never closed
 */
export function blocksOf(page: string, text: string = readDocument(page)): Block[] {
  const blocks: Block[] = []
  let open: { fence: string; indent: number; line: number; language: string; lines: string[] } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const [, indent = '', fence, language = ''] = /^(\s*)(`{3,}|~{3,})\s*(\S*)/.exec(line) ?? []
    if (open === undefined) {
      if (fence !== undefined) open = { fence, indent: indent.length, line: index + 1, language, lines: [] }
    } else if (fence !== undefined && fence.startsWith(open.fence) && language === '') {
      blocks.push({ page, line: open.line, language: open.language, code: open.lines.map((each) => `${each}\n`).join('') })
      open = undefined
    } else open.lines.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)))
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: this fence is never closed`)
  return blocks
}

/** A document without its fenced blocks and comments. */
export function proseOf(text: string): string {
  return text.replaceAll(/^(\s*)(`{3,}|~{3,})[^]*?^\s*\2\s*$/gm, '').replaceAll(/<!--[^]*?-->/g, '')
}

/** What stands in the prose of a document as code, in its order. */
export function inlineCode(text: string): string[] {
  return [...proseOf(text).matchAll(/(`+)(.+?)\1(?!`)/g)].map(([, , code]) => code!.trim().replaceAll('\\|', '|'))
}
