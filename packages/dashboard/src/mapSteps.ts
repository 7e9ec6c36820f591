/** How many shades the map has. */
const shades = 5

/**
 * From how many visitors on a country has each shade, the palest first. Each shade is as many times the one before: a few
 * countries have most visitors, and on even steps all others would look the same. Fewer shades where there are few visitors.
 */
export function mapSteps(most: number): number[] {
  const steps = Array.from({ length: shades }, (_, index) => Math.max(1, roundUp(most ** (index / shades))))
  return steps.filter((step, index) => step <= most && step !== steps[index - 1])
}

/** The shade of a count, from 1; 0 for nobody. */
export function shadeOf(count: number, steps: readonly number[]): number {
  return steps.filter((step) => step <= count).length
}

/** Two digits: limits that can be read. */
function roundUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1)
  return Math.ceil(value / unit) * unit
}
