import { createIsbotFromList, list } from 'isbot'

/** What driven browsers and the programs that drive them call themselves; isbot knows most of it as robots. */
const drivers = ['headless', 'phantomjs', 'playwright', 'puppeteer', 'selenium', 'cypress/']

const knownDrivers = new RegExp(drivers.join('|'), 'i')

/**
 * User agents of HTTP libraries, and of programs that have a name of their own. Whatever isbot knows these by says
 * only that a program has sent the request.
 */
const libraries = [
  'curl/8.5.0',
  'Wget/1.21.4',
  'node',
  'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
  'undici',
  'axios/1.7.2',
  'got (https://github.com/sindresorhus/got)',
  'Deno/2.1.4',
  'Bun/1.2.0',
  'python-requests/2.32.3',
  'Python-urllib/3.12',
  'python-httpx/0.27.0',
  'Python/3.12 aiohttp/3.10.5',
  'Go-http-client/1.1',
  'okhttp/4.12.0',
  'Java/17.0.1',
  'Java-http-client/21.0.2',
  'Apache-HttpClient/4.5.13 (Java/17.0.1)',
  'Ruby',
  'Faraday v2.9.0',
  'http.rb/5.2.0',
  'GuzzleHttp/7',
  'PHP/8.3',
  'Symfony HttpClient/Curl',
  'libwww-perl/6.67',
  'RestSharp/110',
  'reqwest/0.12',
  'HTTPie/3.2.2',
  'PostmanRuntime/7.43.0',
  'k6/0.54.0 (https://k6.io/)',
  'MyShop/1.4',
  'shop server 1.0',
]

const crawlers = list.filter((pattern) => !drivers.includes(pattern))
const namesCrawler = createIsbotFromList(crawlers)
const namesMoreThanLibrary = createIsbotFromList(crawlers.filter((pattern) => !flagsLibrary(new RegExp(pattern, 'i'))))

/**
 * Whether a user agent that posts hits is a crawler's.
 *
 * HTTP libraries are not meant, nor an empty user agent: a crawler that runs the tracker says `Mozilla/…` like a browser,
 * or its name; who posts here with curl or from a server means it. And spammers name the browser that they like.
 */
export function isCrawler(userAgent: string): boolean {
  return userAgent.startsWith('Mozilla/') ? namesCrawler(userAgent) : namesMoreThanLibrary(userAgent)
}

/** Whether a user agent that fetches pixels is a robot's: HTTP libraries too, for these follow whatever a page links. */
export const isRobot: (userAgent: string) => boolean = namesCrawler

/** Whether a text, such as a user agent, names what drives browsers. */
export function namesDriver(text: string): boolean {
  return knownDrivers.test(text)
}

function flagsLibrary(pattern: RegExp): boolean {
  return libraries.some((userAgent) => pattern.test(userAgent))
}
