import {
  deletedBeforeDurable,
  deletedUnderReader,
  diedInCommit,
  erasedBeforeCommit,
  erasedThenTold,
  erasedUnderManifest,
  gatheredByHalf,
  overtakenReader,
  prunedBesideDamage,
  replacedUnderReader,
  sleptAfterSegments,
  sleptBeforeCommit,
  sweptAndNamed,
  sweptUnderManifest,
  type Interleaving,
} from './interleavings.ts'
import { openPatched, type Patch } from './patchedStore.ts'
import { playSchedule } from './schedule.ts'

/** The store with one of its rules left out: whatever proves the rules has to notice. */
export interface Mutant {
  /** Which of the rules of the layout, R1 to R15. */
  rule: string
  name: string
  patches: readonly Patch[]
  /** What finds it: schedules, this seed first; or a race that they meet too rarely. */
  by: number | Interleaving
}

/** So that a schedule of a few dozen hits gathers batches and links, as a site does after thousands. */
export const smallScale: readonly Patch[] = [
  { file: 'gather.ts', find: 'const batchesToGather = 64', replace: 'const batchesToGather = 2' },
  { file: 'gather.ts', find: 'const linksToGather = 256', replace: 'const linksToGather = 2' },
  { file: 'gather.ts', find: 'const setsToMerge = 16', replace: 'const setsToMerge = 3' },
  { file: 'gather.ts', find: 'const maxGathered = 20_000', replace: 'const maxGathered = 6' },
  { file: 'packed/packBatches.ts', find: 'const leastFacts = 1000', replace: 'const leastFacts = 2' },
]

const ignored = '.catch(() => undefined)'

