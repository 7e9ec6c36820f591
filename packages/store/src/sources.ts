import { crc32 } from 'node:zlib'

/** What kind of place a source is; `other` for what would be taken for its parent domain's kind and is not. */
type SourceCategory = 'search' | 'social' | 'video' | 'shopping' | 'email' | 'ai' | 'other'

export interface Source {
  /** As people call it. */
  name: string
  category: SourceCategory
}

/**
 * Where visits come from: name, category, then hosts and words that stand for it. A word with a dot is a host and
 * stands for its subdomains too, `google.*` for google under any country's domain; one without is a `utm_source`. The
 * closest entry wins, so `mail.google.com` is not Google's search. Android apps are known by their package, as their
 * referrer `android-app://com.google.android.gm` has it.
 *
 * Origin: written for this project from general knowledge of what these services are called and where they live, in
 * November 2026. It is no copy of another product's list, and mends are welcome.
 */
const table: readonly (readonly [name: string, category: SourceCategory, words: string])[] = [
  ['Google', 'search', 'google.* google googleads google-ads google_ads google.ads adwords googlesearch google-search googleadservices.com googlesyndication.com doubleclick.net com.google.android.googlequicksearchbox com.google.android.launcher'],
  ['Google Discover', 'search', 'discover.google.com googlediscover google-discover'],
  ['Google News', 'search', 'news.google.com googlenews google-news com.google.android.apps.magazines'],
  ['Google Business Profile', 'search', 'business.google.com gmb gbp google-my-business googlemybusiness'],
  ['Google Shopping', 'shopping', 'shopping.google.com googleshopping google-shopping google_shopping'],
  ['Google Docs', 'other', 'docs.google.com drive.google.com'],
  ['Google Sites', 'other', 'sites.google.com'],
  ['Google Classroom', 'other', 'classroom.google.com'],
  ['Google Calendar', 'other', 'calendar.google.com'],
  ['Google Translate', 'other', 'translate.google.com translate.goog'],
  ['Google accounts', 'other', 'accounts.google.com accounts.youtube.com'],
  ['Google Cloud', 'other', 'cloud.google.com console.cloud.google.com'],
  ['Google Support', 'other', 'support.google.com'],
  ['Google Play', 'other', 'play.google.com com.android.vending'],
  ['Google Chat', 'social', 'chat.google.com hangouts.google.com com.google.android.apps.dynamite'],
  ['Google Groups', 'social', 'groups.google.com'],
  ['Bing', 'search', 'bing.com bing bingads bing-ads bing_ads microsoft-ads microsoftads com.microsoft.bing'],
  ['MSN', 'search', 'msn.com msn'],
  ['DuckDuckGo', 'search', 'duckduckgo.com ddg.gg duckduckgo ddg com.duckduckgo.mobile.android'],
  ['Yahoo', 'search', 'yahoo.* yahoo yahooads'],
  ['Yandex', 'search', 'yandex.* ya.ru yandex yandex-direct yandexdirect yandex_direct ru.yandex.searchplugin'],
  ['Dzen', 'social', 'dzen.ru zen.yandex.ru zen.yandex.com'],
  ['Baidu', 'search', 'baidu.com baidu'],
  ['Sogou', 'search', 'sogou.com sogou'],
  ['360 Search', 'search', 'so.com haosou.com'],
  ['Shenma', 'search', 'sm.cn m.sm.cn shenma'],
  ['Toutiao', 'search', 'toutiao.com'],
  ['Naver', 'search', 'naver.com naver com.nhn.android.search'],
  ['Naver Blog', 'social', 'blog.naver.com cafe.naver.com band.us'],
  ['Daum', 'search', 'daum.net daum'],
  ['Seznam', 'search', 'seznam.cz seznam sklik'],
  ['Ecosia', 'search', 'ecosia.org ecosia com.ecosia.android'],
  ['Qwant', 'search', 'qwant.com qwant'],
  ['Brave', 'search', 'search.brave.com brave com.brave.browser'],
  ['Startpage', 'search', 'startpage.com startpage'],
  ['Kagi', 'search', 'kagi.com kagi'],
  ['Mojeek', 'search', 'mojeek.com mojeek.co.uk mojeek'],
  ['Swisscows', 'search', 'swisscows.com swisscows.ch'],
  ['MetaGer', 'search', 'metager.de metager.org'],
  ['SearX', 'search', 'searx.be searx.me searxng.org'],
  ['Presearch', 'search', 'presearch.com presearch.org'],
  ['Marginalia', 'search', 'search.marginalia.nu marginalia-search.com'],
  ['Yep', 'search', 'yep.com'],
  ['Lilo', 'search', 'lilo.org search.lilo.org'],
  ['Karma', 'search', 'karmasearch.org'],
  ['OceanHero', 'search', 'oceanhero.today'],
  ['Ekoru', 'search', 'ekoru.org'],
  ['Gibiru', 'search', 'gibiru.com'],
  ['Dogpile', 'search', 'dogpile.com'],
  ['WebCrawler', 'search', 'webcrawler.com'],
  ['Excite', 'search', 'excite.com excite.co.jp'],
  ['Lycos', 'search', 'lycos.com lycos.de'],
  ['Info.com', 'search', 'info.com'],
  ['Ask', 'search', 'ask.com uk.ask.com'],
  ['AOL', 'search', 'aol.com aol.co.uk aol.de aol'],
  ['Search Encrypt', 'search', 'searchencrypt.com'],
  ['Coc Coc', 'search', 'coccoc.com'],
  ['Rambler', 'search', 'rambler.ru'],
  ['Mail.ru', 'search', 'go.mail.ru mail.ru'],
  ['Onet', 'search', 'onet.pl szukaj.onet.pl'],
  ['Wirtualna Polska', 'search', 'wp.pl'],
  ['Virgilio', 'search', 'virgilio.it'],
  ['Libero', 'search', 'libero.it ricerca.libero.it'],
  ['T-Online', 'search', 'suche.t-online.de t-online.de'],
  ['WEB.DE', 'search', 'suche.web.de web.de'],
  ['GMX', 'search', 'suche.gmx.net suche.gmx.at'],
  ['Goo', 'search', 'goo.ne.jp'],
  ['BIGLOBE', 'search', 'biglobe.ne.jp'],
  ['Docomo', 'search', 'docomo.ne.jp'],
  ['Najdi', 'search', 'najdi.si'],
  ['Centrum', 'search', 'centrum.cz'],
  ['Gigablast', 'search', 'gigablast.com'],
  ['Petal Search', 'search', 'petalsearch.com'],
  ['Wolfram Alpha', 'search', 'wolframalpha.com'],
  ['Internet Archive', 'other', 'web.archive.org archive.org'],

  ['ChatGPT', 'ai', 'chatgpt.com chat.openai.com openai.com chatgpt openai com.openai.chatgpt'],
  ['Perplexity', 'ai', 'perplexity.ai perplexity perplexity-ai ai.perplexity.app.android'],
  ['Gemini', 'ai', 'gemini.google.com bard.google.com gemini com.google.android.apps.bard'],
  ['NotebookLM', 'ai', 'notebooklm.google.com notebooklm'],
  ['Claude', 'ai', 'claude.ai claude com.anthropic.claude'],
  ['Copilot', 'ai', 'copilot.microsoft.com m365.cloud.microsoft copilot.cloud.microsoft edgeservices.bing.com copilot com.microsoft.copilot'],
  ['DeepSeek', 'ai', 'deepseek.com deepseek com.deepseek.chat'],
  ['Grok', 'ai', 'grok.com grok.x.com x.ai grok ai.x.grok'],
  ['Meta AI', 'ai', 'meta.ai meta-ai'],
  ['Mistral', 'ai', 'chat.mistral.ai mistral.ai mistral lechat'],
  ['Poe', 'ai', 'poe.com poe'],
  ['You.com', 'ai', 'you.com'],
  ['Phind', 'ai', 'phind.com phind'],
  ['Pi', 'ai', 'pi.ai'],
  ['Kimi', 'ai', 'kimi.com kimi.ai kimi.moonshot.cn kimi'],
  ['Doubao', 'ai', 'doubao.com doubao'],
  ['Qwen', 'ai', 'chat.qwen.ai qwen.ai tongyi.aliyun.com qwen'],
  ['Yuanbao', 'ai', 'yuanbao.tencent.com'],
  ['Ernie Bot', 'ai', 'yiyan.baidu.com chat.baidu.com'],
  ['Alice', 'ai', 'alice.yandex.ru'],
  ['Duck.ai', 'ai', 'duck.ai'],
  ['Lumo', 'ai', 'lumo.proton.me'],
  ['Genspark', 'ai', 'genspark.ai'],
  ['Felo', 'ai', 'felo.ai'],
  ['iAsk', 'ai', 'iask.ai'],
  ['Andi', 'ai', 'andisearch.com'],
  ['Komo', 'ai', 'komo.ai'],
  ['Manus', 'ai', 'manus.im'],
  ['Character.AI', 'ai', 'character.ai'],
  ['HuggingChat', 'ai', 'hf.co huggingchat'],
  ['Consensus', 'ai', 'consensus.app'],
  ['Jasper', 'ai', 'app.jasper.ai'],
  ['Writesonic', 'ai', 'writesonic.com'],
  ['T3 Chat', 'ai', 't3.chat'],

  ['Facebook', 'social', 'facebook.com fb.com fb.me fb.watch facebook fb facebook-ads facebook_ads facebookads fb-ads fb_ads fbads com.facebook.katana com.facebook.lite'],
  ['Messenger', 'social', 'messenger.com m.me messenger com.facebook.orca'],
  ['Workplace', 'social', 'workplace.com'],
  ['Meta', 'social', 'meta meta-ads meta_ads metaads'],
  ['Instagram', 'social', 'instagram.com ig.me instagram ig insta instagram-ads instagram_ads igads com.instagram.android'],
  ['Threads', 'social', 'threads.net threads.com threads com.instagram.barcelona'],
  ['WhatsApp', 'social', 'whatsapp.com wa.me whatsapp com.whatsapp com.whatsapp.w4b'],
  ['X', 'social', 't.co twitter.com x.com twitter x twitter-ads twitter_ads twitterads com.twitter.android'],
  ['TweetDeck', 'social', 'tweetdeck.twitter.com tweetdeck.com tweetdeck'],
  ['LinkedIn', 'social', 'linkedin.com lnkd.in linkedin li linkedin-ads linkedin_ads linkedinads com.linkedin.android'],
  ['TikTok', 'social', 'tiktok.com tiktokv.com vm.tiktok.com tiktok tiktok-ads tiktok_ads tiktokads com.zhiliaoapp.musically com.ss.android.ugc.trill'],
  ['Douyin', 'social', 'douyin.com iesdouyin.com'],
  ['Kuaishou', 'social', 'kuaishou.com'],
  ['Snapchat', 'social', 'snapchat.com snapchat snap com.snapchat.android'],
  ['Pinterest', 'social', 'pinterest.* pin.it pinterest com.pinterest'],
  ['Reddit', 'social', 'reddit.com redd.it reddit reddit-ads reddit_ads com.reddit.frontpage'],
  ['Hacker News', 'social', 'news.ycombinator.com hackerne.ws hckrnews.com hn.algolia.com hackernews hacker-news hn'],
  ['Lobsters', 'social', 'lobste.rs lobsters'],
  ['GitHub', 'social', 'github.com gist.github.com github'],
  ['GitLab', 'social', 'gitlab.com gitlab'],
  ['Codeberg', 'social', 'codeberg.org'],
  ['Stack Overflow', 'social', 'stackoverflow.com stackexchange.com superuser.com serverfault.com askubuntu.com mathoverflow.net stackoverflow'],
  ['Slack', 'social', 'slack.com slack com.slack'],
  ['Discord', 'social', 'discord.com discord.gg discordapp.com discord com.discord'],
  ['Microsoft Teams', 'social', 'teams.microsoft.com teams.live.com statics.teams.cdn.office.net teams msteams com.microsoft.teams'],
  ['Yammer', 'social', 'yammer.com'],
  ['Telegram', 'social', 'telegram.org telegram.me t.me web.telegram.org telegram org.telegram.messenger'],
  ['Signal', 'social', 'signal.org signal.me org.thoughtcrime.securesms'],
  ['Viber', 'social', 'viber.com com.viber.voip'],
  ['LINE', 'social', 'line.me line jp.naver.line.android'],
  ['KakaoTalk', 'social', 'kakao.com kakaotalk com.kakao.talk'],
  ['Kakao Story', 'social', 'story.kakao.com'],
  ['WeChat', 'social', 'wechat.com weixin.qq.com mp.weixin.qq.com wechat weixin com.tencent.mm'],
  ['QQ', 'social', 'qq.com qzone.qq.com user.qzone.qq.com'],
  ['Weibo', 'social', 'weibo.com weibo.cn weibo com.sina.weibo'],
  ['Xiaohongshu', 'social', 'xiaohongshu.com xhslink.com rednote.com'],
  ['Zhihu', 'social', 'zhihu.com'],
  ['Douban', 'social', 'douban.com'],
  ['Tieba', 'social', 'tieba.baidu.com'],
  ['VK', 'social', 'vk.com vk.ru vkontakte.ru vk com.vkontakte.android'],
  ['OK', 'social', 'ok.ru odnoklassniki.ru ok.me'],
  ['Bluesky', 'social', 'bsky.app bsky.social go.bsky.app bluesky xyz.blueskyweb.app'],
  ['Mastodon', 'social', 'mastodon.social mastodon.online mastodon.world mstdn.social mstdn.jp mas.to fosstodon.org hachyderm.io infosec.exchange chaos.social techhub.social mastodon.de troet.cafe social.tchncs.de mastodon org.joinmastodon.android'],
  ['Pixelfed', 'social', 'pixelfed.social'],
  ['Lemmy', 'social', 'lemmy.world lemmy.ml feddit.org feddit.de beehaw.org lemmy'],
  ['Tumblr', 'social', 'tumblr.com t.umblr.com tumblr'],
  ['Quora', 'social', 'quora.com quora quora-ads'],
  ['Medium', 'social', 'medium.com'],
  ['DEV', 'social', 'dev.to'],
  ['Hashnode', 'social', 'hashnode.com hashnode.dev'],
  ['Product Hunt', 'social', 'producthunt.com producthunt product-hunt'],
  ['Indie Hackers', 'social', 'indiehackers.com indiehackers'],
  ['daily.dev', 'social', 'daily.dev app.daily.dev dailydev'],
  ['Substack', 'social', 'substack.com substack'],
  ['Patreon', 'social', 'patreon.com'],
  ['Ko-fi', 'social', 'ko-fi.com'],
  ['Buy Me a Coffee', 'social', 'buymeacoffee.com'],
  ['Linktree', 'social', 'linktr.ee linktree'],
  ['Beacons', 'social', 'beacons.ai'],
  ['Flipboard', 'social', 'flipboard.com flipboard.app flip.it flipboard flipboard.app.android'],
  ['Pocket', 'social', 'getpocket.com'],
  ['Instapaper', 'social', 'instapaper.com'],
  ['Raindrop', 'social', 'raindrop.io'],
  ['Diigo', 'social', 'diigo.com'],
  ['Slashdot', 'social', 'slashdot.org'],
  ['Digg', 'social', 'digg.com'],
  ['Fark', 'social', 'fark.com'],
  ['9GAG', 'social', '9gag.com'],
  ['Imgur', 'social', 'imgur.com'],
  ['Flickr', 'social', 'flickr.com flic.kr'],
  ['500px', 'social', '500px.com'],
  ['DeviantArt', 'social', 'deviantart.com'],
  ['Behance', 'social', 'behance.net'],
  ['Dribbble', 'social', 'dribbble.com'],
  ['Pixiv', 'social', 'pixiv.net'],
  ['SoundCloud', 'social', 'soundcloud.com'],
  ['Goodreads', 'social', 'goodreads.com'],
  ['Letterboxd', 'social', 'letterboxd.com boxd.it'],
  ['Strava', 'social', 'strava.com'],
  ['Meetup', 'social', 'meetup.com'],
  ['Nextdoor', 'social', 'nextdoor.com nextdoor.co.uk nextdoor.de'],
  ['XING', 'social', 'xing.com xing'],
  ['Viadeo', 'social', 'viadeo.com viadeo.journaldunet.com'],
  ['Glassdoor', 'social', 'glassdoor.com glassdoor.de glassdoor.co.uk'],
  ['ResearchGate', 'social', 'researchgate.net'],
  ['Academia', 'social', 'academia.edu'],
  ['TripAdvisor', 'social', 'tripadvisor.*'],
  ['Yelp', 'social', 'yelp.*'],
  ['Trustpilot', 'social', 'trustpilot.com'],
  ['Disqus', 'social', 'disqus.com'],
  ['WordPress.com', 'social', 'wordpress.com'],
  ['Blogger', 'social', 'blogspot.* blogger.com'],
  ['LiveJournal', 'social', 'livejournal.com'],
  ['Habr', 'social', 'habr.com'],
  ['Pikabu', 'social', 'pikabu.ru'],
  ['Ameba', 'social', 'ameblo.jp ameba.jp'],
  ['Hatena', 'social', 'hatena.ne.jp b.hatena.ne.jp hatenablog.com'],
  ['note', 'social', 'note.com'],
  ['Qiita', 'social', 'qiita.com'],
  ['Mixi', 'social', 'mixi.jp'],
  ['5ch', 'social', '5ch.net 2ch.sc'],
  ['Taringa', 'social', 'taringa.net'],
  ['Wykop', 'social', 'wykop.pl'],
  ['Menéame', 'social', 'meneame.net'],
  ['gutefrage', 'social', 'gutefrage.net'],
  ['Gab', 'social', 'gab.com'],
  ['Truth Social', 'social', 'truthsocial.com'],
  ['Gettr', 'social', 'gettr.com'],
  ['MeWe', 'social', 'mewe.com'],
  ['Minds', 'social', 'minds.com'],
  ['Clubhouse', 'social', 'joinclubhouse.com clubhouse.com'],
  ['BeReal', 'social', 'bereal.com'],
  ['Hootsuite', 'social', 'hootsuite.com ow.ly hootsuite'],
  ['Buffer', 'social', 'buffer.com buff.ly buffer'],
  ['Sprout Social', 'social', 'sproutsocial.com sproutsocial'],
  ['Later', 'social', 'later.com linkin.bio'],

  ['YouTube', 'video', 'youtube.com youtu.be youtube-nocookie.com youtube yt youtube-ads youtube_ads com.google.android.youtube'],
  ['Vimeo', 'video', 'vimeo.com vimeo'],
  ['Twitch', 'video', 'twitch.tv twitch tv.twitch.android.app'],
  ['Dailymotion', 'video', 'dailymotion.com dai.ly dailymotion'],
  ['Rumble', 'video', 'rumble.com rumble'],
  ['Odysee', 'video', 'odysee.com lbry.tv'],
  ['PeerTube', 'video', 'joinpeertube.org framatube.org tilvids.com'],
  ['BitChute', 'video', 'bitchute.com'],
  ['Kick', 'video', 'kick.com'],
  ['Bilibili', 'video', 'bilibili.com b23.tv bilibili.tv bilibili'],
  ['Niconico', 'video', 'nicovideo.jp nico.ms'],
  ['Youku', 'video', 'youku.com'],
  ['iQIYI', 'video', 'iqiyi.com iq.com'],
  ['Tencent Video', 'video', 'v.qq.com wetv.vip'],
  ['RuTube', 'video', 'rutube.ru'],
  ['VK Video', 'video', 'vkvideo.ru'],
  ['Netflix', 'video', 'netflix.com netflix'],
  ['Hulu', 'video', 'hulu.com hulu'],
  ['Disney+', 'video', 'disneyplus.com'],
  ['Prime Video', 'video', 'primevideo.com'],
  ['Crunchyroll', 'video', 'crunchyroll.com'],
  ['Wistia', 'video', 'wistia.com wistia.net wistia'],
  ['Loom', 'video', 'loom.com'],
  ['TED', 'video', 'ted.com'],
  ['Streamable', 'video', 'streamable.com'],
  ['Veoh', 'video', 'veoh.com'],

  ['Amazon', 'shopping', 'amazon.* amzn.to amzn.eu a.co amazon amazon-ads amazon_ads in.amazon.mshop.android.shopping com.amazon.mshop.android.shopping'],
  ['Amazon Web Services', 'other', 'aws.amazon.com'],
  ['eBay', 'shopping', 'ebay.* ebay com.ebay.mobile'],
  ['Etsy', 'shopping', 'etsy.com etsy.me etsy com.etsy.android'],
  ['Walmart', 'shopping', 'walmart.com walmart.ca walmart'],
  ['Target', 'shopping', 'target.com'],
  ['Best Buy', 'shopping', 'bestbuy.com bestbuy.ca'],
  ['Wayfair', 'shopping', 'wayfair.com wayfair.co.uk'],
  ['Shop', 'shopping', 'shop.app'],
  ['Shopify', 'shopping', 'myshopify.com shopify'],
  ['AliExpress', 'shopping', 'aliexpress.com aliexpress.ru aliexpress.us aliexpress'],
  ['Alibaba', 'shopping', 'alibaba.com 1688.com alibaba'],
  ['Taobao', 'shopping', 'taobao.com taobao'],
  ['Tmall', 'shopping', 'tmall.com tmall.hk'],
  ['JD', 'shopping', 'jd.com'],
  ['Pinduoduo', 'shopping', 'pinduoduo.com yangkeduo.com'],
  ['Temu', 'shopping', 'temu.com temu'],
  ['SHEIN', 'shopping', 'shein.com shein'],
  ['Wish', 'shopping', 'wish.com'],
  ['Mercado Libre', 'shopping', 'mercadolibre.* mercadolivre.com.br mercadolibre'],
  ['Rakuten', 'shopping', 'rakuten.co.jp rakuten.com rakuten'],
  ['Mercari', 'shopping', 'mercari.com'],
  ['Flipkart', 'shopping', 'flipkart.com flipkart'],
  ['Myntra', 'shopping', 'myntra.com'],
  ['Meesho', 'shopping', 'meesho.com'],
  ['Shopee', 'shopping', 'shopee.* shopee'],
  ['Lazada', 'shopping', 'lazada.* lazada'],
  ['Tokopedia', 'shopping', 'tokopedia.com'],
  ['Coupang', 'shopping', 'coupang.com'],
  ['Gmarket', 'shopping', 'gmarket.co.kr'],
  ['Allegro', 'shopping', 'allegro.pl allegro.cz allegro'],
  ['Ceneo', 'shopping', 'ceneo.pl'],
  ['Heureka', 'shopping', 'heureka.cz heureka.sk heureka'],
  ['Zbozi', 'shopping', 'zbozi.cz'],
  ['eMAG', 'shopping', 'emag.ro emag.hu emag.bg'],
  ['Zalando', 'shopping', 'zalando.* zalando-lounge.de zalando'],
  ['OTTO', 'shopping', 'otto.de'],
  ['Kaufland', 'shopping', 'kaufland.de'],
  ['idealo', 'shopping', 'idealo.* idealo'],
  ['Geizhals', 'shopping', 'geizhals.de geizhals.at geizhals.eu skinflint.co.uk geizhals'],
  ['billiger.de', 'shopping', 'billiger.de'],
  ['Check24', 'shopping', 'check24.de'],
  ['guenstiger.de', 'shopping', 'guenstiger.de'],
  ['mydealz', 'shopping', 'mydealz.de pepper.com pepper.pl dealabs.com hotukdeals.com chollometro.com pepper.it'],
  ['Kleinanzeigen', 'shopping', 'kleinanzeigen.de'],
  ['Vinted', 'shopping', 'vinted.*'],
  ['Kelkoo', 'shopping', 'kelkoo.* kelkoo'],
  ['PriceRunner', 'shopping', 'pricerunner.* pricerunner'],
  ['Prisjakt', 'shopping', 'prisjakt.nu prisjakt.no pricespy.co.uk'],
  ['Tweakers Pricewatch', 'shopping', 'tweakers.net'],
  ['bol.com', 'shopping', 'bol.com bol'],
  ['Cdiscount', 'shopping', 'cdiscount.com cdiscount'],
  ['Fnac', 'shopping', 'fnac.com fnac.es'],
  ['Leboncoin', 'shopping', 'leboncoin.fr'],
  ['Trovaprezzi', 'shopping', 'trovaprezzi.it'],
  ['Shopzilla', 'shopping', 'shopzilla.com bizrate.com'],
  ['PriceGrabber', 'shopping', 'pricegrabber.com'],
  ['Slickdeals', 'shopping', 'slickdeals.net'],
  ['Skroutz', 'shopping', 'skroutz.gr'],
  ['Ozon', 'shopping', 'ozon.ru ozon'],
  ['Wildberries', 'shopping', 'wildberries.ru wildberries'],
  ['Yandex Market', 'shopping', 'market.yandex.ru market.yandex.com'],
  ['Avito', 'shopping', 'avito.ru'],
  ['Trendyol', 'shopping', 'trendyol.com'],
  ['Hepsiburada', 'shopping', 'hepsiburada.com'],
  ['Noon', 'shopping', 'noon.com'],
  ['Jumia', 'shopping', 'jumia.*'],
  ['Takealot', 'shopping', 'takealot.com'],

  ['Gmail', 'email', 'mail.google.com gmail.com gmail com.google.android.gm'],
  ['Outlook', 'email', 'outlook.live.com outlook.com outlook.office.com outlook.office365.com outlook.cloud.microsoft hotmail.com hotmail outlook com.microsoft.office.outlook'],
  ['Yahoo Mail', 'email', 'mail.yahoo.com mail.yahoo.co.jp yahoomail yahoo-mail com.yahoo.mobile.client.android.mail'],
  ['AOL Mail', 'email', 'mail.aol.com'],
  ['iCloud Mail', 'email', 'icloud.com'],
  ['Proton Mail', 'email', 'mail.proton.me mail.protonmail.com protonmail ch.protonmail.android'],
  ['Fastmail', 'email', 'fastmail.com app.fastmail.com'],
  ['Tuta', 'email', 'app.tuta.com mail.tutanota.com'],
  ['HEY', 'email', 'app.hey.com'],
  ['Superhuman', 'email', 'mail.superhuman.com'],
  ['Posteo', 'email', 'posteo.de'],
  ['mailbox.org', 'email', 'mailbox.org'],
  ['Zoho Mail', 'email', 'mail.zoho.com mail.zoho.eu'],
  ['GMX Mail', 'email', 'deref-gmx.net deref-gmx.com navigator.gmx.net bap.navigator.gmx.net gmx.net gmx.at gmx.ch'],
  ['WEB.DE Mail', 'email', 'deref-web.de deref-web-02.de navigator.web.de bap.navigator.web.de'],
  ['mail.com', 'email', 'deref-mail.com mail.com'],
  ['T-Online Mail', 'email', 'email.t-online.de'],
  ['freenet Mail', 'email', 'webmail.freenet.de email.freenet.de'],
  ['Orange Mail', 'email', 'webmail.orange.fr messagerie.orange.fr mail01.orange.fr'],
  ['Free Mail', 'email', 'webmail.free.fr zimbra.free.fr'],
  ['La Poste', 'email', 'laposte.net'],
  ['Seznam Email', 'email', 'email.seznam.cz'],
  ['Mail.ru Mail', 'email', 'e.mail.ru touch.mail.ru ru.mail.mailapp'],
  ['Yandex Mail', 'email', 'mail.yandex.ru mail.yandex.com ru.yandex.mail'],
  ['QQ Mail', 'email', 'mail.qq.com wx.mail.qq.com com.tencent.androidqqmail'],
  ['NetEase Mail', 'email', 'mail.163.com mail.126.com'],
  ['Naver Mail', 'email', 'mail.naver.com'],
  ['Daum Mail', 'email', 'mail.daum.net'],
  ['Comcast Mail', 'email', 'connect.xfinity.com'],
  ['Roundcube', 'email', 'roundcube.net'],
  ['Mailchimp', 'email', 'mailchimp.com list-manage.com campaign-archive.com mailchi.mp mailchimp'],
  ['Klaviyo', 'email', 'klaviyo.com klaviyomail.com klaviyo'],
  ['HubSpot', 'email', 'hubspotemail.net hubspotlinks.com hs_email hs-email'],
  ['SendGrid', 'email', 'sendgrid.net ct.sendgrid.net sendgrid'],
  ['Brevo', 'email', 'sendibt2.com sendibt3.com sendinblue brevo'],
  ['Mailjet', 'email', 'mjt.lu mailjet'],
  ['MailerLite', 'email', 'mailerlite.com mailerlite'],
  ['Campaign Monitor', 'email', 'createsend.com cmail19.com cmail20.com campaignmonitor campaign-monitor'],
  ['Constant Contact', 'email', 'constantcontact.com rs6.net constantcontact'],
  ['ActiveCampaign', 'email', 'activehosted.com activecampaign'],
  ['Kit', 'email', 'convertkit-mail.com convertkit-mail2.com ck.page convertkit'],
  ['beehiiv', 'email', 'beehiiv.com beehiiv'],
  ['Ghost', 'email', 'ghost-newsletter ghost_newsletter'],
  ['Buttondown', 'email', 'buttondown.email buttondown.com buttondown'],
  ['Mailgun', 'email', 'mailgun.org mailgun'],
  ['Customer.io', 'email', 'customeriomail.com customer.io customerio'],
  ['Drip', 'email', 'getdrip.com drip'],
  ['GetResponse', 'email', 'getresponse.com getresponse'],
  ['CleverReach', 'email', 'cleverreach.com cleverreach'],
  ['rapidmail', 'email', 'rapidmail.de rapidmail'],
  ['Salesforce Marketing Cloud', 'email', 'exacttarget.com sfmc marketingcloud'],
  ['Pardot', 'email', 'pardot'],
  ['Marketo', 'email', 'marketo'],
]

