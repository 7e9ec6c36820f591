import type { Codes } from './sessionIndex.ts'

/** Numbers with 0 for what is NaN, and one more for others. */
export function numbersOfTold(told: Float64Array): Uint32Array {
  const numbers = new Uint32Array(told.length)
  for (let at = 0; at < told.length; at++) numbers[at] = Number.isNaN(told[at]) ? 0 : told[at]! + 1
  return numbers
}

export function toldOfNumbers(numbers: Codes): Float64Array {
  const told = new Float64Array(numbers.length)
  for (let at = 0; at < numbers.length; at++) told[at] = numbers[at] === 0 ? NaN : numbers[at]! - 1
  return told
}

/** Of each time how long after the one before in its visit it was: mostly next to nothing. The first says its visit's start. */
export function stepsOfTimes(time: Codes, hitCount: Codes): Codes {
  const steps = time.slice()
  for (let visit = 0, at = 0; visit < hitCount.length; visit++) {
    steps[at++] = 0
    for (const end = at + hitCount[visit]! - 1; at < end; at++) steps[at] = time[at]! - time[at - 1]!
  }
  return steps
}

/** @param most the largest of the times */
export function timesOfSteps(steps: Codes, hitCount: Codes, start: Codes, most: number): Codes {
  const time = most < 2 ** 8 ? new Uint8Array(steps.length) : most < 2 ** 16 ? new Uint16Array(steps.length) : new Uint32Array(steps.length)
  for (let visit = 0, at = 0; visit < hitCount.length; visit++) {
    let its = start[visit]!
    for (const end = at + hitCount[visit]!; at < end; at++) time[at] = its += steps[at]!
  }
  return time
}
