import type { Patch } from './patchedStore.ts'

/** The store with one of its rules left out: whatever proves the rules has to notice. */
export interface Mutant {
  /** R1 to R13 of docs/store.md. */
  rule: string
  name: string
  patches: readonly Patch[]
  /** A seed that is known to find it, to be tried first. */
  seed: number
}

/** So that a schedule of a few dozen hits gathers batches and links, as a site does after thousands. */
export const smallScale: readonly Patch[] = [
  { file: 'gather.ts', find: 'const batchesToGather = 64', replace: 'const batchesToGather = 2' },
  { file: 'gather.ts', find: 'const linksToGather = 256', replace: 'const linksToGather = 2' },
  { file: 'gather.ts', find: 'const setsToMerge = 16', replace: 'const setsToMerge = 3' },
  { file: 'gather.ts', find: 'const maxGathered = 20_000', replace: 'const maxGathered = 6' },
]

const ignored = '.catch(() => undefined)'

export const mutants: readonly Mutant[] = [
  {
    rule: 'R1',
    name: 'facts of one id are not united',
    patches: [
      { file: 'factSet.ts', find: 'const known = day.get(fact.id)', replace: 'const known = day.get(`${fact.id} ${fact.received}`)' },
      { file: 'factSet.ts', find: 'day.set(fact.id, [fact])', replace: 'day.set(`${fact.id} ${fact.received}`, [fact])' },
      { file: 'factSet.ts', find: 'day.set(fact.id, [...known, fact])', replace: 'day.set(`${fact.id} ${fact.received}`, [...known, fact])' },
    ],
    seed: 0,
  },
  {
    rule: 'R2',
    name: 'the manifest does not wait for its segments',
    patches: [
      {
        file: 'compaction.ts',
        find: 'if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)\n  return {',
        replace: `void createItem(storage, key, bytes)${ignored}\n  return {`,
      },
    ],
    seed: 0,
  },
  {
    rule: 'R3',
    name: 'a manifest that is half there is taken for good',
    patches: [
      { file: 'siteLog.ts', find: 'const manifest = decodeManifest(value)\n', replace: 'const manifest = decodeManifest(value) ?? { time: 0, files: [], covers: {}, replaces: [] }\n' },
      { file: 'siteLog.ts', find: 'if (manifest !== undefined && value.length === bytes)', replace: 'if (manifest !== undefined)' },
    ],
    seed: 0,
  },
  {
    rule: 'R3',
    name: 'a gathered value counts before it is whole',
    patches: [
      { file: 'siteLog.ts', find: 'if (name.bytes > 0 && batch.size < name.bytes) return true', replace: '' },
      { file: 'siteLog.ts', find: 'batch.damaged ||= problem.reason === \'checksum\' || name.bytes > 0', replace: 'batch.damaged ||= problem.reason === \'checksum\'' },
    ],
    seed: 0,
  },
  {
    rule: 'R4',
    name: 'manifests are listed before batches',
    patches: [
      { file: 'siteLog.ts', find: 'const batchKeys = await listKeys(storage, `${site}:batch:`)\n', replace: 'const earlyKeys = await listKeys(storage, `${site}:manifest:`)\n' },
      {
        file: 'siteLog.ts',
        find: 'const manifestKeys = await listKeys(storage, `${site}:manifest:`)\n',
        replace: 'const manifestKeys = earlyKeys\nconst batchKeys = await listKeys(storage, `${site}:batch:`)\n',
      },
    ],
    seed: 0,
  },
  {
    rule: 'R5',
    name: 'a batch that is gone is passed over',
    patches: [{ file: 'siteLog.ts', find: 'if (problems === undefined) return false', replace: 'if (problems === undefined) return true' }],
    seed: 0,
  },
  {
    rule: 'R5',
    name: 'a segment that is gone is passed over',
    patches: [{ file: 'siteLog.ts', find: 'if (gone !== undefined && reading < maxListings) {', replace: 'if (gone !== undefined && reading < 1) {' }],
    seed: 0,
  },
  {
    rule: 'R6',
    name: 'batches go without a manifest that is known to be durable',
    patches: [
      {
        file: 'compaction.ts',
        find: 'if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)\n  log.commit',
        replace: `void createItem(storage, key, bytes)${ignored}\n  log.commit`,
      },
    ],
    seed: 0,
  },
  {
    rule: 'R6',
    name: 'batches go without a grace time',
    patches: [{ file: 'sweep.ts', find: 'const isOver = (time: number) => time + grace < now()', replace: 'const isOver = (time: number) => time + 0 * grace <= now()' }],
    seed: 0,
  },
  {
    rule: 'R6',
    name: 'batches are covered that were not read',
    patches: [{ file: 'manifest.ts', find: 'if (run !== undefined && seq <= run[1] + 1)', replace: 'if (run !== undefined)' }],
    seed: 0,
  },
  {
    rule: 'R7',
    name: 'every process is the same writer',
    patches: [{ file: 'storeOptions.ts', find: 'writer: `${resolved.writer}-${resolved.nonce()}`', replace: 'writer: `${resolved.writer}-000000000000`' }],
    seed: 0,
  },
  {
    rule: 'R7',
    name: 'what two make in one millisecond has one name',
    patches: [{ file: 'keys.ts', find: 'return `${hexTime(time)}-${nonce}`', replace: 'return `${hexTime(time)}-${nonce.slice(0, 0)}000000000000`' }],
    seed: 0,
  },
  {
    rule: 'R8',
    name: 'compaction forgets which hits were erased',
    patches: [{ file: 'compaction.ts', find: 'if (erased.length > 0) await log.writeErasedHits(erased)', replace: '' }],
    seed: 0,
  },
  {
    rule: 'R8',
    name: 'compaction keeps what was erased',
    patches: [{ file: 'compaction.ts', find: 'if (marks.isErased(facts)) {', replace: 'if (marks.isErased([])) {' }, { file: 'compaction.ts', find: '.filter((fact) => !marks.erases(fact))', replace: '' }],
    seed: 0,
  },
  {
    rule: 'R8',
    name: 'a reader knows the erasures of its own process only',
    patches: [{ file: 'siteLog.ts', find: 'else if (key.startsWith(`${site}:erasure:`)) addErasure(key, value as Erasure)', replace: 'else if (key.startsWith(`${site}:erasure:`)) erasures.set(key, value as Erasure)' }],
    seed: 0,
  },
  {
    rule: 'R8',
    name: 'prunings are forgotten before they were applied',
    patches: [{ file: 'maintainSite.ts', find: 'const pruningAge = 9 * 86_400_000', replace: 'const pruningAge = 60_000' }],
    seed: 0,
  },
  {
    rule: 'R9',
    name: 'a value is appended to after a failure',
    patches: [{ file: 'batchWriter.ts', find: 'current.delete(site)\n      options.onFailed', replace: 'options.onFailed' }],
    seed: 0,
  },
  {
    rule: 'R10',
    name: 'a manifest goes before what it covers or replaces',
    patches: [{ file: 'sweep.ts', find: ' || replaces.some((its) => log.catalog.knows(its)) || coversAny(key, batches)', replace: '' }],
    seed: 0,
  },
  {
    rule: 'R12',
    name: "others' open batches are covered",
    patches: [{ file: 'siteLog.ts', find: 'isSettled: (batch) => batch.settled && ', replace: 'isSettled: (batch) => ' }],
    seed: 0,
  },
  {
    rule: 'R12',
    name: 'the own open batch is covered',
    patches: [
      { file: 'batchWriter.ts', find: 'isOpen: (key) => writing.has(key) || [...current.values()].some((value) => value.key === key)', replace: 'isOpen: () => false' },
      { file: 'maintainSite.ts', find: 'await writer.rotate(', replace: 'void (' },
    ],
    seed: 0,
  },
  {
    rule: 'R13',
    name: 'hits are acknowledged before they are durable',
    patches: [
      {
        file: 'batchWriter.ts',
        find: 'await (isAppendDriver(driver) ? driver.append(key.slice(base.length), frame) : storage.setItemRaw(key, frame))',
        replace: `void (isAppendDriver(driver) ? driver.append(key.slice(base.length), frame) : storage.setItemRaw(key, frame))${ignored}`,
      },
    ],
    seed: 0,
  },
]
