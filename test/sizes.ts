/** How much a proof goes through: less where twenty minutes are all there is for everything, as in `.ci/run`. */
export function sized(atDesk: number, inCi: number): number {
  return process.env['CI'] ? inCi : atDesk
}
