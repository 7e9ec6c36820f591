export const metadata = { title: 'Second' }

export default function Second() {
  return <h1>Second</h1>
}
