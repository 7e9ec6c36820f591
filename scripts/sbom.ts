// `npm run sbom -- PACKAGE`: what is installed with a package of ours, as a CycloneDX document, on standard output.
import { publishedPackages } from './supplyChain/publishedPackages.ts'
import { writeSbom } from './supplyChain/writeSbom.ts'

const packages = publishedPackages()
const names = packages.map(({ name }) => name).join(', ')
const [wanted] = process.argv.slice(2)

if (wanted === '--help') console.log(`npm run -s sbom -- PACKAGE > FILE\n\nPACKAGE is one of ${names}. Without one: treadlight.`)
else {
  const found = packages.find(({ name }) => name === (wanted ?? 'treadlight'))
  if (found) process.stdout.write(writeSbom(found))
  else {
    console.error(`sbom: ${wanted} is not published: name one of ${names}`)
    process.exitCode = 1
  }
}
