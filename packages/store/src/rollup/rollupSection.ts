import { Buffer } from 'node:buffer'
import { compareText } from '../byTime.ts'
import { packedLength, packSums, unpackSums } from './packSums.ts'
import { columnsOf, keptSums, type KeptSum, type RollupDimension, type RollupRows, type SumColumns } from './rollup.ts'
import { fromNumbers, modelOf, toNumbers, type ModelSums } from './sumNumbers.ts'

/** The rows of some dimensions, or of none: the totals, which have no labels. */
export type SectionRows = ReadonlyMap<RollupDimension | undefined, RollupRows>

const none = -1

/**
 * The bytes of a section: the length of the labels, 32 bits with the lowest first; all labels of its dimensions in order, each once, as
 * JSON; then of each dimension how many rows it has, which labels these are and the columns of their sums.
 */
export function encodeSection(rows: SectionRows): Buffer {
  const labels = [...new Set([...rows.values()].flatMap((its) => its.labels))].toSorted(compareText)
  const codes = new Map(labels.map((label, code) => [label, code]))
  const text = Buffer.from(JSON.stringify(labels))
  const pieces: Uint8Array[] = [uint32(text.length), text]
  const sorted = new Map<RollupDimension | undefined, SortedRows>()
  for (const [dimension, its] of rows) {
    const made = sortRows(its, codes)
    sorted.set(dimension, made)
    pieces.push(uint32(its.sums.visitors.length), packSums(stepsOf(made.codes)))
    const model = modelSums(made, sorted.get(modelOf(dimension)), labels.length)
    for (const name of keptSums) pieces.push(packSums(toNumbers(made.sums, name, dimension, model)))
  }
  return Buffer.concat(pieces)
}

interface SortedRows {
  /** Of the labels, ascending. */
  codes: Float64Array
  sums: SumColumns
}

/** The totals stay as they are. */
function sortRows({ labels, sums }: RollupRows, codes: ReadonlyMap<string, number>): SortedRows {
  if (labels.length === 0) return { codes: new Float64Array(0), sums }
  const order = Uint32Array.from(labels.keys()).sort((a, b) => codes.get(labels[a]!)! - codes.get(labels[b]!)!)
  return { codes: Float64Array.from(order, (row) => codes.get(labels[row]!)!), sums: columnsOf((name) => Float64Array.from(order, (row) => sums[name][row]!)) }
}

function modelSums(rows: Pick<SortedRows, 'codes'>, model: SortedRows | undefined, labels: number): ModelSums {
  if (model === undefined) return () => 0
  const rowOf = new Int32Array(labels).fill(none)
  for (let row = 0; row < model.codes.length; row++) rowOf[model.codes[row]!] = row
  const its = Int32Array.from(rows.codes, (code) => rowOf[code]!)
  return (name: KeptSum, row: number) => (its[row] === none ? 0 : model.sums[name][its[row]!]!)
}

/** Of ascending numbers how many were left out before each: mostly none. */
function stepsOf(codes: Float64Array): Float64Array {
  return codes.map((code, row) => code - (row === 0 ? 0 : codes[row - 1]! + 1))
}

function codesOf(steps: Float64Array): Float64Array {
  for (let row = 1; row < steps.length; row++) steps[row]! += steps[row - 1]! + 1
  return steps
}

function uint32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(number)
  return bytes
}

/** A section that was read: rows are made when they are asked for. */
export interface OpenSection {
  rows(dimension: RollupDimension | undefined): RollupRows
}

/** @param dimensions in the order in which they were written */
export function openSection(bytes: Buffer, dimensions: readonly (RollupDimension | undefined)[]): OpenSection {
  const labelsEnd = 4 + bytes.readUInt32LE(0)
  const labels = JSON.parse(bytes.toString('utf8', 4, labelsEnd)) as string[]
  const places = new Map<RollupDimension | undefined, number>()
  const made = new Map<RollupDimension | undefined, SortedRows>()
  let end = labelsEnd
  for (const dimension of dimensions) {
    places.set(dimension, end)
    end = skipRows(bytes, end)
  }

  function read(dimension: RollupDimension | undefined): SortedRows {
    const known = made.get(dimension)
    if (known !== undefined) return known
    let at = places.get(dimension)!
    const rows = bytes.readUInt32LE(at)
    at += 4
    const isTotals = dimension === undefined
    const codes = codesOf(unpackSums(bytes, at, isTotals ? 0 : rows))
    at += packedLength(bytes[at]!, isTotals ? 0 : rows)
    const model = modelOf(dimension)
    const modelled = modelSums({ codes }, model === undefined ? undefined : read(model), labels.length)
    const sums: Partial<Record<KeptSum, Float64Array>> = {}
    for (const name of keptSums) {
      sums[name] = fromNumbers(sums as SumColumns, name, dimension, modelled, unpackSums(bytes, at, rows))
      at += packedLength(bytes[at]!, rows)
    }
    const its = { codes, sums: sums as SumColumns }
    made.set(dimension, its)
    return its
  }

  return {
    rows(dimension) {
      const { codes, sums } = read(dimension)
      return { labels: Array.from(codes, (code) => labels[code]!), sums }
    },
  }
}

/** @returns where the next dimension begins */
function skipRows(bytes: Buffer, start: number): number {
  const rows = bytes.readUInt32LE(start)
  let at = start + 4
  // Totals have rows, and no labels: then the column is empty, and says so by its width.
  for (let column = 0; column <= keptSums.length; column++) at += packedLength(bytes[at]!, rows)
  return at
}
