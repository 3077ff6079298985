/** A mail that was caught, in a list. */
interface Listed {
  readonly id: string
  readonly to: readonly string[]
}

/** What customers read: the mails that a catcher has kept. */
export interface Mailbox {
  /** The newest mails, the newest first, and how many there are in all. */
  list(limit: number): Promise<{ readonly messages: readonly Listed[]; readonly total: number }>
  /** The text of one mail, its links as they can be followed from here. */
  text(id: string): Promise<string>
}

/** Where links lead: what customers see, and where that answers for us (in a container, say, the host's ports are not ours). */
export type Links = readonly (readonly [seen: string, answers: string])[]

/** Opens what answers at this address: our own catcher, or Mailpit. */
export async function openMailbox(url: string, links: Links = []): Promise<Mailbox> {
  const isMailpit = (await fetch(`${url}/api/v1/info`)).ok
  const mailbox = isMailpit ? mailpit(url) : ownCatcher(url)
  return { list: (limit) => mailbox.list(limit), text: async (id) => links.reduce((text, [seen, answers]) => text.replaceAll(seen, answers), await mailbox.text(id)) }
}

const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T

const ownCatcher = (url: string): Mailbox => ({
  list: (limit) => get(`${url}/v1/messages?limit=${limit}`),
  text: async (id) => (await get<{ text: string }>(`${url}/v1/messages/${id}`)).text,
})

const mailpit = (url: string): Mailbox => ({
  list: async (limit) => {
    const { messages, total } = await get<{ messages: { ID: string; To: { Address: string }[] }[]; total: number }>(`${url}/api/v1/messages?limit=${limit}`)
    return { messages: messages.map(({ ID, To }) => ({ id: ID, to: To.map(({ Address }) => Address) })), total }
  },
  text: async (id) => (await get<{ Text: string }>(`${url}/api/v1/message/${id}`)).Text,
})
