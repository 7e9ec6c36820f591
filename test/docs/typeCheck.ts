import { parse } from 'parse5'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { root, type Block } from './documents.ts'

/** Where blocks lie that say a path, as far as the compiler is told: from here packages are found as from any test. */
const folder = join(root, 'test/docs/.blocks')

/** What documents take for granted. */
export interface Givens {
  /** Of a page: types of names that its blocks use and do not declare. */
  names: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Packages that are not installed here: what is imported of them is of any type. */
  absent: readonly string[]
}

/** What only an annotation could say, which JavaScript has none of: parameters, empty lists, packages without types, what a decorator is for. */
const unsaid = new Set([1241, 7005, 7006, 7016, 7019, 7031, 7034, 7053])

/**
 * Type-checks all blocks in one program, against the types that the packages are built with, as a reader has them. A block is a
 * module; one whose first line is a comment with a path, such as `// src/tracker.js`, can be imported by others of its page.
 *
 * @returns what is wrong, each with the page and its line
 */
export function checkTypes(blocks: readonly Block[], { names, absent }: Givens): string[] {
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, root)
  Object.assign(options, { noEmit: true, declaration: false, isolatedDeclarations: false, sourceMap: false, jsx: ts.JsxEmit.Preserve, skipLibCheck: true, exactOptionalPropertyTypes: false, customConditions: [] })
  const files = new Map<string, { block: Block; text: string }>()
  for (const block of blocks) {
    const path = pathOf(block, files)
    files.set(path, { block, text: '' })
  }
  for (const [path, file] of files) file.text = moduleOf(file.block, path, names[file.block.page] ?? {})
  const shims = join(folder, 'absent.d.ts')
  const texts = new Map([...files].map(([path, { text }]) => [path, text]))
  texts.set(shims, absent.map((name) => `declare module '${name}'\n`).join(''))

  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile, directoryExists } = host
  const folders = new Set([...texts.keys()].flatMap(foldersOf))
  host.fileExists = (name) => texts.has(name) || fileExists(name)
  host.readFile = (name) => texts.get(name) ?? readFile(name)
  host.directoryExists = (name) => folders.has(name) || directoryExists!(name)
  host.getSourceFile = (name, ...rest) => (texts.has(name) ? ts.createSourceFile(name, texts.get(name)!, ts.ScriptTarget.ES2022, true) : getSourceFile(name, ...rest))
  const program = ts.createProgram([...texts.keys()], options, host)
  return [...files].flatMap(([path, { block }]) => {
    const source = program.getSourceFile(path)!
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    const isTyped = /^tsx?$/.test(block.language)
    return found.filter(({ code }) => isTyped || !unsaid.has(code)).map((diagnostic) => tell(diagnostic, block))
  })
}

function tell({ messageText, code, file, start }: ts.Diagnostic, { page, line }: Block): string {
  const at = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line
  return `${page}:${line + 1 + at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')} (TS${code})`
}

function pathOf(block: Block, taken: ReadonlyMap<string, unknown>): string {
  const page = block.page.replaceAll(/\W+/g, '-')
  const extension = block.language.endsWith('x') ? 'tsx' : 'ts'
  const [, named] = /^\/\/ (\S+)\.[mc]?[jt]sx?$/m.exec(block.code.split('\n', 1)[0]!) ?? []
  const path = join(folder, page, `${named}.${extension}`)
  // What has no name lies beside these tests, from where it may import what they do.
  return named === undefined || taken.has(path) ? join(root, 'test/docs', `.${page}-${block.line}.${extension}`) : path
}

function foldersOf(path: string): string[] {
  const up = dirname(path)
  return up === folder || up === dirname(up) ? [up] : [up, ...foldersOf(up)]
}

/** The block, and behind it, so that lines stay, what its page takes for granted. */
function moduleOf(block: Block, path: string, names: Readonly<Record<string, string>>): string {
  const code = scriptOf(block)
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.ES2022, true)
  const declared = new Set<string>()
  const used = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text)
    node.forEachChild(visit)
  }
  visit(source)
  for (const statement of source.statements) for (const name of namesOf(statement)) declared.add(name)
  const givens = Object.entries(names).filter(([name]) => used.has(name) && !declared.has(name))
  return `${code}\nexport {}\n${givens.map(([name, type]) => `declare const ${name}: ${type}\n`).join('')}`
}

/** What a statement of a module declares or imports. */
function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : name.elements.flatMap((element) => (ts.isBindingElement(element) && ts.isIdentifier(element.name) ? [element.name.text] : []))))
  if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) return [statement.name.text]
  if (!ts.isImportDeclaration(statement) || !statement.importClause) return []
  const { name, namedBindings } = statement.importClause
  const named = namedBindings === undefined ? [] : ts.isNamespaceImport(namedBindings) ? [namedBindings.name.text] : namedBindings.elements.map((element) => element.name.text)
  return [...(name ? [name.text] : []), ...named]
}

/** What of a component is script, on its own lines: of Astro what is between its dashes, else the `<script>`s. */
function scriptOf({ language, code }: Block): string {
  if (language === 'astro') return /^---\n([^]*?)^---$/m.exec(code)?.[1]?.replace(/^/, '\n') ?? ''
  if (language !== 'vue' && language !== 'svelte') return code
  return [...code.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, script]) => script!).join('\n')
}

/** What is wrong with a piece of HTML as a parser sees it; a piece needs no doctype. */
export function checkMarkup(code: string): string[] {
  const errors: string[] = []
  parse(code, { onParseError: ({ code: what, startLine }) => what === 'missing-doctype' || errors.push(`line ${startLine}: ${what}`) })
  return [...errors, ...unbalanced(code)]
}

/** Elements that have no end. */
const empty = /^(?:meta|link|img|br|hr|input)$/

/** Tags that are not closed in the order in which they were opened, which a parser forgives. */
function unbalanced(code: string): string[] {
  const open: string[] = []
  for (const [tag, slash, name] of code.replaceAll(/<!--[^]*?-->/g, '').matchAll(/<(\/?)([a-z][\w-]*)(?:"[^"]*"|[^">])*>/g)) {
    if (slash === '') {
      if (!empty.test(name!)) open.push(name!)
    } else if (open.pop() !== name) return [`${tag} closes nothing`]
  }
  return open.map((name) => `<${name}> is not closed`)
}
