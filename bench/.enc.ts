import { encodeSegment } from '/work/main/packages/store/src/segment/encodeSegment.ts'
import { decodeSegment } from '/work/main/packages/store/src/segment/decodeSegment.ts'
import { segmentLines } from '/work/main/packages/store/src/segment/segmentLines.ts'
import { generateHits } from '/work/main/bench/generateHits.ts'
const mode = process.argv[2]!
const days = [...generateHits({ hits: 33000 * 3, days: 3 })].map(d => JSON.parse(JSON.stringify(d)))
const segs = days.map(d => encodeSegment(d))
for (let round = 0; round < 6; round++) {
  // fresh strings per round
  const input = mode === 'encode' ? days.map(d => JSON.parse(JSON.stringify(d))) : days
  const a = process.cpuUsage(), t = performance.now()
  let n = 0
  for (let i = 0; i < 3; i++) {
    if (mode === 'encode') encodeSegment(input[i])
    if (mode === 'decode') await decodeSegment(segs[i])
    if (mode === 'lines') for await (const _ of segmentLines(segs[i])) { n++ }
  }
  const c = process.cpuUsage(a)
  console.log(mode, 'cpu/M', ((c.user + c.system) / 1e6 / 0.099).toFixed(2), 'wall/M', ((performance.now() - t) / 1e3 / 0.099).toFixed(2))
}
