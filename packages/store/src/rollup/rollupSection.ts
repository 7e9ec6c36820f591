import { Buffer } from 'node:buffer'
import { compareText } from '../byTime.ts'
import { packedLength, packSums, unpackSums } from './packSums.ts'
import { columnsOf, keptSums, type KeptSum, type RollupDimension, type RollupRows, type SumColumns } from './rollup.ts'
import { addBasis, basisOf, modelOf, type Basis } from './sumNumbers.ts'

/** The rows of some dimensions, or of none: the totals, which have no labels. */
export type SectionRows = ReadonlyMap<RollupDimension | undefined, RollupRows>

const none = -1

/**
 * The bytes of a section: the length of the labels, 32 bits with the lowest first; all labels of its dimensions in order, each once, as
 * JSON; then of each dimension how many rows it has, which labels these are and the columns of their sums.
 */
export function encodeSection(rows: SectionRows): Buffer {
  const labels = [...new Set([...rows.values()].flatMap((its) => its.labels))].sort(compareText)
  const codes = new Map<string, number>()
  for (let code = 0; code < labels.length; code++) codes.set(labels[code]!, code)
  const text = Buffer.from(JSON.stringify(labels))
  const pieces: Uint8Array[] = [uint32(text.length), text]
  const sorted = new Map<RollupDimension | undefined, SortedRows>()
  for (const [dimension, its] of rows) {
    const made = sortRows(its, codes)
    sorted.set(dimension, made)
    pieces.push(uint32(its.sums.visitors.length), packSums(stepsOf(made.codes)))
    const model = matchRows(made.codes, sorted.get(modelOf(dimension)), labels.length)
    for (const name of keptSums) {
      const numbers = made.sums[name].slice()
      const basis = basisOf(name, dimension, made.sums, model)
      if (basis !== undefined) addBasis(numbers, basis, -1)
      pieces.push(packSums(numbers))
    }
  }
  return Buffer.concat(pieces)
}

interface SortedRows {
  /** Of the labels, ascending. */
  codes: Float64Array
  sums: SumColumns
}

/** The totals stay as they are. */
function sortRows({ labels, sums }: RollupRows, codeOf: ReadonlyMap<string, number>): SortedRows {
  if (labels.length === 0) return { codes: new Float64Array(0), sums }
  const codes = new Float64Array(labels.length)
  const rowOf = new Int32Array(codeOf.size).fill(none)
  for (let row = 0; row < labels.length; row++) rowOf[(codes[row] = codeOf.get(labels[row]!)!)] = row
  codes.sort()
  return { codes, sums: columnsOf((name) => pick(sums[name], codes, rowOf)) }
}

function pick(sums: Float64Array, codes: Float64Array, rowOf: Int32Array): Float64Array {
  const picked = new Float64Array(codes.length)
  for (let row = 0; row < codes.length; row++) picked[row] = sums[rowOf[codes[row]!]!]!
  return picked
}

/** The rows of the model that have the labels of these. */
function matchRows(codes: Float64Array, model: SortedRows | undefined, labels: number): { sums: SumColumns; rows: Int32Array } | undefined {
  if (model === undefined) return undefined
  const rowOf = new Int32Array(labels).fill(none)
  for (let row = 0; row < model.codes.length; row++) rowOf[model.codes[row]!] = row
  const rows = new Int32Array(codes.length)
  for (let row = 0; row < codes.length; row++) rows[row] = rowOf[codes[row]!]!
  return { sums: model.sums, rows }
}

/** Of ascending numbers how many were left out before each: mostly none. */
function stepsOf(codes: Float64Array): Float64Array {
  const steps = codes.slice()
  for (let row = 1; row < steps.length; row++) steps[row] = codes[row]! - codes[row - 1]! - 1
  return steps
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

/** A section that was read: rows are made when they are asked for, and each column of their sums when that is. */
export interface OpenSection {
  rows(dimension: RollupDimension | undefined): RollupRows
}

/** @param dimensions in the order in which they were written */
export function openSection(bytes: Buffer, dimensions: readonly (RollupDimension | undefined)[]): OpenSection {
  const labelsEnd = 4 + bytes.readUInt32LE(0)
  const labels = JSON.parse(bytes.toString('utf8', 4, labelsEnd)) as string[]
  const places = new Map<RollupDimension | undefined, number>()
  const made = new Map<RollupDimension | undefined, SortedRows & RollupRows>()
  let end = labelsEnd
  for (const dimension of dimensions) {
    places.set(dimension, end)
    end = skipRows(bytes, end)
  }

  function rowsOf(dimension: RollupDimension | undefined): SortedRows & RollupRows {
    const known = made.get(dimension)
    if (known !== undefined) return known
    const start = places.get(dimension)!
    const rows = bytes.readUInt32LE(start)
    const codes = codesOf(unpackSums(bytes, start + 4, dimension === undefined ? 0 : rows))
    const model = modelOf(dimension)
    const matched = model === undefined ? undefined : matchRows(codes, rowsOf(model), labels.length)
    let at = start + 4 + packedLength(bytes[start + 4]!, codes.length)
    const columns: Partial<Record<KeptSum, () => Float64Array>> = {}
    for (const name of keptSums) {
      columns[name] = readColumn(at, rows, () => basisOf(name, dimension, sums, matched))
      at += packedLength(bytes[at]!, rows)
    }
    const sums = lazily(columns as Record<KeptSum, () => Float64Array>)
    const its = { codes, sums, labels: pickLabels(labels, codes) }
    made.set(dimension, its)
    return its
  }

  function readColumn(at: number, rows: number, findBasis: () => Basis | undefined): () => Float64Array {
    let numbers: Float64Array | undefined
    return () => {
      if (numbers !== undefined) return numbers
      numbers = unpackSums(bytes, at, rows)
      const basis = findBasis()
      if (basis !== undefined) addBasis(numbers, basis, 1)
      return numbers
    }
  }

  return { rows: rowsOf }
}

function lazily(columns: Record<KeptSum, () => Float64Array>): SumColumns {
  return Object.defineProperties({}, Object.fromEntries(keptSums.map((name) => [name, { get: columns[name], enumerable: true }]))) as SumColumns
}

function pickLabels(labels: readonly string[], codes: Float64Array): readonly string[] {
  if (labels.length === codes.length) return labels
  const picked: string[] = []
  for (let row = 0; row < codes.length; row++) picked.push(labels[codes[row]!]!)
  return picked
}

/** @returns where the next dimension begins */
function skipRows(bytes: Buffer, start: number): number {
  const rows = bytes.readUInt32LE(start)
  let at = start + 4
  // Totals have rows, and no labels: then the column is empty, and says so by its width.
  for (let column = 0; column <= keptSums.length; column++) at += packedLength(bytes[at]!, rows)
  return at
}
