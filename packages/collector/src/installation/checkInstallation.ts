import { fetchPage, PageError, type FetchedPage, type RequestPage } from './fetchPage.ts'
import { finding, type Finding } from './findings.ts'
import { pageFindings } from './pageFindings.ts'
import type { AddressRule } from './publicAddress.ts'

export interface InstallationCheck {
  /** The page to look at. */
  url: URL
  /** Where this collector is for the page's visitors, ending in a slash. */
  collector: URL
  request: RequestPage
  rule: AddressRule
  /** What this collector makes of hits of the page that was found, behind its redirects. */
  judge(url: URL): Promise<Finding[]>
}

/** Looks whether a page is counted, and why not. */
export async function checkInstallation({ url, collector, request, rule, judge }: InstallationCheck): Promise<Finding[]> {
  const page = await fetchPage(url, request, rule).catch(explain)
  // Whether the tag is seen or not: what hits would meet is the same.
  return 'body' in page ? [...pageFindings(page, collector), ...(await judge(page.url))] : [page, ...(await judge(url))]
}

function explain(error: unknown): Finding | FetchedPage {
  if (error instanceof PageError) return finding(error.code, error.message)
  throw error
}
