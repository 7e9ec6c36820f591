// `npm run supply-chain`: writes the tables of docs/supply-chain.md from package-lock.json, and packages/collector/NOTICE.md from
// the licences of what is built into the dashboard.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeNotice, writePage } from './supplyChain/page.ts'
import { root } from './supplyChain/publishedPackages.ts'

const page = join(root, 'docs/supply-chain.md')
writeFileSync(page, writePage(readFileSync(page, 'utf8')))
writeFileSync(join(root, 'packages/collector/NOTICE.md'), writeNotice())
