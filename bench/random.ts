// Where it is needed to run, and not only to measure.
export { createRandom, type Random } from '../packages/collector/src/demoSite/random.ts'
