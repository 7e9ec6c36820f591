#!/usr/bin/env node
import { existsSync } from 'node:fs'

const cli = new URL('../dist/cli.mjs', import.meta.url)
// Only a checkout can be without: the package is published built.
if (!existsSync(cli)) {
  console.error('treadlight is not built yet: run `npm run build` (or `npm start`, which does) in the checkout.')
  process.exit(1)
}
const { main } = await import(cli.href)
process.exitCode = await main(process.argv.slice(2))
