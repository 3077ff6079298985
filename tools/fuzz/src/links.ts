import type { Pool } from './requests/pool.js'

const LINK = /https?:\/\/[^\s"<>]+\/(pay|f|r|t)\/([\w.-]+)/g
/** By the page a mail leads to: on which paths its link is good. */
const paths: Readonly<Record<string, readonly string[]>> = { pay: ['pay'], f: ['f', 'feedback'], r: ['r', 'returns'], t: ['t', 'track'] }

/** Reads the mails that came since the last look, for the links in them. Answers how many there are by now. */
export async function readLinks(mailUrl: string, pool: Pool, seen: number): Promise<number> {
  const listed = (await (await fetch(`${mailUrl}/v1/messages?limit=40`)).json()) as { messages: { id: string }[]; total: number }
  const fresh = listed.messages.slice(0, Math.max(0, listed.total - seen))
  for (const { id } of fresh) {
    const { text } = (await (await fetch(`${mailUrl}/v1/messages/${id}`)).json()) as { text: string }
    for (const [, page = '', token = ''] of text.matchAll(LINK)) for (const path of paths[page] ?? []) pool.add(`link ${path}`, token)
  }
  return listed.total
}