export const mutants: readonly Mutant[] = [
  {
    rule: 'R1',
    name: 'facts of one id are not united',
    patches: [
      { file: 'factTable.ts', find: 'const its = known.facts.get(fact.id)', replace: 'const its = known.facts.get(`${fact.id} ${fact.received}`)' },
      { file: 'factTable.ts', find: 'known.facts.set(fact.id, [fact])', replace: 'known.facts.set(`${fact.id} ${fact.received}`, [fact])' },
      { file: 'factTable.ts', find: 'known.facts.set(fact.id, [...its, fact])', replace: 'known.facts.set(`${fact.id} ${fact.received}`, [...its, fact])' },
      { file: 'factSet.ts', find: 'const known = day.get(fact.id)', replace: 'const known = day.get(`${fact.id} ${fact.received}`)' },
      { file: 'factSet.ts', find: 'day.set(fact.id, [fact])', replace: 'day.set(`${fact.id} ${fact.received}`, [fact])' },
      { file: 'factSet.ts', find: 'day.set(fact.id, [...known, fact])', replace: 'day.set(`${fact.id} ${fact.received}`, [...known, fact])' },
    ],
    by: 1,
  },
  {
    rule: 'R2',
    name: 'the manifest does not wait for its segments',
    patches: [
      {
        file: 'compaction.ts',
        find: 'if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)\n  return { file, table, rows }',
        replace: `void createItem(storage, key, bytes)${ignored}\n  return { file, table, rows }`,
      },
    ],
    by: 24,
  },
  {
    rule: 'R3',
    name: 'a gathered value counts before it is whole',
    patches: [
      { file: 'siteLog.ts', find: 'if (isShort && name.made + settle >= now()) return true', replace: '' },
      { file: 'siteLog.ts', find: 'batch.damaged ||= problem.reason === \'checksum\' || name.bytes > 0', replace: 'batch.damaged ||= problem.reason === \'checksum\'' },
    ],
    by: gatheredByHalf,
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
    by: overtakenReader,
  },
  {
    rule: 'R5',
    name: 'a batch that is gone is passed over',
    patches: [{ file: 'siteLog.ts', find: 'if (read === undefined) return false', replace: 'if (read === undefined) return true' }],
    by: deletedUnderReader,
  },
  {
    rule: 'R5',
    name: 'a segment that is gone is passed over',
    patches: [{ file: 'siteLog.ts', find: 'if (gone === undefined) {', replace: 'if (gone === undefined || sought.size === 0) {' }],
    by: replacedUnderReader,
  },
  {
    rule: 'R6',
    name: 'batches go without a manifest that is known to be durable',
    patches: [
      {
        file: 'compaction.ts',
        find: 'if (!(await createItem(storage, key, bytes))) throw new Error(`[treadlight store] ${key} is taken`)\n  if (!(await areThere',
        replace: `void createItem(storage, key, bytes)${ignored}\n  if (!(await areThere`,
      },
    ],
    by: deletedBeforeDurable,
  },
  {
    rule: 'R6',
    name: 'batches go without a grace time',
    patches: [{ file: 'sweep.ts', find: 'const isOver = (time: number) => time + grace < begun', replace: 'const isOver = (time: number) => time + 0 * grace <= begun' }],
    by: 276,
  },
  {
    rule: 'R6',
    name: 'batches are covered that were not read',
    patches: [{ file: 'manifest.ts', find: 'if (run !== undefined && seq <= run[1] + 1)', replace: 'if (run !== undefined)' }],
    by: 85,
  },
  {
    rule: 'R7',
    name: 'every process is the same writer',
    patches: [{ file: 'storeOptions.ts', find: 'writer: `${resolved.writer}-${resolved.nonce()}`', replace: 'writer: `${resolved.writer}-000000000000`' }],
    by: 1,
  },
  {
    rule: 'R7',
    name: 'what two make in one millisecond has one name',
    patches: [{ file: 'keys.ts', find: 'return `${hexTime(time)}-${nonce}`', replace: 'return `${hexTime(time)}-${nonce.slice(0, 0)}000000000000`' }],
    by: 1,
  },
  {
    rule: 'R8',
    name: 'compaction forgets which hits were erased',
    patches: [{ file: 'compaction.ts', find: 'if (erased.length > 0) await log.writeErasedHits(erased)', replace: '' }],
    by: erasedThenTold,
  },
  {
    rule: 'R8',
    name: 'compaction keeps what was erased',
    patches: [{ file: 'compaction.ts', find: 'if (marks.isErased(facts)) {', replace: 'if (marks.isErased([])) {' }, { file: 'compaction.ts', find: '.filter((fact) => !marks.erases(fact))', replace: '' }],
    by: 3,
  },
  {
    rule: 'R8',
    name: 'a reader knows the erasures of its own process only',
    patches: [{ file: 'markLog.ts', find: 'else if (key.startsWith(`${site}:erasure:`)) addErasure(key, value as Erasure)', replace: 'else if (key.startsWith(`${site}:erasure:`)) erasures.set(key, value as Erasure)' }],
    by: 3,
  },
  {
    rule: 'R8',
    name: 'a reader knows the prunings of its own process only',
    patches: [{ file: 'markLog.ts', find: 'else addPruning(key, value as Pruning)', replace: 'else prunings.set(key, value as Pruning)' }],
    by: 1,
  },
  {
    rule: 'R9',
    name: 'a value is appended to after a failure',
    patches: [{ file: 'batchWriter.ts', find: 'current.delete(site)\n      options.onFailed', replace: 'options.onFailed' }],
    by: 4,
  },
  {
    rule: 'R10',
    name: 'a manifest goes before what it covers or replaces',
    patches: [{ file: 'sweep.ts', find: ' || manifest.replaces.some(catalog.knows) || coversAny(manifest)', replace: '' }],
    by: 1,
  },
  {
    rule: 'R12',
    name: "others' open batches are covered",
    patches: [{ file: 'siteLog.ts', find: 'isSettled: (batch) => batch.settled && ', replace: 'isSettled: (batch) => ' }],
    by: 3,
  },
  {
    rule: 'R8',
    name: 'packed facts outlive their batches',
    patches: [
      { file: 'packed/sweepPacked.ts', find: "if (keys.some(isOver)) return 'goes'", replace: "if (keys.some(isOver)) return 'stays'" },
      { file: 'packed/sweepPacked.ts', find: "grace < begun ? 'goes' : 'waits'", replace: "grace < begun ? 'stays' : 'waits'" },
    ],
    by: 8,
  },
  {
    rule: 'R12',
    name: 'the own open batch is covered',
    patches: [
      { file: 'batchWriter.ts', find: 'function isOpen(key: string): boolean {\n', replace: 'function isOpen(): boolean {\nreturn false\n' },
      { file: 'maintainSite.ts', find: 'await writer.rotate(', replace: 'void (' },
    ],
    by: 17,
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
    by: 2,
  },
  {
    rule: 'R14',
    name: 'a compaction that took hours names its segments all the same',
    patches: [{ file: 'compaction.ts', find: 'if (log.version !== version || isLate(options, begun)) {', replace: 'if (log.version !== version) {' }],
    by: sleptAfterSegments,
  },
  {
    rule: 'R14',
    name: 'nobody looks whether the segments are still there when the manifest has taken hours',
    patches: [{ file: 'compaction.ts', find: 'if (!(await areThere(storage, manifest.files))) {', replace: 'if (!areThere) {' }],
    by: sleptBeforeCommit,
  },
  {
    rule: 'R14',
    name: 'nobody looks whether the segments are still there when somebody was erased',
    patches: [{ file: 'compaction.ts', find: 'if (!(await areThere(storage, manifest.files))) {', replace: 'if (!areThere) {' }],
    by: erasedBeforeCommit,
  },
  {
    rule: 'R14',
    name: 'a segment that nobody names is not searched for erased persons',
    patches: [{ file: 'sweep.ts', find: 'if (!log.marks.hasErasures) return false', replace: 'if (waiting >= 0) return false' }],
    by: erasedBeforeCommit,
  },
  {
    rule: 'R14',
    name: 'a manifest whose segments are gone covers batches',
    patches: [{ file: 'catalog.ts', find: 'if (files.some((file) => missing.has(file.key) && !replaced.has(file.key))) found.add(key)', replace: 'if (files.some((file) => replaced.has(file.key) && missing.has(file.key))) found.delete(key)' }],
    by: diedInCommit,
  },
  {
    rule: 'R14',
    name: 'batches go without a look for the segments that stand for them',
    patches: [{ file: 'sweep.ts', find: 'await findMissing(new Set(segments))', replace: 'void findMissing' }],
    by: diedInCommit,
  },
  {
    rule: 'R14',
    name: 'the grace time is over before anybody could see the manifest',
    patches: [{ file: 'catalog.ts', find: 'seen - manifest.time > clockDifference', replace: 'seen - manifest.time > 400 * 86_400_000' }],
    by: sweptUnderManifest,
  },
  {
    rule: 'R14',
    name: 'the grace time of a manifest that came minutes late is over before anybody could see it',
    patches: [{ file: 'catalog.ts', find: 'seen - manifest.time > clockDifference', replace: 'seen - manifest.time > 6 * clockDifference' }],
    by: erasedUnderManifest,
  },
  {
    rule: 'R14',
    name: 'what was swept while its manifest came is not put back',
    patches: [{ file: 'sweep.ts', find: 'await createItem(storage, key, bytes)', replace: 'void createItem' }],
    by: sweptAndNamed,
  },
  {
    rule: 'R15',
    name: 'a pruning is forgotten when there was nothing to write',
    patches: [{ file: 'maintainSite.ts', find: 'if (pruned.clean) await', replace: 'if (pruned.facts === 0) await' }],
    by: prunedBesideDamage,
  },
  {
    rule: 'R14',
    name: 'nobody cares how long a compaction took, or what has become of its segments',
    patches: [
      { file: 'compaction.ts', find: 'return Math.abs(now() - begun) > commitLimit', replace: 'return Math.abs(now() - begun) > 400 * commitLimit' },
      { file: 'compaction.ts', find: 'if (!(await areThere(storage, manifest.files))) {', replace: 'if (!areThere) {' },
      { file: 'catalog.ts', find: 'if (files.some((file) => missing.has(file.key) && !replaced.has(file.key))) found.add(key)', replace: 'if (files.some((file) => replaced.has(file.key) && missing.has(file.key))) found.delete(key)' },
      { file: 'sweep.ts', find: 'await findMissing(new Set(segments))', replace: 'void findMissing' },
    ],
    by: sleptBeforeCommit,
  },
]

