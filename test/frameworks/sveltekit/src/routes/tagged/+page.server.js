export const load = async ({ locals }) => ({ tag: await locals.treadlight?.tag() })
