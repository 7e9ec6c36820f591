import { tagOf } from '@treadlight/server/next'
import { headers } from 'next/headers'

export const metadata = { title: 'Tagged' }

export default async function Tagged() {
  return <p data-tag={JSON.stringify(tagOf(await headers()))}>Tagged</p>
}
