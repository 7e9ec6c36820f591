// `npm start`: builds what is missing, then runs the collector with the demo beside it.
import { build } from './build.mjs'

const folder = process.cwd()
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`treadlight: Node.js ${process.versions.node} is too old: install 20.19 or later`)
  process.exit(1)
}
await build()
process.chdir(folder)
const { start } = await import('../demo/dist/index.mjs')
process.exitCode = await start(process.argv.slice(2))