/** Nothing rots in a simulation: these are for `findRot`. */
export const rotMutants: readonly Omit<Mutant, 'by'>[] = [
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
    name: 'a frame whose length has changed passes for torn',
    patches: [{ file: 'frame.ts', find: "isWhole(bytes, start, Number(its), checksum) ? 'checksum' : 'torn'", replace: "isWhole(bytes, start, Number(its), '') ? 'checksum' : 'torn'" }],
  },
  {
    rule: 'R11',
    name: 'damage is not reported',
    patches: [{ file: 'siteLog.ts', find: 'onProblem({ key, ...problem })', replace: '' }],
  },
]

/** Plays the race, or schedules until one finds the mutant out: the seed that is known to, then one after the other. */
export async function findMutant({ rule, name, patches, by }: Mutant, runs: number): Promise<{ runs: number; by: Mutant['by']; failure?: string | undefined }> {
  const isRace = typeof by !== 'number'
  const open = await openPatched(`${rule} ${name}`.replaceAll(/\W+/g, '-'), isRace ? patches : [...smallScale, ...patches])
  if (isRace) return { runs: 1, by, failure: await by.play(open) }
  for (let count = 0; count <= runs; count++) {
    const seed = count === 0 ? by : count
    const [failure] = (await playSchedule(seed, open)).failures
    if (failure !== undefined) return { runs: Math.max(1, count), by: seed, failure: failure.text }
  }
  return { runs, by }
}
