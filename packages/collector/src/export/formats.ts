/** How a format is named in a download. */
interface FormatKind {
  extension: string
  contentType: string
}

/** What hits can be exported as. */
export const exportFormats = ['csv', 'ndjson', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]

export const formatKinds: Readonly<Record<ExportFormat, FormatKind>> = {
  csv: { extension: 'csv', contentType: 'text/csv; charset=utf-8; header=present' },
  ndjson: { extension: 'ndjson', contentType: 'application/x-ndjson; charset=utf-8' },
  // Registered in 2024: https://www.iana.org/assignments/media-types/application/vnd.apache.parquet
  parquet: { extension: 'parquet', contentType: 'application/vnd.apache.parquet' },
}

export function isExportFormat(name: string): name is ExportFormat {
  return (exportFormats as readonly string[]).includes(name)
}
