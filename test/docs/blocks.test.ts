import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { readTags } from '../../packages/collector/src/installation/readTags.ts'
import { createTestCollector, logInOwner, type TestCollector } from '../collector/collector.ts'
import { complainOfFiles, complainOfNpm, complainOfTreadlight, complainOfVariables, treadlightArguments } from './checkCommand.ts'
import { readCurl } from './curl.ts'
import { blocksOf, documents, inlineCode, readDocument, root, type Block } from './documents.ts'
import { answers, foreign, heldBy, unrun } from './exceptions.ts'
import { givens } from './givens.ts'
import { readCommands } from './shell.ts'
import { checkMarkup, checkTypes } from './typeCheck.ts'

// Every fenced block of every document is held to what it is about; a block of a language that is not known here fails.

const typed = ['ts', 'js', 'mjs', 'jsx', 'tsx', 'vue', 'svelte', 'astro']
const blocks = documents.flatMap((page) => blocksOf(page))
const placeOf = ({ page, line }: Block): string => `${page}:${line}`
const isIn = ({ page, code }: Block, { page: its, has }: { page: string; has: string }): boolean => page === its && code.includes(has)

/** What is wrong with a block, by its language; of scripts see `checkTypes`, which has them all at once. */
const checks: Readonly<Record<string, (block: Block) => string | undefined | Promise<string | undefined>>> = {
  ...Object.fromEntries(typed.map((language) => [language, () => undefined])),
  json: ({ code }) => complaintOf(() => parseJson(code)),
  http: checkHttp,
  yaml: ({ code }) => complaintOf(() => void parseYaml(code)),
  html: ({ code }) => checkMarkup(code)[0] ?? checkTags(code),
  sh: checkScript,
  toml: ({ code }) => code.split('\n').find((line) => !/^(?:|\[\[[\w.]+\]\]|\[[\w.]+\]|[\w-]+ = (?:"[^"]*"|\d+|true|false|\{.*\}))$/.test(line)),
  py: checkPython,
  python: checkPython,
}

/** Whole, or a value a line. */
function parseJson(code: string): void {
  try {
    JSON.parse(code)
  } catch {
    for (const line of code.trim().split('\n')) JSON.parse(line)
  }
}

function complaintOf(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

let collector: TestCollector
let cookie: string
let token: string
beforeAll(async () => {
  collector = createTestCollector()
  cookie = await logInOwner(collector)
  token = (await collector.collector.tokens.create('docs', ['stats', 'metrics', 'tasks', 'export', 'hits', 'card', 'annotations', 'admin'])).token
})

/** Whether the collector has such a route, whoever may ask for it. */
function hasRoute(method: string, path: string): boolean {
  return collector.collector.routes.list().some((route) => {
    const pattern = new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+').replaceAll('.', '\\.')}$`)
    return (route.method === method || route.method === 'ALL') && pattern.test(path)
  })
}

/** A request line with a body, or headers alone. */
function checkHttp({ code }: Block): string | undefined {
  const [first = '', ...body] = code.trim().split('\n')
  const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(first) ?? []
  if (method === undefined) return code.trim().split('\n').find((line) => !/^[A-Za-z-]+: \S/.test(line))
  if (!hasRoute(method, path!.split('?')[0]!)) return `there is no route ${first}`
  return complaintOf(() => void JSON.parse(body.join('\n')))
}

/** Attributes of our scripts are ones that they read, and everybody’s. */
const common = ['src', 'defer', 'async', 'nonce', 'integrity', 'crossorigin']
const sources: Readonly<Record<string, readonly string[]>> = {
  't.js': ['tag.ts'],
  't.full.js': ['tagFull.ts'],
  't.server.js': ['tagServer.ts'],
  'pagetimer.js': ['pagetimer.ts'],
  'card.js': [],
}
function attributesOf(script: string): string[] {
  const texts = (sources[script] ?? ['tag.ts']).map((name) => readFileSync(join(root, 'packages/tracker/src', name), 'utf8'))
  const own = texts.flatMap((text) => [...text.matchAll(/dataset\['(\w+)'\]/g)].map(([, name]) => `data-${name!.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`))
  return [...common, ...own]
}
const products = /data-(?:domain|api|website-id|host-url|goatcounter)$/

function checkTags(code: string): string | undefined {
  for (const { attributes } of readTags(code).scripts) {
    const src = attributes.get('src')
    if (src === undefined || [...attributes.keys()].some((name) => products.test(name)) || attributes.get('type') === 'module') continue
    const name = src.split('/').at(-1)!.replace(/-[\w-]{16}\.js$/, '.js')
    const unknown = [...attributes.keys()].find((attribute) => !attributesOf(name).includes(attribute))
    if (unknown !== undefined) return `${name} knows no attribute ${unknown}`
  }
  return undefined
}

/** Where documents have a collector. */
const collectorAt = /^(?:https:\/\/stats\.example(?:\.com)?|http:\/\/127\.0\.0\.1:4600|\$COLLECTOR)(?=\/)/

async function checkScript(block: Block): Promise<string | undefined> {
  const syntax = spawnSync('sh', ['-n'], { input: block.code, encoding: 'utf8' })
  if (syntax.status !== 0) return syntax.stderr.trim()
  const commands = readCommands(block.code)
  const alone = Object.assign({}, ...commands.filter(({ words }) => words.length === 0).map(({ env }) => env)) as Record<string, string>
  const complaints = [await complainOfVariables({ env: alone })]
  for (const { env, words, text } of commands) {
    const [program] = words
    if (program === undefined) continue
    const complaint = (await complainOfVariables({ env })) ?? (await complainOfProgram(block, words))
    if (complaint !== undefined) complaints.push(`${text}: ${complaint}`)
  }
  return complaints.find((complaint) => complaint !== undefined)
}

async function complainOfProgram(block: Block, words: readonly string[]): Promise<string | undefined> {
  const [program = '', second = ''] = words
  const args = treadlightArguments(words)
  if (args !== undefined) return complainOfTreadlight(args)
  if (program === 'npm') return complainOfNpm(words)
  if (program === 'node') return complainOfFiles(words)
  if (program === 'npx' && second === 'wrangler') return undefined
  if (program === 'curl') return askCollector(block, words)
  return Object.hasOwn(foreign, program) ? complainOfFiles(words) : `nothing here knows ${program}`
}

/** Makes the request, of a collector in memory. */
async function askCollector(block: Block, words: readonly string[]): Promise<string | undefined> {
  const { method, url, headers, body, hasCookies } = readCurl(words)
  if (!collectorAt.test(url)) return /\$(?!COLLECTOR|TOKEN)[A-Z]/.test(url) ? undefined : `${url} is no collector's`
  const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace(/\$TOKEN|tl_…/, token)]))
  const path = url.replace(collectorAt, '')
  if (!hasRoute(method, path.split('?')[0]!)) return `there is no route ${method} ${path}`
  const response = await collector.request(path, { method, headers: { 'user-agent': 'curl/8.0', ...filled, ...(hasCookies && { cookie }) }, ...(body !== undefined && { body }) })
  const expected = answers.find((answer) => isIn(block, answer) && path.includes(answer.has))
  const isRight = expected === undefined ? response.status < 400 : response.status === expected.status
  const told = isRight || response.body === null ? '' : await response.text()
  await response.body?.cancel().catch(() => undefined)
  return isRight ? undefined : `answered ${response.status} ${told}`
}

