import { redirect } from 'next/navigation'

// Within the app the router shows this page first, in the address bar too, and replaces it some 10 ms later.
export default function Moved() {
  redirect('/second')
}
