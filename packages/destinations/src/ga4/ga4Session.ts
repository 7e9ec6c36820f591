/**
 * Google wants to be told which session an event belongs to, as a number; without one the event is in none. Made of who it was and the
 * day (UTC), since nothing else is known without asking: one session for a visitor's day, where Google itself would begin a new one
 * after 30 minutes.
 */
export function ga4SessionId(who: string, time: number): string {
  return String(hashText(`${who} ${Math.floor(time / 86_400_000)}`))
}

/** FNV-1a, twice with different beginnings, as a whole number that JSON keeps: 53 bits. */
function hashText(text: string): number {
  let [low, high] = [0x811c9dc5, 0x050c5d1f]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit, 0x01000193)
    high ^= low >>> 15
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}
