/** A line through points, and how far its slope may be off. */
export interface Slope {
  slope: number
  /** The slope is within this of it, with 95 % confidence, where what is off differs from point to point; Infinity for fewer than three points. */
  error: number
}

/** Least squares. What is off by turns for long, as memory between two collections is, is to be averaged before. */
export function leastSquares(points: readonly (readonly [x: number, y: number])[]): Slope {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [middleX, middleY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const spread = points.reduce((sum, [x]) => sum + (x - middleX) ** 2, 0)
  const slope = points.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0) / spread
  const rest = points.reduce((sum, [x, y]) => sum + (y - middleY - slope * (x - middleX)) ** 2, 0)
  const degrees = points.length - 2
  return { slope, error: degrees < 1 ? Infinity : studentT(degrees) * Math.sqrt(rest / degrees / spread) }
}

/** Two-sided, 95 %: within 0.2 % from three degrees on (Cornish and Fisher's expansion about the normal 1.96); two smaller ones as tables have them. */
function studentT(degrees: number): number {
  if (degrees < 3) return degrees === 1 ? 12.706 : 4.303
  const z = 1.959964
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) + (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
}
