import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { documents, proseOf, readDocument, root } from './documents.ts'

// Links of one document to another, and into it. What is in code is none.

interface Link {
  /** As it stands there. */
  text: string
  /** In the repository. */
  path: string
  anchor: string
}

const withoutCode = (text: string): string => proseOf(text).replaceAll(/(`+).+?\1(?!`)/g, '')

function linksOf(page: string): Link[] {
  const found = [...withoutCode(readDocument(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
  return found.filter((target) => !/^[a-z]+:/.test(target)).map((text) => {
    const [path = '', anchor = ''] = text.split('#')
    return { text, path: path === '' ? page : normalize(join(dirname(page), path)), anchor }
  })
}

/** As GitHub names headings: lower case, without punctuation, blanks as dashes; one that is there already gets a number. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading] of proseOf(readDocument(page)).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const name = plain.replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '').trim().replaceAll(' ', '-')
    let anchor = name
    for (let count = 1; anchors.has(anchor); count++) anchor = `${name}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

describe.each(documents)('%s', (page) => {
  test('its links lead to what is there', () => {
    const broken = linksOf(page).filter(({ path, anchor }) => {
      if (!existsSync(join(root, path))) return true
      return anchor !== '' && (statSync(join(root, path)).isDirectory() || !anchorsOf(path).has(anchor))
    })
    expect(broken.map(({ text }) => text)).toEqual([])
  })
})

/** What can be reached from a document by links alone. */
function reachableFrom(page: string): Set<string> {
  const reached = new Set([page])
  for (const each of reached) for (const { path } of linksOf(each)) if (documents.includes(path)) reached.add(path)
  return reached
}

const pages = documents.filter((page) => page.startsWith('docs/'))

test('docs/README.md names every page itself', () => {
  const named = linksOf('docs/README.md').map(({ path }) => path)
  expect(pages.filter((page) => page !== 'docs/README.md' && !named.includes(page))).toEqual([])
})

test('README.md leads to every page, and to the list of them', () => {
  const reached = reachableFrom('README.md')
  expect(pages.filter((page) => !reached.has(page))).toEqual([])
})
