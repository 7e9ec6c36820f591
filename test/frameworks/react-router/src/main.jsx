import { createRoot } from 'react-dom/client'
import { createBrowserRouter, Form, Link, Navigate, Outlet, redirect, useNavigate, useParams, useSubmit } from 'react-router'
import { RouterProvider } from 'react-router/dom'

const router = createBrowserRouter([
  {
    Component: Layout,
    children: [
      { index: true, element: <title>Home</title> },
      { path: 'first', Component: First },
      { path: 'second', element: <title>Second</title> },
      { path: 'items/:id', Component: Item, loader: () => new Promise((resolve) => setTimeout(resolve, 20, null)) },
      { path: 'old', loader: () => redirect('/second') },
      { path: 'moved', element: <Navigate to="/second" replace /> },
    ],
  },
])

createRoot(document.getElementById('root')).render(<RouterProvider router={router} />)

function Layout() {
  const navigate = useNavigate()
  return (
    <>
      <Link to="/">Home</Link> <Link to="/first">First</Link> <Link to="/second">Second</Link>
      <Link to="/items/1">Item 1</Link> <Link to="/items/2">Item 2</Link> <Link to="/old">Old</Link>
      <Link to="/moved">Moved</Link>
      <button onClick={() => navigate('/first', { replace: true })}>Replace</button>
      <Outlet />
    </>
  )
}

function First() {
  const submit = useSubmit()
  return (
    <>
      <title>First</title>
      <Form onChange={(event) => submit(event.currentTarget, { replace: true })}>
        <input name="q" />
      </Form>
      <Link to={{ search: location.search, hash: '#terms' }}>Terms</Link>
      <p id="terms">Terms</p>
    </>
  )
}

function Item() {
  return <title>{`Item ${useParams().id}`}</title>
}
