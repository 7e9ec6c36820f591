'use client'
import { useRouter } from 'next/navigation'

export function Replace() {
  const router = useRouter()
  return <button onClick={() => router.replace('/first')}>Replace</button>
}
