/** Why each package that ours depend on is there. What none of ours asks for itself needs no reason: it comes with those that do. */
export const reasons: Readonly<Record<string, string>> = {
  bowser: 'browser, operating system and device of a user agent',
  cookie: 'cookies of requests and answers, by their RFC',
  'countries-and-timezones': 'the country of a time zone, where nothing says it better',
  h3: 'routes and web requests on every runtime',
  hyparquet: 'reads segments and exports, which are Parquet',
  'hyparquet-writer': 'writes them',
  'ipaddr.js': 'addresses and ranges, however they are written',
  isbot: 'the user agents of robots',
  papaparse: 'CSV that other products export',
  parse5: 'the tags of a page as browsers read them, where an installation is checked',
  re2js: 'patterns of the stats API in time linear to what they look at',
  srvx: 'the HTTP server of Node.js, Bun and Deno behind h3',
  unstorage: 'one contract for storages, your own too, and the one in memory',
  yauzl: 'zip files that other products export',
}

/** Why each package is in the dashboard’s page, which is built into treadlight. */
export const reasonsInPage: Readonly<Record<string, string>> = {
  'd3-geo': 'the projection of the map',
  'iso-3166': 'numbers of countries on the map to their letters',
  preact: 'the page itself',
  'topojson-client': 'borders of the map',
  uplot: 'the trend',
  'world-atlas': 'shapes of countries',
}

/** Licences that ask for no more than to be named. */
export const allowedLicences: readonly string[] = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0']

/** Packages under others, each looked at by hand; a change of licence is looked at again. */
export const otherLicences: Readonly<Record<string, { licence: string; why: string }>> = {
  isbot: { licence: 'Unlicense', why: 'given to the public, it asks for nothing' },
  'lru-cache': { licence: 'BlueOak-1.0.0', why: 'asks for no more than MIT does, and gives patents too' },
}