function checkPython({ code }: Block): string | undefined {
  const { error, status, stderr } = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: code, encoding: 'utf8' })
  return error === undefined && status !== 0 ? stderr.trim() : undefined
}

const known = (block: Block): boolean => Object.hasOwn(checks, block.language) || [...unrun, ...heldBy].some((entry) => isIn(block, entry))

test('every fenced block is of a language that is known here, or is named with who holds it or why nobody does', () => {
  expect(blocks.filter((block) => !known(block)).map((block) => `${placeOf(block)}: \`\`\`${block.language}`)).toEqual([])
  const counts = new Map<string, number>()
  for (const { language } of blocks) counts.set(language, (counts.get(language) ?? 0) + 1)
  console.log(`${blocks.length} blocks of ${documents.length} documents: ${[...counts].toSorted().map(([language, count]) => `${count} ${language}`).join(', ')}`)
  console.log([...heldBy.map(({ page, has, test: by }) => `${page} (${has}): held by ${by}`), ...unrun.map(({ page, has, why }) => `${page} (${has}): not run, ${why}`)].join('\n'))
})

test('what is named as an exception is there, once, and who holds it knows the page', () => {
  for (const entry of [...unrun, ...heldBy]) expect([entry, blocks.filter((block) => isIn(block, entry)).length]).toEqual([entry, 1])
  for (const { test: file, page } of heldBy) {
    expect([file, existsSync(join(root, file))]).toEqual([file, true])
    expect(readFileSync(join(root, file), 'utf8')).toContain(page.split('/').at(-1))
  }
  const programs = new Set(blocks.filter(({ language }) => language === 'sh').flatMap(({ code }) => readCommands(code).map(({ words }) => words[0])))
  expect(Object.keys(foreign).filter((program) => !programs.has(program))).toEqual([])
})

/** A mistake of each kind, which has to be found out; with the others, since a program takes seconds to make. */
const wrong = [
  "import { inti } from '@treadlight/tracker'",
  "import { init } from '@treadlight/tracker'\ninit({ endpiont: '/hit' })",
  "import { init } from '@treadlight/trakcer'",
  "track('signup')",
  'const a = ;',
].map((code, index) => ({ page: 'docs/wrong.md', line: index * 10, language: 'js', code }))

