import Link from 'next/link'
import { Replace } from './Replace.jsx'

export default function Layout({ children }) {
  return (
    <html>
      <head>
        <script defer src="/t.js" data-ignore="iframe"></script>
      </head>
      <body>
        <Link href="/">Home</Link> <Link href="/first">First</Link> <Link href="/second">Second</Link>
        <Link href="/items/1">Item 1</Link> <Link href="/items/2">Item 2</Link> <Link href="/old">Old</Link>
        <Link href="/moved">Moved</Link>
        <Replace />
        {children}
      </body>
    </html>
  )
}
