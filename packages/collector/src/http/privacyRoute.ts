import { FastResponse } from 'srvx'
import type { PrivacySection } from '../privacy/describePrivacy.ts'
import { privacyHtml, privacyPolicy } from '../privacy/privacyHtml.ts'
import type { Routes } from './routes.ts'

/** `GET /privacy`, for anybody: what the settings mean for visitors. */
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
}
