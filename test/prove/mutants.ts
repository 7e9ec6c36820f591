import { openPatched, type Patch } from './patchedStore.ts'
import { playSchedule, type Failure } from './schedule.ts'

/** The store with one of its rules left out: whatever proves the rules has to notice. */
export interface Mutant {
  /** Which of the rules of the layout, R1 to R13. */
  rule: string
  name: string
  patches: readonly Patch[]
  /** A seed that is known to find it, to be tried first. */
  seed: number
  /** Takes more schedules than a test has time for. */
  isRare?: boolean
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
    seed: 1,
  },
  {
    rule: 'R2',
    name: 'the manifest does not wait for its segments',
    patches: [
      {
        file: 'compaction.ts',
        find: 'if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)\n  return file',
        replace: `void createItem(storage, key, bytes)${ignored}\n  return file`,
      },
    ],
    seed: 6,
  },
  {
    rule: 'R3',
    name: 'a gathered value counts before it is whole',
    patches: [
      { file: 'siteLog.ts', find: 'if (isShort && name.made + settle >= now()) return true', replace: '' },
      { file: 'siteLog.ts', find: 'batch.damaged ||= problem.reason === \'checksum\' || name.bytes > 0', replace: 'batch.damaged ||= problem.reason === \'checksum\'' },
    ],
    seed: 0,
    isRare: true,
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
    isRare: true,
  },
  {
    rule: 'R5',
    name: 'a batch that is gone is passed over',
    patches: [{ file: 'siteLog.ts', find: 'if (problems === undefined) return false', replace: 'if (problems === undefined) return true' }],
    seed: 378,
  },
  {
    rule: 'R5',
    name: 'a segment that is gone is passed over',
    patches: [{ file: 'siteLog.ts', find: 'if (gone === undefined) {', replace: 'if (gone === undefined || sought.size === 0) {' }],
    seed: 80,
  },
  {
    rule: 'R6',
    name: 'batches go without a manifest that is known to be durable',
    patches: [
      {
        file: 'compaction.ts',
        find: 'if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)\n  if (isLate',
        replace: `void createItem(storage, key, bytes)${ignored}\n  if (isLate`,
      },
    ],
    seed: 94,
  },
  {
    rule: 'R6',
    name: 'batches go without a grace time',
    patches: [{ file: 'sweep.ts', find: 'const isOver = (time: number) => time + grace < begun', replace: 'const isOver = (time: number) => time + 0 * grace <= begun' }],
    seed: 21,
  },
  {
    rule: 'R6',
    name: 'batches are covered that were not read',
    patches: [{ file: 'manifest.ts', find: 'if (run !== undefined && seq <= run[1] + 1)', replace: 'if (run !== undefined)' }],
    seed: 54,
  },
  {
    rule: 'R7',
    name: 'every process is the same writer',
    patches: [{ file: 'storeOptions.ts', find: 'writer: `${resolved.writer}-${resolved.nonce()}`', replace: 'writer: `${resolved.writer}-000000000000`' }],
    seed: 1,
  },
  {
    rule: 'R7',
    name: 'what two make in one millisecond has one name',
    patches: [{ file: 'keys.ts', find: 'return `${hexTime(time)}-${nonce}`', replace: 'return `${hexTime(time)}-${nonce.slice(0, 0)}000000000000`' }],
    seed: 1,
  },
  {
    rule: 'R8',
    name: 'compaction forgets which hits were erased',
    patches: [{ file: 'compaction.ts', find: 'if (erased.length > 0) await log.writeErasedHits(erased)', replace: '' }],
    seed: 0,
    isRare: true,
  },
  {
    rule: 'R8',
    name: 'compaction keeps what was erased',
    patches: [{ file: 'compaction.ts', find: 'if (marks.isErased(facts)) {', replace: 'if (marks.isErased([])) {' }, { file: 'compaction.ts', find: '.filter((fact) => !marks.erases(fact))', replace: '' }],
    seed: 3,
  },
  {
    rule: 'R8',
    name: 'a reader knows the erasures of its own process only',
    patches: [{ file: 'markLog.ts', find: 'else if (key.startsWith(`${site}:erasure:`)) addErasure(key, value as Erasure)', replace: 'else if (key.startsWith(`${site}:erasure:`)) erasures.set(key, value as Erasure)' }],
    seed: 3,
  },
  {
    rule: 'R8',
    name: 'a reader knows the prunings of its own process only',
    patches: [{ file: 'markLog.ts', find: 'else addPruning(key, value as Pruning)', replace: 'else prunings.set(key, value as Pruning)' }],
    seed: 17,
  },
  {
    rule: 'R9',
    name: 'a value is appended to after a failure',
    patches: [{ file: 'batchWriter.ts', find: 'current.delete(site)\n      options.onFailed', replace: 'options.onFailed' }],
    seed: 50,
  },
  {
    rule: 'R10',
    name: 'a manifest goes before what it covers or replaces',
    patches: [{ file: 'sweep.ts', find: ' || manifest.replaces.some(catalog.knows) || coversAny(manifest)', replace: '' }],
    seed: 12,
  },
  {
    rule: 'R12',
    name: "others' open batches are covered",
    patches: [{ file: 'siteLog.ts', find: 'isSettled: (batch) => batch.settled && ', replace: 'isSettled: (batch) => ' }],
    seed: 21,
  },
  {
    rule: 'R12',
    name: 'the own open batch is covered',
    patches: [
      { file: 'batchWriter.ts', find: 'isOpen: (key) => writing.has(key) || [...current.values()].some((value) => value.key === key)', replace: 'isOpen: () => false' },
      { file: 'maintainSite.ts', find: 'await writer.rotate(', replace: 'void (' },
    ],
    seed: 21,
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
    seed: 1,
  },
]

/** Nothing rots in a simulation: these are for `findRot`. */
export const rotMutants: readonly Omit<Mutant, 'seed'>[] = [
  {
    rule: 'R3',
    name: 'a checksum that is wrong is as good as one that is right',
    patches: [{ file: 'frame.ts', find: 'if (hex(crc32(payload, crc32(head))) !== checksum) return', replace: 'if (hex(crc32(payload, crc32(head))) === version.toString()) return' }],
  },
  {
    rule: 'R11',
    name: 'a damaged batch is covered',
    patches: [{ file: 'siteLog.ts', find: "batch.damaged ||= problem.reason === 'checksum' || name.bytes > 0", replace: '' }],
  },
  {
    rule: 'R11',
    name: 'damage is not reported',
    patches: [{ file: 'siteLog.ts', find: 'onProblem({ key, ...problem })', replace: '' }],
  },
]

/** Plays schedules until one finds the mutant out: the seed that is known to, then one after the other. */
export async function findMutant({ rule, name, patches, seed }: Mutant, runs: number): Promise<{ runs: number; seed: number; failure?: Failure }> {
  const open = await openPatched(`${rule} ${name}`.replaceAll(/\W+/g, '-'), [...smallScale, ...patches])
  for (let count = 0; count <= runs; count++) {
    const each = count === 0 ? seed : count
    const [failure] = (await playSchedule(each, open)).failures
    if (failure !== undefined) return { runs: Math.max(1, count), seed: each, failure }
  }
  return { runs, seed }
}
