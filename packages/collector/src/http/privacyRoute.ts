import { FastResponse } from 'srvx'
import type { PrivacySection } from '../privacy/describePrivacy.ts'
import { privacyHtml, privacyPolicy } from '../privacy/privacyHtml.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

/** `GET /privacy`, for anybody: what the settings mean for visitors. `GET /api/privacy` says the same as JSON. */
export function addPrivacyRoute(routes: Routes, sections: readonly PrivacySection[]): void {
  const page = privacyHtml(sections)
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': privacyPolicy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  routes.add('GET', '/privacy', 'public', () => new FastResponse(page, { headers }))
  routes.add('GET', '/api/privacy', 'public', () => json({ sections }))
}
