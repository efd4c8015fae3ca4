// Mail domains that no honest list of throw-away addresses names. One of them in a list means that it is broken or in other hands.

/** Large providers of several countries, which between them have most people's addresses. */
export const largeProviders: readonly string[] = [
  ...(["gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com"] as const),
  ...(["icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "pm.me"] as const),
  ...(["fastmail.com", "tuta.com", "tutanota.com", "posteo.de", "mailbox.org", "riseup.net", "hey.com"] as const),
  ...(["gmx.de", "gmx.net", "gmx.com", "web.de", "t-online.de", "freenet.de", "orange.fr", "free.fr"] as const),
  ...(["laposte.net", "libero.it", "yahoo.co.uk", "hotmail.co.uk", "btinternet.com", "yahoo.co.jp"] as const),
  ...(["docomo.ne.jp", "naver.com", "qq.com", "163.com", "uol.com.br", "bigpond.com", "comcast.net"] as const),
  ...(["verizon.net", "att.net", "shaw.ca", "rogers.com", "sympatico.ca", "yandex.ru", "mail.ru"] as const),
];
