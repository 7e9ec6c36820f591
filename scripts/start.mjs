// `npm start`: builds what is missing, then runs the collector with the demo beside it.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`treadlight: Node.js ${process.versions.node} is too old: install 20.19 or later`)
  process.exit(1)
}

const folder = process.cwd()
try {
  const { build } = await import('./build.mjs')
  await build()
} catch (error) {
  const isMissing = error.code === 'ERR_MODULE_NOT_FOUND'
  console.error(`treadlight: the build failed: ${isMissing ? 'a package is missing, run npm ci first' : error.message}`)
  process.exit(1)
}
process.chdir(folder)
const { start } = await import('../demo/dist/index.mjs')
process.exitCode = await start(process.argv.slice(2))
