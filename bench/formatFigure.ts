import type { Figure } from './run.ts'

/** Two digits behind the point, none from a hundred on. */
export function formatFigure(value: number): string {
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : value.toFixed(2)
}

const heads = ['what', 'ours', 'baseline', 'theirs', '', 'ratio', 'the work is not equal', 'measured in full by'] as const

/** Figures a line each; before them what was compared, as a table. */
export function figureTable(figures: readonly Figure[]): string {
  const [compared, others] = [figures.filter(({ against }) => against !== undefined), figures.filter(({ against }) => against === undefined)]
  return [...(compared.length > 0 ? [comparisonTable(compared)] : []), ...(others.length > 0 ? [listFigures(others)] : [])].join('\n\n')
}

function listFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length))
  return figures.map(({ name, value, unit }) => `${name.padEnd(width)}  ${formatFigure(value).padStart(10)} ${unit}`).join('\n')
}

function comparisonTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ value, against }) => {
    const { what, ours, baseline, theirs, unit, unequal = '', command } = against!
    return [what, formatFigure(ours), baseline, formatFigure(theirs), unit, `${value.toFixed(2)} ×`, unequal, command]
  })
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((cells) => cells[column]!.length)))
  const line = (cells: readonly string[]) => cells.map((cell, column) => ([1, 3, 5].includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd()
  return [line(heads), ...rows.map(line), '', 'ratio: how many times better ours is; below 1 the other one is better'].join('\n')
}
