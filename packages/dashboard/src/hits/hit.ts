/** A hit as `GET /api/hits` answers it. */
export interface Hit {
  id: string
  type: 'pageview' | 'event' | 'engagement'
  /** '' for nobody known. */
  user_id: string
  url: string
  path: string
  title: string
  source: string
  session_id: string
  /** '' where visitors are not told apart. */
  visitor?: string
  /** ISO 8601. */
  timestamp: string
  /** Of an event. */
  name?: string | null
}

export interface HitPage {
  results: Hit[]
  page: number
  pages: number
  total: number
  page_size: number
}