test('scripts and components: the types of the packages agree, and would say so', () => {
  const told = checkTypes([...blocks.filter(({ language }) => typed.includes(language)), ...wrong], givens)
  expect(told.filter((line) => !line.startsWith('docs/wrong.md'))).toEqual([])
  const found = told.flatMap((line) => [/^docs\/wrong\.md:(\d+).*\((TS\d+)\)$/.exec(line)?.slice(1) ?? []]).filter(([at]) => at !== undefined)
  expect(found).toEqual([['1', 'TS2305'], ['12', 'TS2561'], ['21', 'TS2307'], ['31', 'TS2304'], ['41', 'TS1109']])
}, 120_000)

const others = blocks.filter(({ language }) => Object.hasOwn(checks, language) && !typed.includes(language))
test.each(others.map((block) => [placeOf(block), block.language, block] as const))('%s, %s', async (_, language, block) => {
  expect(await checks[language]!(block)).toBeUndefined()
})

// What has to be found out, or none of the above says anything.
test.each([
  ['json', '{ "a": 1, }', /JSON/],
  ['yaml', 'a: [1', /./],
  ['html', '<p><script defer src="https://stats.example/t.js" data-ignroe=""></script></p>', /t\.js knows no attribute data-ignroe/],
  ['html', '<script defer src="/t.js" data-view="x"></script>', /t\.js knows no attribute data-view/],
  ['html', '<p class="a" class="b">one</p>', /line 1: duplicate-attribute/],
  ['html', '<p>one</b></p>', /<\/b>/],
  ['html', '<p>one', /<p>/],
  ['http', 'POST /api/eraze\n{}', /there is no route/],
  ['http', 'POST /api/erase\n{ user }', /JSON/],
  ['toml', '[[redirects]\n', /redirects/],
  ['sh', 'npx treadlight prune --dryrun', /Unknown option '--dryrun'/],
  ['sh', 'npx treadlight purne', /there is no command purne/],
  ['sh', 'treadlight token make --name a', /token takes one of/],
  ['sh', 'docker compose -f deploy/compose.yaml exec treadlight treadlight docter', /no command docter/],
  ['sh', 'cd /tmp && npm run biuld', /no script biuld/],
  ['sh', 'npm run bench -- ingets', /has no ingets/],
  ['sh', 'npm install ../treadlight/packages/trakcer', /there is no package/],
  ['sh', 'node scripts/asemble.mjs /opt', /there is no scripts\/asemble\.mjs/],
  ['sh', 'TREADLIGHT_HOST_S=shop.example npx treadlight', /there is no such setting/],
  ['sh', 'TREADLIGHT_WORKERS=many', /workers/],
  ['sh', 'curl http://127.0.0.1:4600/api/v2/qeury -d "{}"', /there is no route POST \/api\/v2\/qeury/],
  ['sh', "curl https://stats.example/hit -d '{\"url\":\"shop\"}'", /answered 400 .*absolute/],
  ['sh', 'curl "$COLLECTOR/api/hits?serach=a" -H "Authorization: Bearer $TOKEN"', /answered 400/],
  ['sh', 'curl http://127.0.0.1:4600/api/hits', /answered 401/],
  ['sh', 'if true; then npx treadlight doctor', /./],
  ['sh', 'wgte https://stats.example/t.js', /nothing here knows wgte/],
])('a mistake is found: %s, %s', async (language, code, complaint) => {
  expect(await checks[language]!({ page: 'docs/wrong.md', line: 1, language, code })).toMatch(complaint)
})

/** What an example in a line leaves open: `[options]`, alternatives, and all that may stand for a value. */
function firstOf(code: string): string {
  const [first = ''] = code.replaceAll(/\[options\]/g, '').replaceAll(/[[\]]/g, '').split(/ \| /)
  // Then its value was an alternative as well.
  return first === code ? first : first.replace(/ --[\w-]+$/, '')
}

test.each(documents)('%s: commands in its lines are those of the CLI and of package.json', (page) => {
  const complaints = inlineCode(readDocument(page)).flatMap((code) => {
    if (!/^(?:npx )?treadlight [a-z]|^npm (?:run|start|test|ci)\b/.test(code)) return []
    const [command] = readCommands(firstOf(code))
    const args = treadlightArguments(command!.words)
    const complaint = args === undefined ? complainOfNpm(command!.words) : complainOfTreadlight(args)
    // A mention of an option or a command, not an example.
    const isOpen = /argument (?:is )?missing$|and not undefined$/.test(complaint ?? '')
    return complaint === undefined || isOpen ? [] : [`${code}: ${complaint}`]
  })
  expect(complaints).toEqual([])
})
