import type { HitType, PropValue, Revenue } from '@treadlight/protocol'
import type { Device, RollupDimension, StoredHit } from '@treadlight/store'

/**
 * One product's export, as it is read. A format knows the file alone: sites, ids, visitors, attribution and the store are
 * none of its business (`finishHit.ts`).
 */
export interface ImportFormat {
  /** As in `treadlight import --format NAME`. */
  name: string
  /** What `--help` says of it, and from what it comes. */
  title: string
  /** Whether a file looks like it, by its name and how it begins. Of a zip each entry is asked. */
  detects(file: ImportHead): boolean
  /** Reads it, a piece at a time, in bounded memory. */
  read(input: ImportInput): AsyncIterable<ImportPiece>
}

/** How a file begins. */
export interface ImportHead {
  /** Without its folder, and without `.gz`; `-` for standard input. */
  name: string
  /** Its first bytes, decompressed: at most 64 KiB. */
  head: Uint8Array
  /** The same as text. */
  text: string
}

export interface ImportFile extends ImportHead {
  /** Bytes, decompressed, where that is known. */
  size: number | undefined
  /** What is in it, decompressed. @param from bytes that are left out */
  bytes(from?: number): AsyncIterable<Uint8Array>
  /** For what is read by parts (Parquet): some of its bytes. What can only be streamed is spooled first. */
  part(start: number, end: number): Promise<Uint8Array>
}

/** What a format reads: a file, or the entries of a zip. */
export interface ImportInput {
  files: readonly ImportFile[]
  /** IANA name: where the export has times without a zone of their own. */
  timezone: string
  /** Host of the site's pages, for exports that know paths alone; '' where nobody has said it. */
  host: string
  /** Where an import that broke off goes on: `next` of a piece. @default the beginning */
  from?: ImportPosition | undefined
}

/** A place between two rows. */
export interface ImportPosition {
  /** In `ImportInput.files`. */
  file: number
  /** Of what was decompressed, bytes; or what else the format counts. */
  offset: number
  /** Lines, or rows, before it. */
  line: number
}

/** Some hundred rows, and where the next one begins. */
export interface ImportPiece {
  rows: ImportRow[]
  next: ImportPosition
}

/** What a row is. `line` counts from 1, in its file; `file` is left out of the first. */
export type ImportRow = ImportedRow & { line: number; file?: number }

type ImportedRow =
  /** A hit that is to be completed as the collector completes what it receives. */
  | { hit: ImportedHit }
  /** One that our own store has completed. */
  | { stored: StoredHit }
  /** Sums of a day, where the export has no hits. */
  | { sums: ImportedSums }
  /** Not understood, and why: few words, no value of a visitor's. `sample` is what the row had instead, some 80 characters. */
  | { problem: string; sample?: string }
  /** Understood, and left out on purpose: `no page view`, `a bot` … */
  | { skip: string }

/**
 * What an export knows of a hit. What is left out is read from what is there: attribution from the URL, browser and
 * device from the user agent, the country from the address or the time zone.
 */
export interface ImportedHit {
  /** ms since 1970. */
  time: number
  /** Absolute, http or https, with the query as the export has it. */
  url: string
  /** @default 'event' with a name, else 'pageview' */
  type?: HitType
  /**
   * The export's own id of the row. Without one the id is made of all that is here and of its number among equal rows
   * of the export; with one, rows of one key are one hit.
   */
  key?: string
  /** What the id is made of without a key, where that is shorter than all that is here: the row as it stands in the export. */
  row?: string
  /** The pageview that it belongs to: its key (which it must have then) and its time. */
  view?: { key: string; time: number }
  title?: string
  referrer?: string
  name?: string
  props?: Record<string, PropValue>
  revenue?: Revenue
  interactive?: boolean
  /** Engaged time of the view in all, ms. */
  engaged?: number
  /** Deepest scroll position of the view, per cent. */
  scroll?: number
  /** What the export calls a session: stored where the setting `visitor` keeps session ids. */
  session?: string
  /** What the export tells visitors apart by. Stored is a hash of it that lives one day. */
  visitor?: string
  /** Id of a known user, stored as it is. */
  user?: string
  /** The client's: for visitor, place and exclusions. Never stored whole. */
  address?: string
  userAgent?: string
  /** Of the request: those that `clientHeaders` of the protocol lists, by their lower-case names. */
  headers?: Readonly<Record<string, string>>
  /** `true`: nothing but the request tells people from programs, so these are looked for by all that is known of them. */
  isUnproven?: boolean
  /** Only where the URL does not say them; lower case, as `utm_…` are. */
  source?: string
  medium?: string
  campaign?: string
  term?: string
  content?: string
  /** ISO 3166-1, two letters. */
  country?: string
  /** ISO 3166-2 with the country before it (`DE-BY`), or a name. */
  region?: string
  city?: string
  /** Where there is no user agent: as `readDevice.ts` names them. */
  browser?: string
  browserVersion?: string
  os?: string
  osVersion?: string
  device?: Device
  /** `1920x1080` */
  screen?: string
  /** BCP 47. */
  language?: string
  timezone?: string
}

/**
 * Figures of a home day, of one value of a dimension or of all hits (`dimension` left out), with the meaning of `KeptSum`
 * in the store. What the export does not know is left out, and then nobody can ask for it.
 */
export interface ImportedSums {
  /** `YYYY-MM-DD`, in the site's time zone. */
  day: string
  dimension?: RollupDimension
  /** As the dashboard's rows say it: `Direct / None`, `(not set)`. */
  label?: string
  visitors?: number
  visits?: number
  pageviews?: number
  events?: number
  bounced?: number
  /** ms, of all visits together. */
  duration?: number
  /** Visits that began there. */
  entered?: number
  /** Pageviews of these visits. */
  enteredViews?: number
  engaged?: number
  engagedVisits?: number
  scroll?: number
  scrolled?: number
}
