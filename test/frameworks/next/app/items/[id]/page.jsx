// Rendered for each request: the title comes with the server's answer.
export async function generateMetadata({ params }) {
  return { title: `Item ${(await params).id}` }
}

export default async function Item({ params }) {
  return <h1>Item {(await params).id}</h1>
}
