import { describe, expect, test } from 'vitest'
import { findSource } from '@treadlight/store'
import { enrichHit } from './enrichHit.ts'

const channel = (query: string, referrer = '') => enrichHit({ url: `https://shop.example/${query}`, referrer }).hit.channel

describe('the channel by what the URL says', () => {
  test.each([
    ['?utm_source=google&utm_medium=cpc&utm_campaign=Cross-Network', 'Cross-network'],
    ['?utm_campaign=my-cross-network-1', 'Cross-network'],
    ['?utm_source=amazon&utm_medium=cpc', 'Paid Shopping'],
    ['?utm_source=blog&utm_medium=paid-post&utm_campaign=shopping', 'Paid Shopping'],
    ['?utm_source=google&utm_medium=cpc&utm_campaign=eshop', 'Paid Shopping'],
    ['?utm_source=google&utm_medium=cpc&utm_campaign=workshop', 'Paid Search'],
    ['?utm_source=google&utm_medium=ppc', 'Paid Search'],
    ['?utm_source=bing&utm_medium=cpc', 'Paid Search'],
    ['?utm_source=duckduckgo.com&utm_medium=paid', 'Paid Search'],
    ['?gclid=x', 'Paid Search'],
    ['?gclid=x&utm_source=google&utm_medium=organic', 'Paid Search'],
    ['?gbraid=x&utm_source=google&utm_medium=app', 'Paid Search'],
    ['?msclkid=x', 'Paid Search'],
    ['?msclkid=x&utm_source=bing&utm_medium=organic', 'Paid Search'],
    ['?gclid=x&utm_source=bing&utm_medium=organic', 'Organic Search'],
    ['?utm_source=facebook&utm_medium=paidsocial', 'Paid Social'],
    ['?utm_source=fb&utm_medium=cpc', 'Paid Social'],
    ['?ttclid=x', 'Paid Social'],
    ['?twclid=x', 'Paid Social'],
    ['?utm_source=youtube&utm_medium=cpm', 'Paid Video'],
    ['?utm_source=partner&utm_medium=display', 'Display'],
    ['?utm_source=partner&utm_medium=cpm', 'Display'],
    ['?utm_medium=banner', 'Display'],
    ['?utm_source=partner&utm_medium=cpa', 'Paid Other'],
    ['?utm_source=partner&utm_medium=retargeting', 'Paid Other'],
    ['?utm_source=chatgpt.com&utm_medium=paid', 'Paid Other'],
    ['?utm_source=chatgpt.com', 'AI Assistants'],
    ['?utm_source=perplexity&utm_medium=referral', 'AI Assistants'],
    ['?utm_source=partner&utm_campaign=summer-shop', 'Organic Shopping'],
    ['?fbclid=x', 'Organic Social'],
    ['?utm_source=partner&utm_medium=social-media', 'Organic Social'],
    ['?utm_source=ig', 'Organic Social'],
    ['?utm_source=partner&utm_medium=video-description', 'Organic Video'],
    ['?utm_source=vimeo', 'Organic Video'],
    ['?utm_source=google&utm_medium=organic', 'Organic Search'],
    ['?utm_source=newsletter', 'Email'],
    ['?utm_source=partner&utm_medium=e-mail', 'Email'],
    ['?utm_source=mailchimp', 'Email'],
    ['?utm_source=partner&utm_medium=affiliate', 'Affiliates'],
    ['?utm_source=podcast&utm_medium=audio', 'Audio'],
    ['?utm_source=sms', 'SMS'],
    ['?utm_source=partner&utm_medium=sms', 'SMS'],
    ['?utm_source=firebase', 'Mobile Push Notifications'],
    ['?utm_source=app&utm_medium=web-push', 'Mobile Push Notifications'],
    ['?utm_medium=link', 'Referral'],
    ['?ref=producer', 'Referral'],
    ['?utm_campaign=only', undefined],
    ['', undefined],
  ])('%s: %s', (query, expected) => {
    expect(channel(query)).toBe(expected)
  })
})

describe('the channel by the referrer', () => {
  test.each([
    ['https://www.google.com/', 'Organic Search'],
    ['https://www.google.co.uk/', 'Organic Search'],
    ['https://images.google.com.au/', 'Organic Search'],
    ['https://r.search.yahoo.com/', 'Organic Search'],
    ['https://yandex.com.tr/', 'Organic Search'],
    ['https://duckduckgo.com/', 'Organic Search'],
    ['android-app://com.google.android.googlequicksearchbox/', 'Organic Search'],
    ['https://mail.google.com/', 'Email'],
    ['android-app://com.google.android.gm/', 'Email'],
    ['https://mail.yahoo.com/', 'Email'],
    ['https://outlook.live.com/', 'Email'],
    ['https://deref-gmx.net/', 'Email'],
    ['https://gemini.google.com/', 'AI Assistants'],
    ['https://chatgpt.com/', 'AI Assistants'],
    ['https://www.perplexity.ai/', 'AI Assistants'],
    ['https://claude.ai/', 'AI Assistants'],
    ['https://copilot.microsoft.com/', 'AI Assistants'],
    ['https://chat.deepseek.com/', 'AI Assistants'],
    ['https://m.facebook.com/', 'Organic Social'],
    ['https://l.instagram.com/', 'Organic Social'],
    ['https://t.co/x', 'Organic Social'],
    ['https://news.ycombinator.com/', 'Organic Social'],
    ['https://old.reddit.com/', 'Organic Social'],
    ['https://github.com/a/b', 'Organic Social'],
    ['android-app://com.slack/', 'Organic Social'],
    ['https://m.youtube.com/', 'Organic Video'],
    ['https://www.amazon.de/', 'Organic Shopping'],
    ['https://www.ebay.com.au/', 'Organic Shopping'],
    ['https://docs.google.com/', 'Referral'],
    ['https://aws.amazon.com/', 'Referral'],
    ['https://partner.example/', 'Referral'],
    // What only looks like one.
    ['https://notgoogle.com/', 'Referral'],
    ['https://google.com.partner.example/', 'Referral'],
    ['https://google.partner/', 'Referral'],
    ['https://g\u{43e}\u{43e}gle.com/', 'Referral'],
    // Its country's domain is also what LinkedIn is called in a utm_source.
    ['https://partner.li/', 'Referral'],
    ['https://constructor/', 'Referral'],
    // The site itself, and what is no address.
    ['https://www.shop.example/', undefined],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['//evil.example', undefined],
    ['google', undefined],
  ])('%s: %s', (referrer, expected) => {
    expect(channel('', referrer)).toBe(expected)
  })

  test('what the URL says wins', () => {
    expect(channel('?utm_source=newsletter', 'https://www.google.com/')).toBe('Email')
    expect(channel('?utm_medium=cpc', 'https://www.google.com/')).toBe('Paid Search')
  })
})

describe('the source behind a host or a word', () => {
  test.each([
    ['google.co.uk', 'Google'],
    ['google', 'Google'],
    ['fb', 'Facebook'],
    ['l.facebook.com', 'Facebook'],
    ['ig', 'Instagram'],
    ['t.co', 'X'],
    ['news.google.com', 'Google News'],
    ['__proto__', ''],
    ['toString', ''],
    ['co.uk', ''],
    ['.', ''],
    ['..google.com', 'Google'],
    [`${'a.'.repeat(5000)}google.com`, ''],
  ])('%s: %s', (text, name) => {
    expect(findSource(text).name).toBe(name)
  })
})
