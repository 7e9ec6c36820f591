// `npm run configuration` writes docs/configuration.md from the settings and what their doc comments say of them.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { listSettings, type ListedSetting } from '../packages/collector/src/config.ts'
import { listStorageOptions } from '../packages/collector/src/storageSettings.ts'

const root = new URL('../', import.meta.url)

/** Where the page lies. */
export const pagePath: string = fileURLToPath(new URL('docs/configuration.md', root))

/** What interfaces of settings are below, where they are not the whole. */
const prefixes: Readonly<Record<string, string>> = { LimitSettings: 'limits.', RobotSettings: 'bots.', PlaceSettings: 'place.', StoreSettings: 'store.' }
const files = ['config.ts', ...['destinations', 'dialects', 'limits', 'operation', 'page', 'place', 'privacy', 'robots', 'store'].map((name) => `settings/${name}.ts`)]

interface Meaning {
  text: string
  /** What the comment says of the default, where it is more than a value. */
  fallback?: string
}

/** The whole page. */
export function writeConfiguration(): string {
  const meanings = readMeanings()
  return `# Every setting

<!-- Made by \`npm run configuration\` of the settings themselves; a test holds it to them. -->

\`\`\`sh
TREADLIGHT_HOSTS=shop.example TREADLIGHT_RETENTION_ANONYMOUS=30 npx treadlight config
\`\`\`

prints what is in force and where each value is from: a flag, before the environment, before the config file (\`treadlight.config.mjs\`, \`.js\`, \`.ts\` or \`.json\` in the folder where it is started), before the default. A name that no setting has is refused.

- **Lists** are separated by commas: \`TREADLIGHT_HOSTS=shop.example,*.shop.example\`. **Objects** are JSON: \`TREADLIGHT_SITES='{ "blog": { "hosts": ["blog.example"] } }'\`.
- **Secrets from files**: any variable may come with \`_FILE\` behind its name, and is then what is in that file, without line ends: \`TREADLIGHT_STORAGE_PASSWORD_FILE=/run/secrets/db\`. Both at once are refused.
- An empty variable is no variable.

| setting | environment | default | |
|---|---|---|---|
${listSettings().map((setting) => row(setting, meanings.get(setting.path))).join('\n')}

## Of the storage

Which options a driver has, and what they mean, is in [storage.md](storage.md).

| setting | environment | drivers | takes |
|---|---|---|---|
| \`storage.driver\` | \`TREADLIGHT_STORAGE_DRIVER\` | | the name of one; \`fs\` where nothing is said |
${listStorageOptions().map(({ option, variable, drivers, allowed }) => `| \`storage.${option}\` | \`${variable}\` | ${drivers.join(', ')} | ${allowed} |`).join('\n')}
`
}

function row({ path, env, allowed, fallback }: ListedSetting, meaning: Meaning | undefined): string {
  const text = [meaning?.text, `Takes ${allowed}.`].filter(Boolean).join(' ')
  return `| \`${path}\` | ${env.map((name) => `\`${name}\``).join(', ')} | ${meaning?.fallback ?? show(fallback)} | ${text.replaceAll('|', '\\|')} |`
}

function show(value: unknown): string {
  if (value === undefined) return 'none'
  return `\`${Array.isArray(value) ? value.join(',') || '[]' : typeof value === 'object' ? JSON.stringify(value) : String(value)}\``
}

/** What the doc comments of the interfaces say, by path. */
function readMeanings(): Map<string, Meaning> {
  const meanings = new Map<string, Meaning>()
  for (const file of files) {
    const name = new URL(`packages/collector/src/${file}`, root)
    const source = ts.createSourceFile(file, readFileSync(name, 'utf8'), ts.ScriptTarget.Latest, true)
    source.forEachChild((node) => {
      // Not what settings are made of, such as one of the sites.
      if (ts.isInterfaceDeclaration(node) && isExported(node)) addMembers(node.members, prefixes[node.name.text] ?? '', meanings)
    })
  }
  return meanings
}

function isExported(node: ts.InterfaceDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
}

function addMembers(members: ts.NodeArray<ts.TypeElement>, prefix: string, into: Map<string, Meaning>): void {
  for (const member of members) {
    if (!ts.isPropertySignature(member)) continue
    const path = prefix + member.name.getText()
    const types = member.type && ts.isIntersectionTypeNode(member.type) ? [...member.type.types] : member.type ? [member.type] : []
    for (const type of types) if (ts.isTypeLiteralNode(type)) addMembers(type.members, `${path}.`, into)
    const meaning = meaningOf(member)
    if (meaning !== undefined && !into.has(path)) into.set(path, meaning)
  }
}

function meaningOf(member: ts.PropertySignature): Meaning | undefined {
  const [doc] = ts.getJSDocCommentsAndTags(member)
  if (doc === undefined || !ts.isJSDoc(doc)) return undefined
  const fallback = doc.tags?.find((tag) => tag.tagName.text === 'default')
  const said = fallback && textOf(fallback.comment)
  // What stands there as a value, the settings themselves say.
  return { text: textOf(doc.comment), ...(said !== undefined && /^[a-z]/.test(said) && !/^(?:true|false)\b/.test(said) && { fallback: said }) }
}

function textOf(comment: ts.JSDoc['comment']): string {
  return (ts.getTextOfJSDocComment(comment) ?? '').replaceAll(/\s+/g, ' ').trim()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(pagePath, writeConfiguration())
  console.log(`Wrote ${pagePath}`)
}
