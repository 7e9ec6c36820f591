import { combinedLog } from './formats/combinedLog.ts'
import { caddyLog, nginxLog } from './formats/jsonLog.ts'
import { treadlightCsv } from './formats/treadlightCsv.ts'
import { treadlightNdjson } from './formats/treadlightNdjson.ts'
import { treadlightParquet } from './formats/treadlightParquet.ts'
import type { ImportFormat } from './importFormat.ts'

/** What can be imported, in the order in which `--help` lists it. */
export const importFormats: readonly ImportFormat[] = [
  treadlightNdjson,
  treadlightCsv,
  treadlightParquet,
  combinedLog,
  caddyLog,
  nginxLog,
]
