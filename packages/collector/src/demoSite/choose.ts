import type { Random } from './random.ts'

/** One of the choices, each as often as its weight says. */
export function choose<T>(random: Random, choices: readonly T[], weigh: (choice: T) => number): T {
  let left = random() * choices.reduce((sum, choice) => sum + weigh(choice), 0)
  return choices.find((choice) => (left -= weigh(choice)) < 0) ?? choices.at(-1)!
}

/** Around `mean`, never below zero; often short, seldom long, as stays on pages are. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean
}

/** So many hexadecimal digits. */
export function hexDigits(random: Random, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('')
}
