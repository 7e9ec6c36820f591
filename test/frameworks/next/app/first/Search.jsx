'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'

export function Search() {
  const router = useRouter()
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <input name="q" onChange={(event) => router.replace(`?q=${event.target.value}`)} />
      <Link href="#terms">Terms</Link>
    </form>
  )
}
