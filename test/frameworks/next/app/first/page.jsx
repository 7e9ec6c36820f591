import { Search } from './Search.jsx'

export const metadata = { title: 'First' }

export default function First() {
  return (
    <>
      <Search />
      <p id="terms">Terms</p>
    </>
  )
}
