export const load = ({ params }) => ({ title: `Item ${params.id}` })
