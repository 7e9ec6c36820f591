/** What the event of a beat of django-pagetimer is called: reports of time on page are made from events of this name. */
export const beatName = 'pagetimer'
