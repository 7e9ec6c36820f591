import { combinedLog } from './formats/combinedLog.ts'
import { caddyLog, nginxLog } from './formats/jsonLog.ts'
import { goatcounter } from './formats/goatcounter.ts'
import { matomo } from './formats/matomo.ts'
import { pagetimer } from './formats/pagetimer.ts'
import { plainPageviews } from './formats/plainPageviews.ts'
import { plausible } from './formats/plausible.ts'
import { treadlightCsv } from './formats/treadlightCsv.ts'
import { treadlightNdjson } from './formats/treadlightNdjson.ts'
import { treadlightParquet } from './formats/treadlightParquet.ts'
import { umami } from './formats/umami.ts'
import type { ImportFormat } from './importFormat.ts'

/** What can be imported, in the order in which `--help` lists it. */
export const importFormats: readonly ImportFormat[] = [
  treadlightNdjson,
  treadlightCsv,
  treadlightParquet,
  combinedLog,
  caddyLog,
  nginxLog,
  umami,
  plausible,
  matomo,
  goatcounter,
  plainPageviews,
  pagetimer,
]
