/** How this page was loaded; TypeScript does not know the newer fields. */
export function readNavigation(): (PerformanceNavigationTiming & { activationStart?: number; responseStatus?: number }) | undefined {
  return performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined
}