const known = new Map<string, Source>()
/** By the name before `.*`. */
const brands = new Map<string, Source>()
for (const [name, category, words] of table)
  for (const word of words.split(' ')) {
    if (word.endsWith('.*')) brands.set(word.slice(0, -2), { name, category })
    else known.set(word, { name, category })
  }

let stamp: number | undefined

/**
 * Tells this table from every other: what was kept by its names is of no use to another one. Never 0.
 * @see ruleVersion
 */
export function sourcesStamp(): number {
  stamp ??= crc32(JSON.stringify([ruleVersion, table])) || 1
  return stamp
}

/** To be raised with a change to how the table is read: to `findSource` and what it uses. */
const ruleVersion = 1

/** For what is not in the table. */
const unlisted: Source = { name: '', category: 'other' }

/**
 * The source behind a referrer's host or a `utm_source`, both in lower case; one without a name for what the table
 * does not list.
 */
export function findSource(text: string): Source {
  return known.get(text) ?? (text.includes('.') ? findHost(text) : unlisted)
}

/** What was asked for lately: a full map is emptied, cheaper than an order by age. */
const names = new Map<string, string>()
const mostNames = 2000

/** What people call a referrer's host or a `utm_source`: `Google` for google.de as for google; itself where the table does not list it. */
export function sourceName(text: string): string {
  const name = names.get(text)
  if (name !== undefined) return name
  if (names.size >= mostNames) names.clear()
  const found = findSource(text).name || text
  names.set(text, found)
  return found
}

function findHost(host: string): Source {
  // Longer ones are no hosts, and their parts would be many.
  if (host.length > 253) return unlisted
  for (let dot = host.indexOf('.'), rest = host; dot !== -1; rest = rest.slice(dot + 1), dot = rest.indexOf('.')) {
    const source = known.get(rest)
    if (source) return source
  }
  return brands.get(brandOf(host)) ?? unlisted
}

const genericDomains = new Set(['com', 'net', 'org', 'cat'])
/** What stands before a country's domain: google.co.uk, google.com.au. */
const secondLevels = new Set(['co', 'com', 'net', 'org', 'ne', 'or'])

/** What somebody registered under the domain of a country or one of the generic ones; '' for all others. */
function brandOf(host: string): string {
  const labels = host.split('.')
  const top = labels.pop()!
  if (top.length !== 2 && !genericDomains.has(top)) return ''
  if (top.length === 2 && labels.length > 1 && secondLevels.has(labels.at(-1)!)) labels.pop()
  return labels.at(-1) ?? ''
}
