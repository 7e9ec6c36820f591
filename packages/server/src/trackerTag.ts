// Stands here until the tag's own part is merged.
export interface TrackerTagOptions {
  collector: string | URL
  script?: string
  view?: string
  token?: string
  nonce?: string
  attributes?: Record<string, string>
}

export function trackerTag({ collector, view, token }: TrackerTagOptions): string {
  return `<script defer src="${new URL('/t.js', collector)}"${view ? ` data-view="${view}"` : ''}${token ? ` data-user="${token}"` : ''}></script>`
}
