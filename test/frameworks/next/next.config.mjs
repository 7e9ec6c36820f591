export default { redirects: () => [{ source: '/old', destination: '/second', permanent: false }] }
